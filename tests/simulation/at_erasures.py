"""The invariant of retention: what is known of a person is gone when its time has come. The times are worked out anew here."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared.domain.application import Application
from shared.ports import Snapshot

if TYPE_CHECKING:
    from tests.simulation.world import World

_SLACK: Final = timedelta(minutes=5)
_PERSONAL: Final = ("@", "Name of", "Taro", "employee-", "methodsseen")


def nothing_of_a_person_is_left(world: "World") -> Iterable[str]:
    """What people typed, what they proved with, and who they were: each is gone after its span, in the rows beside it too."""
    for name in world.storage.applications.ids():
        found = world.storage.applications.peek(name)
        if found is None or not found.application.terminal:
            continue
        case, spans = found.application, world.rules.retention
        if _over(world, case, spans.details):
            yield from _typed(world, found)
        if _over(world, case, world.rules.contest_for):
            yield from _proved(world, found)
        never = case.unconfirmed and name not in world.book.not_mine
        span = spans.unconfirmed if never else max(spans.case, world.rules.contest_for)
        if _over(world, case, span) and not _blocks(world, name):
            yield from _known(found)
    yield from _locks(world)


def somebody_to_forget(world: "World") -> bool:
    """Whether a case that is over still knows whose it is, in a run that forgets within days."""
    if world.rules.retention.case > timedelta(days=30):
        return False
    found = (world.storage.applications.peek(each) for each in world.storage.applications.ids())
    return any(
        each.application.terminal and each.application.subject and not _blocks(world, each.application.id)
        for each in found
        if each is not None
    )


def _over(world: "World", case: Application, span: timedelta) -> bool:
    return world.now() > case.entered_at + span + _SLACK + timedelta(seconds=world.tolerance)


def _blocks(world: "World", name: str) -> bool:
    """Whether this case is why an account is blocked: an operator needs it to lift that."""
    lock = world.storage.locks._rows.get(world.book.owner.get(name, ""))
    return lock is not None and name in lock.blocked_by


def _typed(world: "World", found: Snapshot) -> Iterable[str]:
    case = found.application
    if case.details or case.contact_email:
        yield f"what was typed into {case.id[:6]} is kept"
    for answer in world.storage.applications.answers(case.id).values():
        asked = answer.request
        if asked.body and asked.received_at < case.entered_at:
            yield f"the fields of {asked.kind.value} of {case.id[:6]} are kept"


def _proved(world: "World", found: Snapshot) -> Iterable[str]:
    case = found.application
    if case.proof is not None or any(each.evidence for each in case.approvals):
        yield f"what proved {case.id[:6]} is kept"
    for answer in world.storage.applications.answers(case.id).values():
        if answer.request.evidence and answer.request.received_at < case.entered_at:
            yield f"the token of {answer.request.kind.value} of {case.id[:6]} is kept"


def _known(found: Snapshot) -> Iterable[str]:
    case = found.application
    text = repr(case)
    if case.subject or any(each in text for each in _PERSONAL):
        yield f"whose case {case.id[:6]} was is kept"
    if any(each.done_at is not None and each.done_at < case.entered_at for each in found.mails):
        yield f"to whom {case.id[:6]} wrote is kept"


def _locks(world: "World") -> Iterable[str]:
    for subject, lock in world.storage.locks._rows.items():
        named = [world.storage.applications.peek(each) for each in (lock.application, *lock.earlier)]
        known = [
            each
            for each in named
            if each is not None and (each.application.subject or not each.application.terminal)
        ]
        if not lock.blocked and not known and any(each is not None for each in named):
            yield f"{subject} still has a lock, and no case"
