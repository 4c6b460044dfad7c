"""A person with a My Number Card and a browser, for the demo and the journeys: links it, verifies with it, reads the pass."""

import base64
from typing import Any
from urllib.parse import quote

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local.visitor import NotSeenError, Visitor, eventually


class CardHolder(Visitor):
    """One person, one browser, one card: speaks the pages' own addresses over HTTP."""

    def verifies(self, purpose: str = "verify", *, card_of: str = "", outcome: str = "") -> requests.Response:
        """Verify at the provider and come back; ``outcome``: something else happens there; ``card_of``: it is another card."""
        return self.http.get(self.answer_of_provider(purpose, card_of=card_of, outcome=outcome), timeout=60)

    def answer_of_provider(self, purpose: str = "verify", *, card_of: str = "", outcome: str = "") -> str:
        """Verify at the provider; the address at which the browser is to come back, not opened yet."""
        start = self.get(f"/verify/start?next={purpose}", allow_redirects=False)
        if not start.is_redirect or "/protocol/openid-connect/" not in start.headers["Location"]:
            raise NotSeenError(f"the card's provider: {start.status_code} {start.text[:300]}")
        address = f"{start.headers['Location']}&as={quote(card_of or self.upn)}"
        if outcome:
            address += f"&outcome={outcome}"
        answer = self.http.get(address, allow_redirects=False, timeout=60)
        if not answer.is_redirect:
            raise NotSeenError(f"the card's provider: {answer.status_code} {answer.text[:300]}")
        return str(answer.headers["Location"])

    def link_status(self) -> dict[str, Any]:
        """Where the linking stands."""
        answer = self.get("/verify/link", json=True)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def card_status(self) -> dict[str, Any]:
        """What the verified card leads to."""
        answer = self.get("/verify", json=True)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def waits_link(self, *states: str) -> dict[str, Any]:
        """Wait until the linking stands so."""

        def look() -> dict[str, Any] | None:
            found = self.link_status()
            return found if found["state"] in states else None

        return eventually(look, f"link {' or '.join(states)}")

    def waits_card(self, *states: str) -> dict[str, Any]:
        """Wait until the application by card stands so; the application."""

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] | None = self.card_status()["application"]
            return found if found and found["state"] in states else None

        return eventually(look, f"application {' or '.join(states)}")

    def links(self, *, card_of: str = "") -> dict[str, Any]:
        """The whole road of linking: fresh sign-in with MFA, card, button."""
        self.sign_in("linker", "/verify/link").raise_for_status()
        self.verifies("link", card_of=card_of).raise_for_status()
        self.post("/verify/link", data={}).raise_for_status()
        return self.waits_link("linked")

    def issues(self, item: str = "pass") -> requests.Response:
        """Make a key pair and press "Issue a password"."""
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return self.post(
            "/verify/issue", json={"item": item, "public_key": base64.b64encode(public).decode()}
        )

    def pass_answer(self) -> requests.Response:
        """Wait until the pass is made, or is not: the answer."""

        def look() -> list[requests.Response]:
            answer = self.get("/verify/pass", json=True)
            return [answer] if answer.status_code != requests.codes.accepted else []  # a 409 counts as false

        return eventually(look, "an answer about the pass", first_pause=0.5)[0]

    def reads_pass(self) -> str:
        """Wait for the ciphertext, decrypt it and say that it was shown."""
        answer = self.pass_answer()
        if answer.status_code != requests.codes.ok:
            raise NotSeenError(f"the pass: {answer.status_code} {answer.text[:300]}")
        code = self.unseal(answer.json()["sealed"])
        self.post("/verify/shown", json={}).raise_for_status()
        return code
