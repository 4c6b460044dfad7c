"""A person with a browser, for the demo and the journeys: signs in, fills forms, opens mailed links, decrypts the pass.

It speaks the contract for scripts (DESIGN section 10) over HTTP and knows nothing of the inside.
"""

import base64
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import quote, urljoin

import requests
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_JSON = {"Accept": "application/json"}
PATIENCE = 40.0


class NotSeenError(AssertionError):
    """Something that was waited for did not come."""


def eventually[T](
    look: Callable[[], T | None], what: str, *, seconds: float = PATIENCE, first_pause: float = 0.1
) -> T:
    """Look again and again until there is something, ever more rarely; times in seconds.

    Raises:
        NotSeenError: it did not come in time.
    """
    deadline = time.monotonic() + seconds
    pause = first_pause
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise NotSeenError(what)
        time.sleep(pause)
        pause = min(pause * 1.3, 0.5)


class LocalCloud:
    """The JSON door of the local cloud."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = requests.Session()
        self._http.trust_env = False

    def call(self, method: str, path: str, json: object = None, **params: str) -> Any:  # noqa: ANN401 - JSON
        """One call of the JSON door; raises for an error."""
        answer = self._http.request(method, self.url + path, json=json, params=params, timeout=120)
        if not answer.ok:
            raise NotSeenError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def people(self, kind: str = "") -> list[dict[str, Any]]:
        """The sample people, of one kind if given."""
        found: list[dict[str, Any]] = self.call("GET", "/api/people")
        return [each for each in found if not kind or each["kind"] == kind]

    def card(self, upn: str) -> bytes:
        """The sample ID card of a person."""
        answer = self._http.get(f"{self.url}/people/{quote(upn)}/card.jpg", timeout=60)
        answer.raise_for_status()
        return answer.content

    def mails(self, to: str, subject: str = "") -> list[dict[str, Any]]:
        """Mails to an address, oldest first, whose subject holds ``subject``."""
        found: list[dict[str, Any]] = self.call("GET", "/api/mailbox", to=to)
        return [each for each in found if subject in each["subject"]]

    def wait_link(self, to: str, pattern: str, *, after: int = 0) -> str:
        """The last link of this shape in the mails to an address, once there are more than ``after`` of them."""

        def look() -> str | None:
            found = [
                link
                for mail in self.mails(to)
                for link in re.findall(r"https?://[^\s\"'<>]+", unescape(mail["text"]))
                if re.search(pattern, link)
            ]
            return found[-1] if len(found) > after else None

        return eventually(look, f"a mail with a link like {pattern}")

    def set_clock(self, at: str) -> None:
        """Move the business clock; timers that became due have run when this returns."""
        self.call("PUT", "/api/clock", {"now": at})

    def now(self) -> str:
        """The business now."""
        return str(self.call("GET", "/api/clock")["now"])


@dataclass
class Visitor:
    """One person and one browser."""

    app: str
    person: dict[str, Any]
    http: requests.Session = field(default_factory=requests.Session)
    key: rsa.RSAPrivateKey | None = None

    def __post_init__(self) -> None:
        self.http.trust_env = False
        self.http.headers.update({"Accept-Language": "en"})

    @property
    def upn(self) -> str:
        """Account name."""
        return str(self.person["upn"])

    def sign_in(self, role: str = "applicant", next_path: str = "/") -> requests.Response:
        """Sign in without a page: the local authorize address takes ``&as=UPN``."""
        start = self.http.get(
            f"{self.app}/auth/sign-in",
            params={"as_role": role, "next": next_path},
            allow_redirects=False,
            timeout=60,
        )
        if not start.is_redirect:
            return start
        return self.http.get(f"{start.headers['Location']}&as={quote(self.upn)}", timeout=60)

    def get(self, path: str, *, json: bool = False, **options: Any) -> requests.Response:  # noqa: ANN401
        """GET a page, or its JSON."""
        headers = _JSON if json else {}
        return self.http.get(urljoin(self.app, path), headers=headers, timeout=60, **options)

    def post(self, path: str, *, json: object = None, **options: Any) -> requests.Response:  # noqa: ANN401
        """POST as our own pages do: with ``Origin``; asks for JSON."""
        headers = {"Origin": self.app, **_JSON, **options.pop("headers", {})}
        return self.http.post(urljoin(self.app, path), json=json, headers=headers, timeout=120, **options)

    def apply(self, photo: bytes, **fields: str) -> requests.Response:
        """Send the application form."""
        data = {"reason": "lost", "details": "", "language": "en", "contact_email": ""} | fields
        return self.post("/apply", data=data, files={"photo": ("card.jpg", photo, "image/jpeg")})

    def status(self, application: str) -> dict[str, Any]:
        """The status of an application as its applicant may see it."""
        answer = self.get(f"/applications/{application}", json=True)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def wait_state(self, application: str, *states: str) -> dict[str, Any]:
        """Wait until the status page says one of these states."""

        def look() -> dict[str, Any] | None:
            found = self.status(application)
            return found if found["state"] in states else None

        return eventually(look, f"state {' or '.join(states)}")

    def ask_for_pass(self, application: str) -> requests.Response:
        """Make a key pair and ask for the pass."""
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return self.post(f"/pickup/{application}", json={"public_key": base64.b64encode(public).decode()})

    def collect_pass(self, application: str) -> str:
        """Wait for the ciphertext, decrypt it and say that it was shown."""

        def look() -> requests.Response | None:
            answer = self.get(f"/pickup/{application}/pass", json=True)
            return answer if answer.status_code != requests.codes.accepted else None

        answer = eventually(look, "the sealed pass", first_pause=0.7)
        if answer.status_code != requests.codes.ok:
            raise NotSeenError(f"the pass: {answer.status_code} {answer.text[:300]}")
        code = self.unseal(answer.json()["sealed"])
        self.post(f"/pickup/{application}/shown", json={}).raise_for_status()
        return code

    def unseal(self, sealed: str) -> str:
        """Decrypt with this browser's private key."""
        if self.key is None:
            raise NotSeenError("no key was made")
        oaep = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)
        return self.key.decrypt(base64.b64decode(sealed), oaep).decode()
