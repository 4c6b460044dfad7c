"""A case that ever claimed an attempt ends only through ``stopping``, whatever ends it: its pass may be live."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain import closing
from shared.domain.application import move
from shared.domain.errors import IllegalMoveError
from shared.domain.events import EventKind
from shared.domain.kinds import Attention, Closing, CounterBar, DecisionKind
from shared.domain.states import State
from shared.services import act_on_own_case
from tests.unit import people
from tests.unit.counters import confirm, leave, respond, vouched
from tests.unit.reaching import not_me, operate, reach
from tests.unit.university import WEDNESDAY_MORNING
from tests.unit.world import World


async def _in_trouble(world: World, name: str) -> None:
    """The pass was made, and does not work twice: an operator looks."""
    await world.pickup(name)
    shown = act_on_own_case.Shown(world.collector())
    for _ in range(2):
        await act_on_own_case.report_trouble(name, world.student, world.web, shown)
        await world.run()
    assert world.case(name).state is State.ATTENTION
    assert world.live_pass


async def _back_at_the_counter(world: World) -> str:
    """The clerk who operated it too cannot let their own confirmation stand: they compare once more."""
    name = await vouched(world, by="all")
    await _in_trouble(world, name)
    await operate(world, name, "run again", by="all")
    assert world.case(name).at_counter
    assert world.live_pass
    return name


async def _ends_without_the_pass(world: World, name: str, state: State) -> None:
    assert world.case(name).state is State.STOPPING
    assert world.live_pass == ""
    revocations = world.graph.account(world.student).revocations
    assert revocations > 1  # the first was before the pass was made
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is state
    assert "stopping_started" in world.events(name)


@pytest.mark.parametrize("channel", ["website", "form"])
async def test_a_rejection_after_a_pass_takes_the_pass_back(channel: str) -> None:
    world = World(WEDNESDAY_MORNING)
    name = await world.apply() if channel == "website" else await respond(world)
    await world.run()
    await world.decide()
    await world.run()
    await _in_trouble(world, name)
    world.tokens.forget(world.staff["rei"].token)  # its issuer's keys were withdrawn
    await operate(world, name, "run again")
    assert world.case(name).state is State.IN_REVIEW
    await world.decide(DecisionKind.REJECT, by="ren")
    await world.run()
    await _ends_without_the_pass(world, name, State.REJECTED)
    assert world.case(name).stop_as is Closing.REJECTED
    assert world.events(name)[-1] == "rejected"
    assert "rejected" in world.subjects(people.OUTSIDE)
    assert "closed" not in world.subjects(people.OUTSIDE)


async def test_not_me_at_the_counter_once_more_takes_the_pass_back() -> None:
    world = World(WEDNESDAY_MORNING)
    name = await _back_at_the_counter(world)
    await not_me(world, name)
    await _ends_without_the_pass(world, name, State.CANCELLED)
    assert world.case(name).stop_as is Closing.NOT_ME
    assert world.subjects(people.OUTSIDE)[-1] == "closed"


async def test_a_clerk_who_leaves_after_a_pass_takes_it_back() -> None:
    world = World(WEDNESDAY_MORNING)
    name = await _back_at_the_counter(world)
    await leave(world, name, by="all")
    await world.run()
    await _ends_without_the_pass(world, name, State.CANCELLED)


async def test_a_counter_that_runs_out_after_a_pass_takes_it_back() -> None:
    world = World(WEDNESDAY_MORNING)
    name = await _back_at_the_counter(world)
    await world.until(lambda: not world.case(name).at_counter)
    assert world.case(name).state is State.CANCELLED
    assert "stopping_started" in world.events(name)
    assert world.live_pass == ""


async def test_a_look_up_that_is_refused_after_a_pass_takes_it_back() -> None:
    world = World(WEDNESDAY_MORNING)
    name = await vouched(world)
    await _in_trouble(world, name)
    world.tokens.forget(world.staff["cleo"].token)
    await operate(world, name, "run again")
    assert world.case(name).counter_bar is CounterBar.NOT_VERIFIED
    assert "counter_refused" in world.events(name)
    await _ends_without_the_pass(world, name, State.CANCELLED)


async def test_a_case_with_a_pass_keeps_the_lock_while_the_clerk_compares_once_more() -> None:
    world = World(WEDNESDAY_MORNING)
    name = await _back_at_the_counter(world)
    other = await respond(world)
    await world.run()
    assert (world.case(other).state, world.case(other).duplicate_of) == (State.CANCELLED, name)
    await confirm(world, name, by="all")
    await world.run()
    assert world.case(name).state is State.IN_REVIEW  # an operator of the case cannot confirm it


async def test_no_verb_can_end_a_case_with_an_attempt_directly() -> None:
    world, name = await reach(State.ISSUED)
    case, now = replace(world.case(name), state=State.IN_REVIEW), world.clock.now()
    for target in (State.REJECTED, State.CANCELLED):
        with pytest.raises(IllegalMoveError):
            move(case, target, EventKind.CANCELLED, now)
    ended = closing.duplicate(case, "f" * 32, now, world.rules).application
    assert (ended.state, ended.stop_as) == (State.STOPPING, Closing.DUPLICATE)


async def test_stopping_a_contested_case_leaves_the_pass_of_the_next_one() -> None:
    world, old = await reach(State.COMPLETED)
    await not_me(world, old)
    assert world.case(old).attention is Attention.CONTESTED
    new = await vouched(world)
    await world.decide(by="ren")
    await world.run()
    await world.pickup(new)
    live, revoked = world.live_pass, world.graph.account(world.student).revocations
    assert live
    await operate(world, old, "stop")
    await world.move(timedelta(minutes=6))
    assert world.case(old).state is State.CANCELLED
    assert world.live_pass == live
    assert world.case(new).state is State.ISSUED
    assert world.graph.account(world.student).revocations > revoked  # the stranger's sessions


async def test_stopping_a_contested_case_takes_back_what_is_left_of_its_own_pass() -> None:
    world, name = await reach(State.COMPLETED)
    account = world.graph.account(world.student)
    account.current_pass = account.passes_made[-1]  # Graph forgot that it was deleted
    await not_me(world, name)
    await operate(world, name, "stop")
    assert world.case(name).state in {State.STOPPING, State.CANCELLED}
    assert world.live_pass == ""
