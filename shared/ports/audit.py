"""What is kept of the audit trail where nobody can change it, and what its reader needs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.application import Application
from shared.domain.audit import AuditHead
from shared.domain.events import Event


class AuditHeads(Protocol):
    """The container of heads: only the worker writes, nobody changes or removes anything."""

    async def keep(self, head: AuditHead, *, at: datetime) -> None:
        """Write a head; the same one twice is the same as once, whatever the time.

        Args:
            head: What is to be kept.
            at: When it was kept (UTC, business clock), for whoever reads the container.

        Raises:
            ConflictError: another hash is kept for this event; it stays.
        """
        ...


class KeptHeads(Protocol):
    """The container of heads, to be read."""

    async def of(self, application: str) -> list[AuditHead]:
        """All heads of one case, by number. What cannot be read as a head is given with an empty hash."""
        ...

    async def applications(self) -> list[str]:
        """Ids of all cases that have a head, in order."""
        ...


@dataclass(frozen=True, slots=True)
class StoredTrail:
    """What is stored of one case's audit trail, read row by row so that no altered row hides the others.

    Attributes:
        application: The case; None if its row is gone or cannot be read.
        events: In the order of their row keys; None stands for a row that cannot be read.
    """

    application: Application | None
    events: tuple[Event | None, ...]


class AllCases(Protocol):
    """Every case there is, ended ones too: for the auditor."""

    async def names(self) -> list[str]:
        """Ids of all cases, in order. It reads the whole table."""
        ...

    async def trail(self, application: str) -> StoredTrail:
        """The events of one case; none if there is no such case."""
        ...
