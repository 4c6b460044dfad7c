"""The office counter: a look-up that nobody hears of, for those whom the clerk may act for."""

from datetime import timedelta

import pytest

from shared.domain.kinds import Attention, Closing, CounterBar
from shared.domain.states import State
from shared.ports import ForbiddenError, MissingError, UnavailableError
from shared.services.park_poison import park_poison
from tests.unit import people
from tests.unit.counters import (
    another_faculty,
    confirm,
    leave,
    look_up,
    reach_at_office,
    second_account_of_the_clerk,
)
from tests.unit.observed import Fault
from tests.unit.reaching import operate
from tests.unit.world import REAL, World


def _nobody_was_told(world: World) -> bool:
    return not world.mailer.sent


async def test_a_look_up_shows_the_person_and_has_no_lock_and_no_mail() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    case = world.case(name)
    assert (case.display_name, case.affiliation, case.upn) == (
        people.STUDENT.display_name,
        people.STUDENT.affiliation,
        people.STUDENT.upn,
    )
    assert (case.subject, case.clerk, case.clerk_name) == (world.student, "cleo", "Name of cleo")
    assert {each.id for each in case.methods_seen} == {"old-phone", "mobile"}
    assert case.due_at == world.clock.now() + timedelta(hours=1)
    assert case.at_counter
    assert not case.open
    assert world.events(name) == ["submitted", "counter_opened"]
    assert await world.storage.locks.read(world.student) is None
    assert not world.snapshot(name).mails
    assert _nobody_was_told(world)


def _nothing(world: World) -> None:
    del world


@pytest.mark.parametrize(
    ("bar", "account", "by", "change"),
    [
        (CounterBar.UNKNOWN_ACCOUNT, "nobody@u.example", "cleo", _nothing),
        (CounterBar.NOT_IN_SCOPE, people.STUDENT.upn, "cleo", another_faculty),
        (CounterBar.OWN_CASE, "cleo@u.example", "cleo", _nothing),
        (CounterBar.OWN_CASE, people.STUDENT.upn, "cleo", second_account_of_the_clerk),
        (CounterBar.NOT_VERIFIED, people.STUDENT.upn, "rei", _nothing),
        (CounterBar.NOT_VERIFIED, people.STUDENT.upn, "ope", _nothing),
    ],
)
async def test_a_clerk_who_may_not_act_learns_why_and_nothing_else(
    bar: CounterBar, account: str, by: str, change: object
) -> None:
    world = World()
    assert callable(change)
    change(world)
    name = await look_up(world, account=account, by=by)
    await world.run()
    case = world.case(name)
    assert (case.state, case.stop_as, case.counter_bar) == (State.CANCELLED, Closing.REFUSED, bar)
    assert (case.display_name, case.affiliation, case.addresses, case.subject) == ("", "", (), "")
    assert world.events(name) == ["submitted", "counter_refused"]
    await world.move(timedelta(days=1))
    assert _nobody_was_told(world)
    assert not world.needless_wakes()
    assert await world.storage.open_cases.names() == []


async def test_the_token_of_a_look_up_must_be_good_when_storage_stored_it() -> None:
    world = World()
    late = world.tokens.make("cleo", "Cleo", "OfficeClerk", at=REAL - timedelta(hours=2))
    for number, token in enumerate(("forged", late)):
        name = await look_up(world, nonce=f"{number}", token=token)
        await world.run()
        assert world.case(name).counter_bar is CounterBar.NOT_VERIFIED
        assert world.case(name).clerk == ""
    assert ("directory", "find") not in world.seen.calls, "nothing is asked for who is not verified"


async def test_a_clerk_whose_own_account_is_gone_acts_for_nobody() -> None:
    world = World()
    del world.graph.accounts["cleo"]
    name = await look_up(world)
    await world.run()
    assert world.case(name).counter_bar is CounterBar.NOT_VERIFIED


