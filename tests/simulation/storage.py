"""Storage as the fakes have it, with the cases kept as values instead of text, and a queue that forgets, doubles and delays.

The run through the text of the rows is most of the time a schedule takes; one run in many still takes it (``World``), and a
test holds that both go the same way.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Protocol

from shared import names
from shared.adapters.tables_rows import MAX_OPERATIONS
from shared.domain.application import Change
from shared.domain.mails import OwedMail
from shared.domain.requests import Answer, Request
from shared.domain.retention import RowErasure, removes
from shared.ports import ConflictError, ForbiddenError, MissingError, Snapshot, StaleError, Wake
from tests.fakes.hooks import Hooks, call
from tests.fakes.memory_cases import MemoryApplications, blanked, marked
from tests.fakes.memory_storage import MemoryStorage
from tests.fakes.memory_work import MemoryInbox


class Witness(Protocol):
    """Who sees each write at the moment it is made."""

    def saved(self, before: Snapshot | None, after: Snapshot, change: Change) -> None:
        """A case was saved."""
        ...

    def marked(self, after: Snapshot) -> None:
        """Mails of a case were marked."""
        ...


class InboxWitness(Protocol):
    """Who sees each row that is stored in the inbox."""

    def put(self, request: Request) -> None:
        """A row reached the inbox."""
        ...


@cache
def _row_key(mail: tuple[str, int, str]) -> tuple[str, int, str]:
    """The order in which storage lists mails."""
    kind, number, to = mail
    return kind, number, sha256(to.encode()).hexdigest()


class ValueApplications(MemoryApplications):
    """The port ``Applications`` over values."""

    def __init__(self, hooks: Hooks, witness: Witness) -> None:
        super().__init__(hooks)
        self._witness = witness
        self._snapshots: dict[str, Snapshot] = {}
        self._answered: dict[str, dict[str, Answer]] = {}
        self._counter = count(1)

    def peek(self, application: str) -> Snapshot | None:
        """Read without hooks."""
        return self._snapshots.get(application)

    def ids(self) -> list[str]:
        """All cases there are."""
        return list(self._snapshots)

    def answer(self, application: str, request: str) -> Answer:
        """How a request was answered."""
        return self._answered[application][request]

    def answers(self, application: str) -> dict[str, Answer]:
        """All answers of a case, by the request's key."""
        return self._answered.get(application, {})

    @call
    async def save(self, before: Snapshot | None, change: Change, wake: Wake | None) -> Snapshot:
        application = change.application
        present = self._snapshots.get(application.id)
        if before is None and present is not None:
            raise ConflictError("the case exists")
        if before is not None:
            if present is None:
                raise MissingError("there is no such case")
            if self.changed(present, before):
                raise StaleError("the case was changed")
        mails = {each.key: each for each in present.mails} if present else {}
        known = {each.key for each in before.mails} if before else set()
        owed = [mail for mail in change.mails if mail.key not in known]
        fresh = {answer.request.key: answer for answer in change.answers}
        answered = self._answered.setdefault(application.id, {})
        if len({each.key for each in owed}) != len(owed) or len(fresh) != len(change.answers):
            raise ForbiddenError("a row twice in one transaction")
        if fresh.keys() & answered.keys() or any(each.key in mails for each in owed):
            raise ConflictError("a row exists")
        if change.events and application.events - len(change.events) < len(present.events if present else ()):
            raise ConflictError("an event exists")
        if 1 + len(change.events) + len(owed) + len(change.answers) > MAX_OPERATIONS:
            raise ValueError("too many rows for one transaction")
        answered |= fresh
        mails |= {each.key: each for each in owed}
        after = Snapshot(
            application=application,
            version=f'W/"{next(self._counter)}"',
            wake=wake,
            mails=tuple(mails[each] for each in sorted(mails, key=_row_key)),
            answered=frozenset(answered),
            events=(*(present.events if present else ()), *change.events),
        )
        self._snapshots[application.id] = after
        self._witness.saved(present, after, change)
        known_before = before or Snapshot(application=application, version=after.version, wake=wake)
        return known_before.after(change, after.version, wake)

    def changed(self, present: Snapshot, before: Snapshot) -> bool:
        """Whether a save must be refused: the ETag."""
        return present.version != before.version

    @call
    async def erase_rows(self, snapshot: Snapshot, what: RowErasure) -> Snapshot:
        name = snapshot.application.id
        present = self._snapshots.get(name)
        if present is not None:
            answers = self._answered.setdefault(name, {})
            for each, answer in answers.items():
                answers[each] = replace(answer, request=blanked(answer.request, what))
            left = tuple(each for each in present.mails if not removes(what, each))
            self._snapshots[name] = replace(present, mails=left)
        return replace(snapshot, mails=tuple(each for each in snapshot.mails if not removes(what, each)))

    @call
    async def mark_mails(self, snapshot: Snapshot, mails: Sequence[OwedMail]) -> Snapshot:
        if not mails:
            return snapshot
        present = self._snapshots.get(snapshot.application.id)
        rows = {each.key: each for each in present.mails} if present else {}
        if present is None or any(each.key not in rows for each in mails):
            raise MissingError("a mail was never owed")
        returned = marked(snapshot, present, mails)
        after = present.marked([each for each in mails if rows[each.key].gives_way_to(each)])
        self._snapshots[snapshot.application.id] = after
        self._witness.marked(after)
        return returned


