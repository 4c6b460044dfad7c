"""The switch with which an operator freezes the making of passes, and whether it is set. One row for the whole service."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

FREEZE_ID: Final = "f" * 32
"""Requests about the switch are filed under this name in the inbox; no application has it."""
_REMEMBERED: Final = 20


class FreezeReason(StrEnum):
    """Why the making of passes is frozen or set free; each has words of its own on the page and in the mail."""

    SUSPECTED_ATTACK = "suspected_attack"
    STAFF_ACCOUNT_TAKEN = "staff_account_taken"
    FAULT = "fault"
    EXERCISE = "exercise"
    SURGE = "surge"
    """Only the service itself says so, never an operator."""
    CLEARED = "cleared"


TO_FREEZE: Final = (
    FreezeReason.SUSPECTED_ATTACK,
    FreezeReason.STAFF_ACCOUNT_TAKEN,
    FreezeReason.FAULT,
    FreezeReason.EXERCISE,
)
TO_THAW: Final = (FreezeReason.CLEARED, FreezeReason.FAULT, FreezeReason.EXERCISE)


@dataclass(frozen=True, slots=True)
class FreezeSwitch:
    """How the switch stands.

    Attributes:
        frozen: No pass is made while it is set.
        number: How often it was set or released; a release names the number it saw.
        at: When it was touched last (UTC, business clock).
        by: Name of the operator who did; empty: the service itself.
        oid: Object id of that operator.
        reason: Why.
        done: Marks of the requests that were carried out, newest first, so that none is carried out twice.
        version: ETag of the row; empty while there is none.
    """

    frozen: bool = False
    number: int = 0
    at: datetime | None = None
    by: str = ""
    oid: str = ""
    reason: FreezeReason | None = None
    done: tuple[str, ...] = ()
    version: str = ""

    def turned(
        self, *, frozen: bool, at: datetime, by: str, oid: str, reason: FreezeReason, request: str
    ) -> "FreezeSwitch":
        """The switch after somebody touched it; ``request`` is the mark of what asked for it."""
        return replace(
            self,
            frozen=frozen,
            number=self.number + 1,
            at=at,
            by=by,
            oid=oid,
            reason=reason,
            done=(request, *self.done)[:_REMEMBERED],
        )
