"""One Temporary Access Pass: its code, its life, and what Graph says of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

#: Symbols that break careless HTML and URLs; real codes contain such characters (``+drkzqAD``).
_AWKWARD: Final = "+!<&"
_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
ODATA_TYPE: Final = "#microsoft.graph.temporaryAccessPassAuthenticationMethod"


def new_code(length: int) -> str:
    """Return a random code of this many characters; it always carries every awkward symbol somewhere."""
    letters = [*_AWKWARD, *(secrets.choice(_ALPHABET) for _ in range(length - len(_AWKWARD)))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def stamp(at: datetime) -> str:
    """Write an aware time as Graph does: UTC, with ``Z``."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_stamp(text: str) -> datetime:
    """Read an ISO-8601 time with a zone; a time without one raises ``ValueError``."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        message = "the time carries no zone"
        raise ValueError(message)
    return at.astimezone(UTC)


@dataclass(kw_only=True, slots=True)
class TemporaryAccessPass:
    """A pass as the directory keeps it. ``lifetime`` in minutes, counted from ``start``."""

    id: str
    code: str
    created: datetime
    start: datetime
    lifetime: int
    once: bool
    used_at: datetime | None = None

    @property
    def end(self) -> datetime:
        """The first moment at which it is dead."""
        return self.start + timedelta(minutes=self.lifetime)

    def expired(self, now: datetime) -> bool:
        """Tell whether its life is over."""
        return now >= self.end

    def usability(self, now: datetime, *, in_policy: bool) -> tuple[bool, str]:
        """Return ``isUsable`` and ``methodUsabilityReason``."""
        if not in_policy:
            return False, "DisabledByPolicy"
        if now < self.start:
            return False, "NotYetValid"
        if self.expired(now):
            return False, "Expired"
        if self.once and self.used_at is not None:
            return False, "OneTimeUsed"
        return True, "EnabledByPolicy"

    def document(self, now: datetime, *, in_policy: bool, reason: str | None, reveal: bool) -> dict[str, Any]:
        """Return it as Graph shows it; the code only where ``reveal`` (the answer to the create call)."""
        usable, why = self.usability(now, in_policy=in_policy)
        return {
            "@odata.type": ODATA_TYPE,
            "id": self.id,
            "temporaryAccessPass": self.code if reveal else None,
            "createdDateTime": stamp(self.created),
            "startDateTime": stamp(self.start),
            "lifetimeInMinutes": self.lifetime,
            "isUsableOnce": self.once,
            "isUsable": usable,
            "methodUsabilityReason": reason or why,
        }

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON for the snapshot of the local cloud."""
        return {
            "id": self.id,
            "code": self.code,
            "created": stamp(self.created),
            "start": stamp(self.start),
            "lifetime": self.lifetime,
            "once": self.once,
            "used_at": stamp(self.used_at) if self.used_at else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> TemporaryAccessPass:
        """Read what :meth:`to_json` wrote."""
        return cls(
            id=data["id"],
            code=data["code"],
            created=parse_stamp(data["created"]),
            start=parse_stamp(data["start"]),
            lifetime=data["lifetime"],
            once=data["once"],
            used_at=parse_stamp(data["used_at"]) if data["used_at"] else None,
        )
