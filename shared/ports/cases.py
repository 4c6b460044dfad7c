"""The cases, and what is kept about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from shared.domain.application import Application, Change
from shared.domain.events import Event
from shared.domain.mails import OwedMail
from shared.domain.retention import RowErasure


@dataclass(frozen=True, slots=True)
class Wake:
    """A due row: at ``at`` somebody looks at ``application``. ``key`` names the row; ``lane`` the queue that suits it."""

    at: datetime
    application: str
    key: str
    lane: str = "review"


@dataclass(frozen=True)
class Snapshot:
    """An application as it was read, with everything in its partition that the loop needs.

    Attributes:
        application: The case.
        version: ETag it was read with.
        wake: The due row the case names as its guard; nobody erases it while it is named.
        mails: All mails ever owed.
        answered: Keys of the requests that were answered.
        events: The audit trail, oldest first.
        mail_versions: ETags of the mails' rows, by the mail's key.
    """

    application: Application
    version: str
    wake: Wake | None
    mails: tuple[OwedMail, ...] = ()
    answered: frozenset[str] = frozenset()
    events: tuple[Event, ...] = ()
    mail_versions: Mapping[tuple[str, int, str], str] = field(default_factory=dict)

    def after(self, change: Change, version: str, wake: Wake | None) -> "Snapshot":
        """The case as a save of ``change`` leaves it; a mail that is owed already stays as it is."""
        owed = {each.key for each in self.mails}
        return Snapshot(
            application=change.application,
            version=version,
            wake=wake,
            mails=self.mails + tuple(each for each in change.mails if each.key not in owed),
            answered=self.answered | {each.request.key for each in change.answers},
            events=self.events + change.events,
            mail_versions=self.mail_versions,
        )

    def marked(self, mails: Sequence[OwedMail]) -> "Snapshot":
        """The case with what became of these mails."""
        by_key = {each.key: each for each in mails}
        return replace(self, mails=tuple(by_key.get(each.key, each) for each in self.mails))


class Applications(Protocol):
    """The cases; only the worker may save."""

    async def read(self, application: str) -> Snapshot | None:
        """The case and its rows, or None."""
        ...

    async def save(self, before: Snapshot | None, change: Change, wake: Wake | None) -> Snapshot:
        """Save state, events, mails owed and answers in one transaction; ``before`` None creates.

        Returns the case as it is now, with its new version, without another read.

        Raises:
            ConflictError: it exists already, or a request of the change was answered already.
            StaleError: it was changed since ``before`` was read.
            UnknownOutcomeError: no answer came; read to find out.
        """
        ...

    async def mark_mails(self, snapshot: Snapshot, mails: Sequence[OwedMail]) -> Snapshot:
        """Record what became of mails, each by the ETag it was read with.

        A mail that somebody else marked meanwhile stays as they marked it. Returned is the case that was read with these marks;
        if one of them met another's, the whole case as it is now, with its new version: never parts of both.

        Raises:
            MissingError: who read the case did not know one of the mails, or it was erased meanwhile.
            StaleError: others write them all the time.
        """
        ...

    async def erase_rows(self, snapshot: Snapshot, what: RowErasure) -> Snapshot:
        """Take this out of the rows beside the case, whatever the case is by now; returns the case without the mails removed.

        Doing it again is harmless, and completes what was begun. That a request was answered stays known; a mail that is
        owed stays, and no event is touched.

        Raises:
            StaleError: others write the rows all the time.
        """
        ...


class OpenCases(Protocol):
    """Index of the cases that are not over, for the console. A name may be stale: look at the case."""

    async def add(self, application: str) -> None:
        """Name a case; naming it twice is the same as once."""
        ...

    async def drop(self, application: str) -> None:
        """Forget a case that ended."""
        ...

    async def names(self) -> list[str]:
        """Ids of all cases in the index."""
        ...


@dataclass(frozen=True, slots=True)
class Poison:
    """A message the platform gave up on, kept for an operator."""

    key: str
    lane: str
    text: str
    at: datetime


class PoisonRows(Protocol):
    """Messages given up on: listed in the console until somebody retries them."""

    async def keep(self, poison: Poison) -> None:
        """Record one; the same message twice is the same as once."""
        ...

    async def kept(self) -> list[Poison]:
        """All of them."""
        ...

    async def drop(self, key: str) -> None:
        """Forget one that was retried."""
        ...


@dataclass(frozen=True, slots=True)
class Access:
    """Who looked at what: an insert-only row, separate from the case."""

    application: str
    actor: str
    what: str
    at: datetime


class Accesses(Protocol):
    """Access records."""

    async def record(self, access: Access) -> None:
        """Write one before the thing is shown."""
        ...

    async def of(self, application: str) -> list[Access]:
        """All accesses to one case, oldest first."""
        ...


class Photos(Protocol):
    """The private container of ID photos."""

    async def put(self, name: str, jpeg: bytes) -> None:
        """Store a re-encoded photo under an opaque name."""
        ...

    async def get(self, name: str) -> bytes:
        """Read one.

        Raises:
            MissingError: it was erased.
        """
        ...

    async def erase(self, name: str) -> None:
        """Remove one for good; one that is gone is no error."""
        ...
