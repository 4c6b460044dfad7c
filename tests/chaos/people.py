"""People who do not give up: each walks one way to the decrypted pass while processes die around them, each in a thread."""

import base64
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import uuid4

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local.visitor import LocalCloud, NotSeenError, Visitor
from tests.chaos.house import House

_LINK = re.compile(r"https?://[^\s\"'<>]+")
_PAUSE = 0.3


class GivenUpError(AssertionError):
    """Somebody waited in vain."""


@dataclass
class Walk:
    """One person's way to a pass. ``patience`` in seconds for each step."""

    house: House
    person: dict[str, Any]
    staff: "Desk"
    accepted: dict[str, str]
    """Id and account of every application that was answered 202, of all people."""
    patience: float = 150.0
    stage: str = "not begun"
    code: str = field(default="", repr=False)
    failure: str = ""

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.house.settings.base_url, self.person)
        self.cloud = LocalCloud(self.house.settings.local_url)
        self.case = self.reference = ""

    @property
    def address(self) -> str:
        """An address on file."""
        return str(self.person["mail"][0])

    def begin(self) -> threading.Thread:
        """Walk in a thread of its own; ``failure`` says what went wrong."""
        thread = threading.Thread(target=self._walk, daemon=True, name=self.visitor.upn)
        thread.start()
        return thread

    def applies(self) -> None:
        """Sign in and apply, the same form again and again until it is taken."""
        self.stubbornly("signs in", lambda: self.visitor.sign_in("applicant").ok)
        photo = self.cloud.card(self.visitor.upn)
        form = uuid4().hex

        def send() -> bool:
            answer = self.visitor.apply(photo, form_id=form)
            if answer.status_code != requests.codes.accepted:
                return False
            self.case, self.reference = answer.json()["id"], answer.json()["reference"]
            self.accepted[self.case] = self.visitor.upn
            return True

        self.stubbornly("applies", send)

    def _walk(self) -> None:
        try:
            self.applies()
            self.stubbornly("is approved", lambda: self.staff.approves(self.reference))
            self.stubbornly("opens the link", self._opens)
            self.stubbornly("gets the pass", self._collects)
            self.cloud.call(
                "POST", f"/api/graph/users/{self.visitor.upn}/methods", {"kind": "microsoftAuthenticator"}
            )
            self.stubbornly("says registered", self._says_registered)
            self.stubbornly("is done", lambda: self.visitor.status(self.case)["state"] == "completed")
            self.stage = "done"
        except Exception as error:  # noqa: BLE001 - the test reads it
            self.failure = f"{self.stage}: {type(error).__name__}: {error}"

    def _opens(self) -> bool:
        link = newest_link(self.cloud.mails(self.address, self.reference), f"/pickup/{self.case}")
        return bool(link) and self.visitor.get(link, allow_redirects=False).is_redirect

    def _collects(self) -> bool:
        """Ask, wait, and ask again if that is what the page says."""
        asked = self._asks()
        if asked.status_code != requests.codes.accepted:
            return False
        try:
            self.code = self.visitor.collect_pass(self.case)
        except NotSeenError:  # told to ask again, or waited too long
            self.visitor.key = None
            return False
        return True

    def _asks(self) -> requests.Response:
        """As the page does: the key that an unanswered request went out with is kept and sent again."""
        if self.visitor.key is None:
            return self.visitor.ask_for_pass(self.case)
        public = self.visitor.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return self.visitor.post(
            f"/pickup/{self.case}", json={"public_key": base64.b64encode(public).decode()}
        )

    def _says_registered(self) -> bool:
        answer = self.visitor.post(f"/applications/{self.case}/registered", data={})
        return answer.ok or self.visitor.status(self.case)["state"] == "completed"

    def stubbornly(self, stage: str, look: Callable[[], bool]) -> None:
        """Do it again and again, whatever the network says, until it is true.

        Raises:
            GivenUpError: it did not become true in time.
        """
        self.stage = stage
        until = time.monotonic() + self.patience
        last = ""
        while time.monotonic() < until:
            try:
                if look():
                    return
            except (requests.RequestException, NotSeenError) as error:
                last = f"{type(error).__name__}: {error}"
            time.sleep(_PAUSE)
        raise GivenUpError(last[:300])


class Desk:
    """One reviewer who approves whatever is asked for, from the links in the mails."""

    def __init__(self, house: House) -> None:
        self._cloud = LocalCloud(house.settings.local_url)
        self._reviewer = Visitor(house.settings.base_url, self._cloud.people("reviewer")[0])
        self._turn = threading.Lock()
        self._signed_in = False

    def approves(self, reference: str) -> bool:
        """Approve the case if its mail is there; whether that was taken."""
        with self._turn:
            if not self._signed_in:
                self._signed_in = self._reviewer.sign_in("staff").ok
            link = self.link(reference)
            if not link:
                return False
            answer = self._reviewer.post(link, data={"decision": "approve"})
            return answer.status_code in {requests.codes.accepted, requests.codes.conflict}

    def link(self, reference: str) -> str:
        """The link of a case in the newest mail that names it, be it one of several cases; empty if none came."""
        for mail in reversed(self._cloud.mails(self._reviewer.upn)):
            after = mail["text"].partition(reference)[2]
            if "/review/" in after:
                return newest_link([{"text": after[: after.index("/review/") + 900]}], "/review/", first=True)
        return ""


def newest_link(mails: list[dict[str, Any]], part: str, *, first: bool = False) -> str:
    """The newest link with ``part`` in these mails; empty if there is none."""
    found = [link for mail in mails for link in _LINK.findall(unescape(str(mail["text"]))) if part in link]
    return found[0 if first else -1] if found else ""
