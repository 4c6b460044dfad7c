"""The process dies, or a call fails, at any point of what blocks an account and lifts that: nothing is lost or done by half."""

from datetime import timedelta

import pytest

from shared.domain.kinds import Closing
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import AccountLock, UnknownOutcomeError
from shared.services import watch_blocks
from shared.services.ask import ask
from shared.services.refusals import Refusal, RefusedError
from tests.unit import cards, people
from tests.unit.counters import vouched
from tests.unit.failing import Begin, Check, Go, fail_everywhere
from tests.unit.observed import CrashError
from tests.unit.reaching import lift, not_me, reach, send_past_the_door
from tests.unit.world import World

_WITHIN = timedelta(hours=2)


# --- where they begin -----------------------------------------------------------------------------------


async def _a_pass_is_out() -> World:
    """An old case that was withdrawn, and a newer one of the same account whose pass is on the screen."""
    world, _ = await reach(State.CANCELLED)
    name = await world.apply(nonce="again")
    await world.run()
    await world.decide()
    await world.run()
    await world.pickup(name)
    return world


async def _blocked() -> World:
    world, name = await reach(State.CANCELLED)
    await not_me(world, name)
    await world.move(timedelta(minutes=5))
    return world


async def _with_a_second_person() -> World:
    """A case at the office whose pass was shown: the registration will lift the block."""
    world = await _blocked()
    name = await vouched(world)
    await world.decide()
    await world.run()
    await world.pickup(name)
    return world


async def _linked() -> World:
    world = await _blocked()
    await cards.has_link(world)
    return world


# --- the roads ------------------------------------------------------------------------------------------


def _old(world: World) -> str:
    """The first case that ever held the account's lock."""
    lock = world.storage.locks.peek(world.student)
    return (lock.application, *lock.earlier)[-1]


def _newest(world: World) -> str:
    (name,) = (each for each in world.storage.applications.ids() if each != _old(world))
    return name


async def _say_no(world: World) -> str:
    await world.person(lambda: ask(_old(world), RequestKind.NOT_ME, 0, world.web))
    await world.until(lambda: world.case(_old(world)).contest_kept, _WITHIN)
    await world.until(lambda: world.case(_newest(world)).state is State.CANCELLED, _WITHIN)
    await world.move(timedelta(hours=1))
    return _newest(world)


async def _lift(world: World) -> str:
    try:
        await lift(world, _old(world))
    except RefusedError as error:  # the answer to the first press was lost, and it has worked meanwhile
        if error.refusal is not Refusal.TOO_LATE:
            raise
    await world.until(lambda: _is_lifted(world), _WITHIN)
    await world.move(timedelta(hours=1))
    return _old(world)


async def _register(world: World) -> str:
    name = _newest(world)
    world.register()
    await world.until(lambda: world.case(name).state is State.COMPLETED, _WITHIN)
    await world.until(lambda: _is_lifted(world), _WITHIN)
    await world.move(timedelta(hours=1))
    return name


async def _try_anyway(world: World) -> str:
    name = await send_past_the_door(world)
    await world.until(lambda: _there(world, name) and world.case(name).terminal, _WITHIN)
    await world.move(timedelta(hours=1))
    return name


async def _cut(world: World) -> str:
    staff = world.staff["ope"]

    async def press() -> None:
        try:
            await watch_blocks.cut_link(_old(world), staff.identity, staff.token, world.web)
        except RefusedError as error:
            if error.refusal is not Refusal.TOO_LATE:
                raise

    await world.person(press)
    await world.run()
    await world.until(lambda: len(world.storage.inbox) == 0, _WITHIN)
    await world.move(timedelta(hours=1))
    return _old(world)


# --- how they must have ended ---------------------------------------------------------------------------


async def _lock(world: World) -> AccountLock:
    lock = await world.storage.locks.read(world.student)
    assert lock is not None
    return lock


async def _check_blocked(world: World, name: str) -> None:
    assert (await _lock(world)).blocked_by == (_old(world),)
    assert world.case(name).stop_as is Closing.BLOCKED
    assert world.events(name).count("stopping_started") == 1
    assert world.live_pass == ""
    assert "closed" in world.subjects(people.OWN_MAILBOX)
    assert len(world.storage.inbox) == 0


async def _check_lifted(world: World, name: str) -> None:
    lock = await _lock(world)
    assert (lock.blocked_by, lock.lifted) == ((), (_old(world),))
    assert world.events(name).count("block_lifted") == 1
    for address in (people.OUTSIDE, people.OWN_MAILBOX):
        assert "block_lifted" in world.subjects(address)
    assert world.case(name).to_lift == ()
    assert len(world.storage.inbox) == 0


async def _check_ended(world: World, name: str) -> None:
    assert world.case(name).stop_as is Closing.BLOCKED
    assert (await _lock(world)).application == _old(world)
    assert world.graph.account(world.student).passes_made == []
    assert "closed" in world.subjects(people.OWN_MAILBOX)
    assert await world.storage.open_cases.names() == []


async def _check_cut(world: World, name: str) -> None:
    del name
    assert world.storage.card_links.rows() == {}
    history = [(each.deed.value, each.actor) for each in world.storage.card_links.history.values()]
    assert history == [("linked", ""), ("unlinked", "ope")]
    for address in (people.OUTSIDE, people.OWN_MAILBOX):
        assert "card_unlinked" in world.subjects(address)


def _is_lifted(world: World) -> bool:
    return not world.storage.locks.peek(world.student).blocked


def _there(world: World, name: str) -> bool:
    return world.storage.applications.peek(name) is not None


_ROADS: dict[str, tuple[Begin, Go, Check]] = {
    "not_me": (_a_pass_is_out, _say_no, _check_blocked),
    "operator_lifts": (_blocked, _lift, _check_lifted),
    "office_lifts": (_with_a_second_person, _register, _check_lifted),
    "blocked_application": (_blocked, _try_anyway, _check_ended),
    "cut_link": (_linked, _cut, _check_cut),
}


@pytest.mark.parametrize("road", _ROADS)
@pytest.mark.parametrize("after", [False, True], ids=["before_message_lost", "after_message_comes_back"])
async def test_a_crash_at_any_call_loses_nothing(road: str, after: bool) -> None:  # noqa: FBT001
    await fail_everywhere(*_ROADS[road], CrashError, after=after, comes_back=after)


@pytest.mark.parametrize("road", _ROADS)
async def test_an_answer_that_is_lost_loses_nothing_wherever_it_is(road: str) -> None:
    await fail_everywhere(*_ROADS[road], UnknownOutcomeError, after=True)
