"""What waits for something outside waits for nobody in silence, and for nothing for ever."""

from datetime import timedelta

import pytest

from shared.domain.events import EventKind
from shared.domain.kinds import DecisionKind
from shared.domain.retention import Erasure
from shared.domain.states import State
from shared.domain.step_of_patience import SESSIONS_TRIED_FOR
from shared.ports import ForbiddenError, PortError, UnavailableError
from tests.unit import people
from tests.unit.observed import Fault
from tests.unit.reaching import lift, not_me, reach, withdraw
from tests.unit.world import World


def _told(world: World) -> int:
    return len(world.subjects(people.OPERATORS[0]))


@pytest.mark.parametrize("state", [State.CANCELLED, State.COMPLETED])
async def test_sessions_that_graph_will_not_end_are_told_of_and_ended_once_it_will(state: State) -> None:
    world, name = await reach(state)
    before = world.graph.account(world.student).revocations
    world.seen.faults.append(Fault("sessions", "revoke", ForbiddenError("403")))
    told = _told(world)
    await not_me(world, name)
    await world.tick()
    at_once = _told(world)
    assert at_once > told
    await world.move(timedelta(hours=2))
    assert _told(world) > at_once
    world.seen.faults.clear()
    await world.move(timedelta(minutes=16))
    assert not world.case(name).sessions_to_end
    assert world.graph.account(world.student).revocations == before + 1


async def test_after_the_first_day_operators_are_told_each_business_day() -> None:
    world, name = await reach(State.CANCELLED)
    world.seen.faults.append(Fault("sessions", "revoke", ForbiddenError("403")))
    await not_me(world, name)
    await world.move(timedelta(days=1, minutes=30))
    first_day = _told(world)
    for _ in range(7 * 12):
        world.clock.move_to(world.clock.now() + timedelta(hours=2))
        await world.tick()
    assert _told(world) - first_day == 4, "a weekend and a holiday lie between"


async def test_sessions_that_graph_never_ends_do_not_keep_what_is_known_of_a_person() -> None:
    world, name = await reach(State.CANCELLED)
    world.seen.faults.append(Fault("sessions", "revoke", ForbiddenError("403")))
    await not_me(world, name)
    await lift(world, name)
    since = world.clock.now()
    world.clock.move_to(since + SESSIONS_TRIED_FOR - timedelta(hours=1))
    await world.tick()
    assert world.case(name).sessions_to_end
    told = _told(world)
    world.clock.move_to(since + SESSIONS_TRIED_FOR)
    await world.tick()
    assert not world.case(name).sessions_to_end
    assert EventKind.SESSIONS_NOT_ENDED in world.events(name)
    assert _told(world) > told
    await world.move(timedelta(days=200))
    assert Erasure.ACCOUNT in world.case(name).erased


@pytest.mark.parametrize("kind", [DecisionKind.APPROVE, DecisionKind.REJECT])
async def test_a_decision_that_cannot_be_verified_is_told_of_and_overtaken_by_nothing(
    kind: DecisionKind,
) -> None:
    world, name = await reach(State.IN_REVIEW)
    promised = world.case(name).promised_by
    await world.decide(kind)
    world.seen.faults.append(Fault("directory", "employee_id", UnavailableError("Graph is down")))
    told = _told(world)
    await world.move(timedelta(hours=2))
    assert _told(world) > told
    await world.move(timedelta(hours=5))
    case = world.case(name)
    assert case.state is State.IN_REVIEW
    assert case.promised_by is not None
    assert promised is not None
    assert case.promised_by > promised
    assert "promise_changed" in world.subjects(people.OUTSIDE)
    world.seen.faults.clear()
    await world.move(timedelta(minutes=2))
    ends = State.APPROVED if kind is DecisionKind.APPROVE else State.REJECTED
    assert world.case(name).state is ends


@pytest.mark.parametrize("method", ["facts", "employee_id"])
@pytest.mark.parametrize("error", [ForbiddenError("403"), UnavailableError("down")])
async def test_a_lift_that_graph_does_not_answer_is_told_of(error: PortError, method: str) -> None:
    world, name = await reach(State.CANCELLED)
    await not_me(world, name)
    await world.move(timedelta(minutes=5))
    world.seen.faults.append(Fault("directory", method, error))
    told = _told(world)
    await lift(world, name)
    await world.move(timedelta(hours=2))
    assert _told(world) > told


async def test_a_case_that_waits_for_nothing_is_told_of_to_nobody() -> None:
    world, name = await reach(State.IN_REVIEW)
    await withdraw(world, name)
    world.seen.faults.append(Fault("directory", "facts", UnavailableError("Graph is down")))
    told = _told(world)
    await world.move(timedelta(days=2))
    assert _told(world) == told
