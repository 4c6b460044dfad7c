"""Views of the auditor's pages: verdicts, ids and codes; nothing of the person a case is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.audit import Verdict
from shared.domain.events import Event
from shared.domain.states import State
from shared.ports import Access


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One case in the overview, just verified. ``reference`` is what people call the case."""

    id: str
    reference: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class AuditView:
    """A page of the overview.

    Attributes:
        rows: The cases of this page.
        total: How many cases there are.
        first: Number of the first one on this page, from 1.
        page: Number of this page, from 1.
        pages: How many pages there are.
        parts: How many files the export has.
        exports: Who exported the trail, newest first.
    """

    rows: tuple[AuditRow, ...]
    total: int
    first: int
    page: int
    pages: int
    parts: int
    exports: tuple[Access, ...] = ()

    @property
    def last(self) -> int:
        """Number of the last case on this page."""
        return self.first + len(self.rows) - 1

    @property
    def broken(self) -> tuple[AuditRow, ...]:
        """The cases of this page whose trail does not hold."""
        return tuple(each for each in self.rows if each.verdict.broken is not None)


@dataclass(frozen=True, slots=True)
class AuditCaseView:
    """One trail.

    Attributes:
        id: Id of the case.
        reference: What people call it.
        state: Its state; None if the case is gone or cannot be read.
        verdict: How the trail was just found.
        events: Every event, oldest first; None for a row that cannot be read.
        heads: The kept hashes, by the number of the event.
        accesses: Who looked at what, oldest first.
        names: Names of members of staff by object id, where the case knows them.
    """

    id: str
    reference: str
    state: State | None
    verdict: Verdict
    events: tuple[Event | None, ...] = ()
    heads: Mapping[int, str] = field(default_factory=dict)
    accesses: tuple[Access, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
