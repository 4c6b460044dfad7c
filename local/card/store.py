"""The local card provider without its sockets: one-time codes, tokens, attributes."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.calls import Calls
from local.card.assertions import CardTokenRefusedError, ClientAssertions
from local.card.cards import Cards
from local.card.clients import Client
from local.card.journal import Journal
from local.card.keys import CardKeyRing
from local.card.requests import CardRequest
from local.card.switches import CardSwitches
from local.card.tokens import CardTokenMint, UnknownWrongnessError, claims_of
from local.faults import Faults
from local.people import Person

_DEFAULT_ACR = "aal3"
_ATTRIBUTES = ("birthdate", "gender", "address")


@dataclass(frozen=True, kw_only=True)
class _Grant:
    person: Person
    request: CardRequest
    until: float


class CardProvider:
    """One provider. `seconds` is real time; the business clock has no say here."""

    def __init__(
        self, clients: Mapping[str, Client], faults: Faults, calls: Calls,
        *, seconds: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.clients = dict(clients)
        self.cards = Cards()
        self.keys = CardKeyRing()
        self.journal = Journal(self.now)
        self.switches = CardSwitches(faults)
        self._mint = CardTokenMint(self.keys)
        self._assertions = ClientAssertions(self.clients, seconds=self.now)
        self._calls = calls
        self._seconds = seconds
        self._codes: dict[str, _Grant] = {}
        self._spent: dict[str, str] = {}
        self._access: dict[str, _Grant] = {}
        self._refresh: dict[str, _Grant] = {}

    def now(self) -> float:
        """This provider's clock."""
        return self._seconds() + self.switches.number("skew", 0)

    def allow(self, request: CardRequest, person: Person) -> str:
        """The person consents: the one-time code."""
        code = f"{secrets.token_urlsafe(32)}.{secrets.token_urlsafe(16)}"
        until = self.now() + self.switches.number("code_seconds", 60)
        self._codes[code] = _Grant(person=person, request=request, until=until)
        self._calls.add("card", "verification")
        return code

    def redeem(self, form: Mapping[str, str], *, endpoint: str, issuer: str) -> dict[str, Any]:
        """What the token endpoint answers. Raises CardTokenRefusedError."""
        client = self._assertions.client(form, endpoint=endpoint)
        match form.get("grant_type"):
            case "authorization_code":
                return self._answer(self._by_code(client, form), issuer)
            case "refresh_token" if self.switches.on("refresh"):
                return self._answer(self._by_refresh_token(client, form), issuer)
            case _:
                raise CardTokenRefusedError("unsupported_grant_type", "grant_type must be authorization_code")

    def userinfo(self, access_token: str) -> dict[str, Any] | None:
        """The attributes that were asked for; None for a token that is none (any more)."""
        grant = self._access.get(access_token)
        if grant is None or grant.until <= self.now():
            return None
        return {"sub": self._subject(grant)} | self._attributes(grant)

    def _by_code(self, client: Client, form: Mapping[str, str]) -> _Grant:
        code = form.get("code", "")
        if not code or "code_verifier" not in form or "redirect_uri" not in form:
            raise CardTokenRefusedError("invalid_request", "code, code_verifier and redirect_uri are needed")
        if code in self._spent:
            self._access.pop(self._spent[code], None)  # RFC 6749 section 4.1.2: what it gave is withdrawn
            raise CardTokenRefusedError("invalid_grant", "this code was used before")
        grant = self._codes.pop(code, None)
        if grant is None:
            raise CardTokenRefusedError("invalid_grant", "this code is unknown")
        self._spent[code] = ""  # from here on it is spent, whatever else is wrong with the request
        request = grant.request
        if grant.until <= self.now():
            raise CardTokenRefusedError("invalid_grant", "this code ran out")
        if request.client.client_id != client.client_id:
            raise CardTokenRefusedError("invalid_grant", "this code was given to another client")
        if form["redirect_uri"] != request.redirect_uri:
            raise CardTokenRefusedError("invalid_grant", "redirect_uri is not that of the request")
        if not hmac.compare_digest(_challenge(form["code_verifier"]), request.code_challenge.encode()):
            raise CardTokenRefusedError("invalid_grant", "code_verifier does not fit code_challenge")
        life = self._life()
        access = secrets.token_urlsafe(32)
        self._spent[code] = access
        self._access[access] = _Grant(person=grant.person, request=request, until=self.now() + life)
        return self._access[access]

    def _by_refresh_token(self, client: Client, form: Mapping[str, str]) -> _Grant:
        grant = self._refresh.pop(form.get("refresh_token", ""), None)
        if grant is None or grant.request.client.client_id != client.client_id:
            raise CardTokenRefusedError("invalid_grant", "this refresh token is unknown or was used before")
        renewed = _Grant(person=grant.person, request=grant.request, until=self.now() + self._life())
        self._access[secrets.token_urlsafe(32)] = renewed
        return renewed

    def _answer(self, grant: _Grant, issuer: str) -> dict[str, Any]:
        access = next(token for token, each in self._access.items() if each is grant)
        answer: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": self._life(),
            "id_token": self._id_token(grant, issuer),
            "scope": " ".join(grant.request.scopes),
        }
        if self.switches.on("refresh"):
            refresh = secrets.token_urlsafe(32)
            self._refresh[refresh] = grant
            answer["refresh_token"] = refresh
        return answer

    def _id_token(self, grant: _Grant, issuer: str) -> str | None:
        asked = grant.request.acr_values
        claims = claims_of(
            self._subject(grant), issuer=issuer, client_id=grant.request.client.client_id, now=int(self.now()),
            life=self._life(), nonce=grant.request.nonce,
            acr=self.switches.word("acr") or (asked[0] if asked else _DEFAULT_ACR),
        )  # fmt: skip
        if self.switches.on("aud_list"):
            claims["aud"] = [claims["aud"]]
        if not self.switches.on("name_apart"):
            claims |= self._attributes(grant)
        try:
            return self._mint.id_token(claims, self.switches.word("bad_token"))
        except UnknownWrongnessError as problem:
            raise CardTokenRefusedError("server_error", f"no such bad_token: {problem}") from problem

    def _attributes(self, grant: _Grant) -> dict[str, str]:
        card = self.cards.of(grant.person)
        named = {"name": card.name} if "name" in grant.request.scopes and card.name is not None else {}
        asked = (each for each in _ATTRIBUTES if each in grant.request.scopes)
        return named | {each: str(getattr(card, each)) for each in asked}

    def _subject(self, grant: _Grant) -> str:
        return self.cards.subject(grant.person, grant.request.client.client_id)

    def _life(self) -> int:
        return int(60 * self.switches.number("token_minutes", 5))


def _challenge(verifier: str) -> bytes:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=")
