"""The invariants of block and freeze: what an owner's "not me" or an operator closes stays closed until people open it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.domain.application import Application
from shared.domain.freezing import FREEZE_ID
from shared.domain.kinds import Channel
from shared.domain.requests import Outcome, RequestKind
from shared.domain.states import State
from tests.simulation.at_passes import asked_at, since
from tests.simulation.book import Made

if TYPE_CHECKING:
    from tests.simulation.world import World


def the_account_is_not_blocked(world: "World", case: Application, made: Made) -> str:
    """No pass by website, form or card for an account that was blocked all the time since the pass was asked for."""
    if case.channel is Channel.OFFICE:
        return ""
    history = [(0.0, False), *world.book.blocked[case.subject]]
    states: list[bool] = since(history, asked_at(world, case, made.attempt))
    return f"{case.id[:6]} ({case.channel.value}) makes a pass for a blocked account" if all(states) else ""


def a_not_me_blocks(world: "World") -> Iterable[str]:
    """Each "not me" that was taken was written to its account's lock, which nobody forgets while it blocks."""
    for name in world.storage.applications.ids():
        answers = world.storage.applications.answers(name).values()
        said = any(
            each.request.kind is RequestKind.NOT_ME and each.outcome is Outcome.DONE for each in answers
        )
        if said and name in world.book.owner and name not in world.book.not_mine:
            yield f"the owner said that {name[:6]} was not theirs, and nothing is blocked"


def blocks_are_lifted_by_people(world: "World") -> Iterable[str]:
    """A block was lifted by an operator who really did, or by a clerk and a second person who saw the owner."""
    for subject, lock in world.storage.locks._rows.items():
        if lock.lifted and not _by_operator(world, subject) and not _at_office(world, subject):
            yield f"the block of {subject} was lifted, and nobody did it"


def the_switch_is_turned_by_operators(world: "World") -> Iterable[str]:
    """The freeze switch was turned by operators who really did, or by the limit of the service itself."""
    for line in world.storage.switches._lines:
        what = "freeze" if line.frozen else "thaw"
        if line.oid and (what, FREEZE_ID, 0, line.oid) not in world.book.clicks:
            yield f"{line.oid} is said to have turned the switch ({what}), and did not"


def _by_operator(world: "World", subject: str) -> bool:
    return any(
        did == "lift" and name == subject and world.person_of(oid) != world.person_of(subject)
        for did, name, _, oid in world.book.clicks
    )


def _at_office(world: "World", subject: str) -> bool:
    for name in world.storage.applications.ids():
        found = world.storage.applications.peek(name)
        case = found.application if found else None
        if case is None or world.book.owner.get(name) != subject or case.channel is not Channel.OFFICE:
            continue
        clerks = {oid for did, at, _, oid in world.book.clicks if (did, at) == ("confirm", name)}
        others = {oid for did, at, _, oid in world.book.clicks if (did, at) == ("approve", name)} - clerks
        if case.state in {State.COMPLETED, State.ATTENTION} and clerks and others:
            return True
    return False
