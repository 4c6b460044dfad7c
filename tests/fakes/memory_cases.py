"""Cases, their index, poison and access records in memory, as strict as table storage."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count

from shared.adapters import codec
from shared.adapters.tables_applications import RESERVED
from shared.adapters.tables_rows import MAX_OPERATIONS, key, text
from shared.domain.application import Change
from shared.domain.events import Event
from shared.domain.mails import OwedMail
from shared.domain.requests import Answer, Request
from shared.domain.retention import RowErasure, removes
from shared.ports import (
    Access,
    ConflictError,
    ForbiddenError,
    MissingError,
    Poison,
    Snapshot,
    StaleError,
    Wake,
)
from tests.fakes.hooks import Hooks, call


@dataclass
class _Case:
    """Rows of one partition, as text, so that nothing is ever shared with a caller."""

    app: str
    version: str
    wake: Wake | None
    rows: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    def starting(self, start: str) -> list[str]:
        return [self.rows[name] for name in sorted(self.rows) if name.startswith(start)]


class MemoryApplications:
    """The port ``Applications``."""

    port = "applications"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self._cases: dict[str, _Case] = {}
        self._versions = count(1)

    @call
    async def read(self, application: str) -> Snapshot | None:
        return self.peek(application)

    def peek(self, application: str) -> Snapshot | None:
        """Read without hooks: for a test's own eyes."""
        case = self._cases.get(_partition(application))
        if case is None:
            return None
        return Snapshot(
            application=codec.application_from(case.app),
            version=case.version,
            wake=case.wake,
            mails=tuple(codec.mail_from(each) for each in case.starting("mail:")),
            answered=frozenset(case.answers),
            events=tuple(codec.event_from(each) for each in case.starting("event:")),
        )

    def ids(self) -> list[str]:
        """All cases there are: for a test's own eyes."""
        return list(self._cases)

    def answer(self, application: str, request: str) -> Answer:
        """How a request was answered, with its evidence: for a test's own eyes."""
        return self._cases[application].answers[request]

    @call
    async def save(self, before: Snapshot | None, change: Change, wake: Wake | None) -> Snapshot:
        application = change.application
        case = self._started(_partition(application.id), before)
        case.app = text(codec.application_text(application))
        case.wake = wake
        known = {each.key for each in before.mails} if before else set()
        owed = [mail for mail in change.mails if mail.key not in known]
        _insert(case, [*_events(change), *((_mail_key(mail), text(codec.mail_text(mail))) for mail in owed)])
        _answer(case, change.answers)
        if 1 + len(change.events) + len(owed) + len(change.answers) > MAX_OPERATIONS:
            raise ValueError("too many rows for one transaction")
        case.version = f'W/"{next(self._versions)}"'
        self._cases[application.id] = case
        start = before or Snapshot(application=application, version=case.version, wake=wake)
        after = start.after(change, case.version, wake)
        return replace(after, events=tuple(replace(each, detail=dict(each.detail)) for each in after.events))

    @call
    async def mark_mails(self, snapshot: Snapshot, mails: Sequence[OwedMail]) -> Snapshot:
        case = self._cases.get(key(snapshot.application.id))
        now = self.peek(snapshot.application.id)
        names = [_mail_key(mail) for mail in mails]
        if not names:
            return snapshot
        if case is None or now is None or not set(names) <= case.rows.keys():
            raise MissingError("a mail was never owed")
        if len(set(names)) != len(mails):
            raise ForbiddenError("a row twice in one transaction")
        after = marked(snapshot, now, mails)
        rows = {each.key: each for each in after.mails}
        for name, mail in zip(names, mails, strict=True):
            if codec.mail_from(case.rows[name]).gives_way_to(mail):
                case.rows[name] = codec.mail_text(rows[mail.key])
        return after

    @call
    async def erase_rows(self, snapshot: Snapshot, what: RowErasure) -> Snapshot:
        case = self._cases.get(_partition(snapshot.application.id))
        if case is None:
            return snapshot
        for name, answer in case.answers.items():
            case.answers[name] = replace(answer, request=blanked(answer.request, what))
        for name in [each for each in case.rows if each.startswith("mail:")]:
            if removes(what, codec.mail_from(case.rows[name])):
                del case.rows[name]
        return replace(snapshot, mails=tuple(each for each in snapshot.mails if not removes(what, each)))

    def _started(self, application: str, before: Snapshot | None) -> _Case:
        """A copy to work on, which replaces the case only if everything can be saved."""
        case = self._cases.get(application)
        if before is None:
            if case is not None:
                raise ConflictError("the case exists")
            return _Case("", "", None)
        if case is None:
            raise MissingError("there is no such case")
        if case.version != before.version:
            raise StaleError("the case was changed")
        return replace(case, rows=dict(case.rows), answers=dict(case.answers))