@pytest.mark.parametrize("error", [UnavailableError("Graph is down"), MissingError("not replicated yet")])
async def test_a_look_up_waits_for_the_directory(error: Exception) -> None:
    world = World()
    world.seen.faults.append(Fault("directory", "facts", error))
    name = await look_up(world)
    await world.run()
    assert world.case(name).state is State.SUBMITTED
    world.seen.faults.clear()
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.IN_REVIEW


async def test_a_missing_permission_at_a_look_up_is_the_operators_and_stopping_it_tells_nobody_else() -> None:
    world = World()
    world.seen.faults.append(Fault("directory", "find", ForbiddenError("permission missing")))
    name = await look_up(world)
    await world.run()
    assert world.case(name).attention is Attention.GRAPH_REFUSED
    await operate(world, name, "stop")
    assert world.case(name).state is State.CANCELLED
    assert {each.to for each in world.mailer.sent} == set(people.OPERATORS)
    assert ("passes", "listed") not in world.seen.calls


async def test_a_parked_look_up_that_is_stopped_touches_neither_passes_nor_sessions_of_the_person() -> None:
    world = World()
    other = await world.apply()
    await world.run()
    await world.decide()
    await world.run()
    name = await look_up(world)
    await world.run()
    await park_poison("review", name, world.worker)
    await world.pickup(other)
    live, revoked = world.live_pass, world.graph.account(world.student).revocations
    await operate(world, name, "stop")
    assert world.case(name).state is State.CANCELLED
    assert (world.live_pass, world.graph.account(world.student).revocations) == (live, revoked)
    assert "closed" not in world.subjects(people.OUTSIDE)


async def test_a_parked_look_up_that_runs_again_is_a_look_up_again() -> None:
    world = World()
    world.seen.faults.append(Fault("directory", "find", ForbiddenError("permission missing")))
    name = await look_up(world)
    await world.run()
    world.seen.faults.clear()
    await operate(world, name, "run again")
    assert world.case(name).at_counter
    await confirm(world, name)
    await world.run()
    assert world.case(name).state is State.APPROVED


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.APPROVED])
async def test_a_look_up_leaves_an_open_application_alone(state: State) -> None:
    world = World()
    other = await world.apply()
    await world.run()
    if state is State.APPROVED:
        await world.decide()
        await world.run()
    name = await look_up(world)
    await world.run()
    assert world.case(name).at_counter
    assert world.case(other).state is state
    await leave(world, name)
    await world.run()
    assert world.case(other).state is state


async def test_a_look_up_that_nobody_confirms_is_forgotten_after_an_hour_and_nobody_hears_of_it() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    due = world.case(name).due_at
    assert due is not None
    await world.move(due - timedelta(seconds=1))
    assert world.case(name).state is State.IN_REVIEW
    await world.move(due)
    assert (world.case(name).state, world.case(name).stop_as) == (State.CANCELLED, Closing.NOT_CONFIRMED)
    await world.move(timedelta(days=1))
    assert _nobody_was_told(world)
    assert not world.needless_wakes()


async def test_a_clerk_who_leaves_ends_the_look_up_at_once() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    await leave(world, name)
    await world.run()
    case = world.case(name)
    assert (case.state, case.stop_as) == (State.CANCELLED, Closing.NOT_CONFIRMED)
    assert world.snapshot(name).events[-1].actor == "cleo"
    assert _nobody_was_told(world)
    assert await world.storage.open_cases.names() == []


@pytest.mark.parametrize(("by", "token"), [("clem", ""), ("cleo", "forged")])
async def test_nobody_else_ends_a_look_up(by: str, token: str) -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    await leave(world, name, by=by, token=token)
    await world.run()
    assert world.case(name).at_counter


async def test_leaving_from_the_page_of_an_earlier_round_ends_nothing() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    await confirm(world, name, token="forged")
    await world.run()
    await leave(world, name, slot=1)
    await world.run()
    assert world.case(name).at_counter
    assert world.events(name)[-1] == "request_too_late"
