"""What happens between the authorization request and the answer: the app on the phone, and the PC that waits for it.

On the phone the browser itself goes on. On a PC the phone scans a code, shows a 6-digit number, and the number is typed
on the PC (identity-verification.md 5).
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from local.card.requests import CardRequest
from local.people import Person

_KEPT_SECONDS = 15 * 60
PIN_TRIES = 3


class Outcome(StrEnum):
    """What the person does, or what happens to them."""

    ALLOW = "allow"
    CANCEL = "cancel"
    WRONG_PIN = "wrong_pin"
    PIN_LOCKED = "pin_locked"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CARD_UNREADABLE = "card_unreadable"
    NUMBER_EXPIRED = "number_expired"
    CLOSE = "close"


ERRORS: dict[Outcome, tuple[str, str]] = {
    Outcome.CANCEL: ("access_denied", "The user cancelled the authentication"),
    Outcome.PIN_LOCKED: ("access_denied", "The PIN is locked"),
    Outcome.CERTIFICATE_EXPIRED: ("access_denied", "The certificate has expired"),
    Outcome.CERTIFICATE_REVOKED: ("access_denied", "The certificate was revoked"),
    Outcome.CARD_UNREADABLE: ("access_denied", "The card could not be read"),
}
"""`error` and `error_description` of each end. The real ones are published nowhere: RFC 6749 gives the form."""


@dataclass
class Screen:
    """One authorization request on its way. `ended` is set once; afterwards nothing moves it."""

    id: str
    request: CardRequest
    on_pc: bool
    until: float
    person: Person | None = None
    ended: Outcome | None = None
    tries: int = PIN_TRIES
    number: str = field(default="", repr=False)
    number_until: float = 0.0


class Screens:
    """The requests that wait for somebody."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._screens: dict[str, Screen] = {}

    def open(self, request: CardRequest, *, on_pc: bool) -> Screen:
        """Begin one."""
        now = self._now()
        self._screens = {name: each for name, each in self._screens.items() if each.until > now}
        screen = Screen(secrets.token_urlsafe(16), request, on_pc, now + _KEPT_SECONDS)
        self._screens[screen.id] = screen
        return screen

    def find(self, name: str) -> Screen | None:
        """One that still waits or has ended a moment ago."""
        screen = self._screens.get(name)
        return screen if screen is not None and screen.until > self._now() else None

    def act(self, screen: Screen, outcome: Outcome, person: Person | None, *, number_seconds: float) -> None:
        """The person does something in the app. One that has ended, or that was allowed, stays as it is."""
        if screen.ended is not None:
            return
        match outcome:
            case Outcome.ALLOW | Outcome.NUMBER_EXPIRED:
                if person is None:
                    return
                screen.person = person
                life = number_seconds if outcome is Outcome.ALLOW else 0
                screen.number, screen.number_until = f"{secrets.randbelow(10**6):06}", self._now() + life
                if not screen.on_pc:
                    screen.ended = Outcome.ALLOW
            case Outcome.WRONG_PIN:
                screen.tries -= 1
                if screen.tries == 0:
                    screen.ended = Outcome.PIN_LOCKED
            case _:
                screen.ended = outcome

    def type_number(self, screen: Screen, typed: str) -> str:
        """The PC: empty if it is the number on the phone, else why not (`none`, `expired`, `wrong`)."""
        if screen.person is None or not screen.number:
            return "none"
        if self._now() >= screen.number_until:
            return "expired"
        if typed != screen.number:
            return "wrong"
        screen.ended = Outcome.ALLOW
        return ""