def _partition(application: str) -> str:
    if application in RESERVED:
        raise ValueError("the name is reserved")
    return key(application)


def _events(change: Change) -> list[tuple[str, str]]:
    first = change.application.events - len(change.events) + 1
    if first < 1:
        raise ValueError("the application counts fewer events than the change has")
    return [(f"event:{number:06d}", _event(event)) for number, event in enumerate(change.events, start=first)]


def _event(event: Event) -> str:
    return text(codec.event_text(event))


def _mail_key(mail: OwedMail) -> str:
    return f"mail:{mail.kind.value}:{mail.round:04d}:{sha256(mail.to.encode()).hexdigest()[:16]}"


def _insert(case: _Case, rows: list[tuple[str, str]]) -> None:
    if len({name for name, _ in rows}) != len(rows):
        raise ForbiddenError("a row twice in one transaction")
    if any(name in case.rows for name, _ in rows):
        raise ConflictError("a row exists")
    case.rows |= dict(rows)


def _answer(case: _Case, answers: Sequence[Answer]) -> None:
    fresh = {answer.request.key: replace(answer, request=copied(answer.request)) for answer in answers}
    if len(fresh) != len(answers):
        raise ForbiddenError("a row twice in one transaction")
    if fresh.keys() & case.answers.keys():
        raise ConflictError("a request was answered already")
    case.answers |= fresh


def blanked(request: Request, what: RowErasure) -> Request:
    """An answered request without what is erased."""
    return replace(
        request,
        body={} if what.bodies else request.body,
        evidence="" if what.evidence else request.evidence,
    )


def marked(snapshot: Snapshot, now: Snapshot, mails: Sequence[OwedMail]) -> Snapshot:
    """The case with these mails marked: as it was read, or whole as it is ``now`` if somebody else marked one meanwhile.

    Raises:
        MissingError: who read the case did not know one of them.
    """
    known = {each.key: each for each in snapshot.mails}
    rows = {each.key: each for each in now.mails}
    if any(each.key not in known for each in mails):
        raise MissingError("a mail was never owed")
    left = [each for each in mails if known[each.key].gives_way_to(each)]
    if all(known[each.key] == rows[each.key] for each in left):
        return snapshot.marked(left)
    return now.marked([each for each in left if rows[each.key].gives_way_to(each)])


def copied(request: Request) -> Request:
    """A request whose fields are shared with nobody."""
    return replace(request, body=dict(request.body))


class MemoryOpenCases:
    """The port ``OpenCases``."""

    port = "open_cases"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self._names: set[str] = set()

    @call
    async def add(self, application: str) -> None:
        self._names.add(key(application))

    @call
    async def drop(self, application: str) -> None:
        self._names.discard(key(application))

    @call
    async def names(self) -> list[str]:
        return sorted(self._names)


class MemoryPoisonRows:
    """The port ``PoisonRows``."""

    port = "poison"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self._rows: dict[str, Poison] = {}

    @call
    async def keep(self, poison: Poison) -> None:
        self._rows[key(poison.key)] = poison

    @call
    async def kept(self) -> list[Poison]:
        return sorted(self._rows.values(), key=lambda each: (each.at, each.key))

    @call
    async def drop(self, key: str) -> None:
        self._rows.pop(key, None)


class MemoryAccesses:
    """The port ``Accesses``."""

    port = "accesses"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self._rows: list[Access] = []

    @call
    async def record(self, access: Access) -> None:
        key(access.application)
        self._rows.append(access)

    @call
    async def of(self, application: str) -> list[Access]:
        return sorted((row for row in self._rows if row.application == application), key=lambda row: row.at)
