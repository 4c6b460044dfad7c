"""What the doors ask for: insert-only rows that the worker answers. The web never moves a state."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RequestKind(StrEnum):
    """What is asked."""

    SUBMIT = "submit"
    STORED_PHOTO = "stored_photo"
    PHOTO = "photo"
    DECISION = "decision"
    WITHDRAW = "withdraw"
    NOT_ME = "not_me"
    MINE = "mine"
    PICKUP = "pickup"
    SHOWN = "shown"
    TROUBLE = "trouble"
    REGISTERED = "registered"
    RUN_AGAIN = "run_again"
    STOP = "stop"
    LIFT_BLOCK = "lift_block"
    CUT_LINK = "cut_link"
    CONFIRM = "confirm"
    LEAVE = "leave"
    SLIP = "slip"
    DIFFERENT = "different"
    LINK = "link"
    UNLINK = "unlink"
    RETRY_POISON = "retry_poison"
    FREEZE = "freeze"
    THAW = "thaw"
    UNREADABLE = "unreadable"


STOPS: frozenset[RequestKind] = frozenset({RequestKind.NOT_ME, RequestKind.WITHDRAW, RequestKind.STOP})
"""Requests that come before all others, and while one of which is unanswered the pass page gives nothing."""


@dataclass(frozen=True, slots=True)
class Request:
    """One row of the inbox.

    Attributes:
        application: Which application it is for.
        kind: What is asked.
        slot: Round, attempt or count that the caller saw; with the kind it is the insert-only key.
        received_at: When it reached our door (UTC, business clock); business hours are judged by it.
        body: Fields of the request.
        evidence: The token that proves what is claimed, which the worker verifies itself: of staff, of the flow of a form,
            of the card. Empty otherwise.
        stamped_at: When the storage service stored it (UTC, real time); set by storage, not by web.
        trace: By which telemetry ties what happens to what was asked; means nothing here, decides nothing.
    """

    application: str
    kind: RequestKind
    slot: int
    received_at: datetime
    body: dict[str, str] = field(default_factory=dict)
    evidence: str = ""
    stamped_at: datetime | None = None
    trace: str = ""

    @property
    def key(self) -> str:
        """Its name within the application."""
        return f"{self.kind.value}:{self.slot:04d}"


class Outcome(StrEnum):
    """How a request was answered."""

    DONE = "done"
    TOO_LATE = "too_late"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """The record that a request was answered; written with the change that it caused, in one transaction."""

    request: Request
    outcome: Outcome
    at: datetime