class WatchedApplications(MemoryApplications):
    """The port ``Applications`` over the text of the rows, as the contract suite holds it."""

    def __init__(self, hooks: Hooks, witness: Witness) -> None:
        super().__init__(hooks)
        self._witness = witness

    @call
    async def save(self, before: Snapshot | None, change: Change, wake: Wake | None) -> Snapshot:
        present = self.peek(change.application.id)
        after = await MemoryApplications.save.__wrapped__(self, before, change, wake)  # type: ignore[attr-defined]
        seen = self.peek(change.application.id)
        if seen is not None:
            self._witness.saved(present, seen, change)
        kept: Snapshot = after
        return kept

    @call
    async def mark_mails(self, snapshot: Snapshot, mails: Sequence[OwedMail]) -> Snapshot:
        after = await MemoryApplications.mark_mails.__wrapped__(self, snapshot, mails)  # type: ignore[attr-defined]
        seen = self.peek(snapshot.application.id)
        if seen is not None:
            self._witness.marked(seen)
        kept: Snapshot = after
        return kept

    def answers(self, application: str) -> dict[str, Answer]:
        """All answers of a case, by the request's key."""
        case = self._cases.get(application)
        return case.answers if case else {}


class WatchedInbox(MemoryInbox):
    """The inbox; each row that is stored is seen."""

    witness: InboxWitness
    woken: Callable[[], None]

    @call
    async def put(self, request: Request) -> None:
        await MemoryInbox.put.__wrapped__(self, request)  # type: ignore[attr-defined]
        self.witness.put(self._rows[request.application, request.key])
        self.woken()

    def rows(self) -> list[Request]:
        """All rows, without a call."""
        return list(self._rows.values())


class SimulatedHints:
    """The port ``Hints``: what is sent goes to whoever delivers."""

    port = "hints"

    def __init__(self, hooks: Hooks, deliver: Callable[[str, str], None]) -> None:
        self.hooks = hooks
        self._deliver = deliver

    @call
    async def send(self, lane: str, application: str) -> None:
        if lane not in names.LANES:
            raise ValueError("there is no such lane")
        self._deliver(lane, application)


class SimulatedStorage(MemoryStorage):
    """All of storage, with the three parts that a simulation needs to see."""

    applications: ValueApplications | WatchedApplications
    inbox: WatchedInbox
    hints: SimulatedHints  # type: ignore[assignment]  # another queue than the unit tests'
