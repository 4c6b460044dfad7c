"""Signed cookies with itsdangerous: what a browser holds of its sessions. Times here are real time, in seconds.

A cookie is signed, not encrypted: it holds nothing that its owner may not read, and script cannot read it (HttpOnly).
A staff session holds the ID token, since a decision carries it to the worker as evidence; so do the sessions of a
verified card and of somebody who links one, for minutes only. A pickup cookie lasts as long as the link that it came
from: the link's expiry is business time, so it is in the payload and the caller's to judge.
Prefix rules: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis section 4.1.3
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from shared.adapters.signed_links import checked_keys

LARGEST: Final = 4000
"""Bytes of name and value; browsers keep 4096 (RFC 6265 section 6.1)."""
IDLE_SECONDS: Final = 30 * 60
FLOW_SECONDS: Final = 10 * 60
VERIFY_SECONDS: Final = 30 * 60
"""A verification may take its time: an app to be installed, a PIN to be looked for, a QR code that ran out."""


class CookieKind(StrEnum):
    """What a cookie is for; the value is its salt, so that none can stand in for another."""

    APPLICANT = "applicant-session"
    STAFF = "staff-session"
    FLOW = "sign-in-flow"
    PICKUP = "pickup"
    VERIFY = "card-verification-flow"
    CARD = "card-session"
    LINKER = "link-session"


_NAMES: Final = {
    CookieKind.APPLICANT: "applicant",
    CookieKind.STAFF: "staff",
    CookieKind.FLOW: "flow",
    CookieKind.PICKUP: "pickup",
    CookieKind.VERIFY: "verify",
    CookieKind.CARD: "card",
    CookieKind.LINKER: "linker",
}
_MAX_AGE: Final = {
    CookieKind.APPLICANT: IDLE_SECONDS,
    CookieKind.STAFF: IDLE_SECONDS,
    CookieKind.FLOW: FLOW_SECONDS,
    CookieKind.VERIFY: VERIFY_SECONDS,
    CookieKind.CARD: IDLE_SECONDS,
    CookieKind.LINKER: IDLE_SECONDS,
}


class CookieTooLargeError(ValueError):
    """What was to be kept does not fit into a cookie: browsers would drop it without a word."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie to be set, complete with its attributes.

    Attributes:
        name: Its name, with prefix or port.
        value: Signed and URL-safe; empty to remove it.
        max_age: Seconds that the browser may keep it, 0 to remove it; None lets it live as long as the browser.
        secure: Whether it travels over https only.
    """

    name: str
    value: str
    max_age: int | None
    secure: bool

    @property
    def header(self) -> str:
        """The value of ``Set-Cookie``."""
        age = [f"Max-Age={self.max_age}"] if self.max_age is not None else []
        secure = ["Secure"] if self.secure else []
        return "; ".join([f"{self.name}={self.value}", "Path=/", *age, "HttpOnly", "SameSite=Lax", *secure])


class Cookies:
    """Seals and opens the cookies of one public address."""

    def __init__(self, keys: Sequence[str], base_url: str, *, clock: Callable[[], float] = time.time) -> None:
        """Take the keys, the oldest first: the last one signs, all of them open.

        Args:
            keys: Secrets of 32 characters or more.
            base_url: The public address; https makes cookies Secure with the prefix ``__Host-``.
            clock: Real time in seconds since the epoch.

        Raises:
            ValueError: a key is missing or too short.
        """
        checked_keys(keys)
        address = urlsplit(base_url)
        self._secure = address.scheme == "https"
        self._suffix = "" if self._secure or address.port is None else f"-{address.port}"
        self._clock = clock
        self._signers = {
            kind: URLSafeTimedSerializer(
                list(keys),
                salt=kind.value,
                signer=_signer_at(clock),
                signer_kwargs={"digest_method": hashlib.sha256},
            )
            for kind in CookieKind
        }

    def name(self, kind: CookieKind) -> str:
        """The cookie's name; ports share a browser's cookies, so on http the port is part of it."""
        return f"{'__Host-' if self._secure else ''}reregister-{_NAMES[kind]}{self._suffix}"

    def seal(self, kind: CookieKind, payload: Mapping[str, Any], *, ends_at: float | None = None) -> Cookie:
        """A cookie that holds ``payload`` (JSON values); sealing it anew at each request keeps a session alive.

        Args:
            kind: What it is for.
            payload: What it holds.
            ends_at: When it ends whatever happens (real time, seconds): the end of a staff ID token.

        Raises:
            CookieTooLargeError: it would exceed what browsers keep.
        """
        held = {"d": dict(payload)} | ({"e": int(ends_at)} if ends_at is not None else {})
        value = self._signers[kind].dumps(held)
        if len(self.name(kind)) + len(value) + 1 > LARGEST:
            raise CookieTooLargeError(kind.value)
        return Cookie(self.name(kind), value, self._max_age(kind, ends_at), self._secure)

    def open(self, kind: CookieKind, cookies: Mapping[str, str]) -> dict[str, Any] | None:
        """What the browser's cookie of this kind holds; None if there is none, it is altered, or its time is over."""
        value = cookies.get(self.name(kind), "")
        if not value or len(value) > LARGEST:
            return None
        try:
            held: Any = self._signers[kind].loads(value, max_age=_MAX_AGE.get(kind))
        except (BadData, ValueError):
            return None
        if not isinstance(held, dict) or not isinstance(held.get("d"), dict):
            return None
        if "e" in held and self._clock() >= float(held["e"]):
            return None
        payload: dict[str, Any] = held["d"]
        return payload

    def removed(self, kind: CookieKind) -> Cookie:
        """The cookie that makes a browser forget this kind."""
        return Cookie(self.name(kind), "", 0, self._secure)

    def _max_age(self, kind: CookieKind, ends_at: float | None) -> int | None:
        idle = _MAX_AGE.get(kind)
        left = max(0, int(ends_at - self._clock())) if ends_at is not None else None
        return min((each for each in (idle, left) if each is not None), default=None)


def _signer_at(clock: Callable[[], float]) -> type[TimestampSigner]:
    class ClockSigner(TimestampSigner):
        """Stamps with the given clock; itsdangerous would ask the system's."""

        def get_timestamp(self) -> int:
            return int(clock())

    return ClockSigner
