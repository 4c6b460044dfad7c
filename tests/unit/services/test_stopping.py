"""Whoever may stop a case can, in every state, and what was given out is taken back."""

from datetime import timedelta

import pytest

from shared.domain.application import Application
from shared.domain.kinds import Attention, Closing
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import ForbiddenError, UnavailableError
from shared.services.act_on_own_case import report_trouble
from shared.services.ask import ask
from shared.services.collect_pass import collect_pass
from shared.services.refusals import Refusal, RefusedError
from tests.unit import people
from tests.unit.counters import vouched
from tests.unit.observed import Fault
from tests.unit.reaching import not_me, operate, reach, withdraw
from tests.unit.world import World

_BEFORE_ANY_CLAIM = [
    State.SUBMITTED,
    State.HELD,
    State.IN_REVIEW,
    State.RETURNED,
    State.COOLING_OFF,
    State.APPROVED,
]
_WITH_A_CLAIM = [State.ISSUING, State.ISSUED, State.ATTENTION]
_OVER = [State.REJECTED, State.CANCELLED, State.EXPIRED, State.COMPLETED]


async def _settled(world: World, name: str) -> Application:
    """What remains when everybody has gone home: nothing may be left to do."""
    world.seen.faults.clear()
    await world.move(timedelta(days=10))
    assert not world.needless_wakes()
    assert not world.storage.photos.blobs
    assert len(world.storage.inbox) == 0
    assert await world.storage.open_cases.names() == []
    assert not world.owed(name)
    return world.case(name)


@pytest.mark.parametrize("state", _BEFORE_ANY_CLAIM)
async def test_withdrawing_before_any_claim_ends_the_case_directly(state: State) -> None:
    world, name = await reach(state)
    await withdraw(world, name)
    assert world.case(name).state is State.CANCELLED
    assert "stopping_started" not in world.events(name)
    case = await _settled(world, name)
    assert case.stop_as is Closing.WITHDRAWN
    assert world.graph.account(world.student).revocations == 0


@pytest.mark.parametrize("state", _WITH_A_CLAIM)
async def test_withdrawing_after_a_claim_ends_through_stopping(state: State) -> None:
    world, name = await reach(state)
    revoked = world.graph.account(world.student).revocations
    await withdraw(world, name)
    assert world.case(name).state is State.STOPPING
    assert world.live_pass == ""
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.CANCELLED
    assert world.graph.account(world.student).revocations > revoked
    await _settled(world, name)


async def test_stopping_does_not_end_before_the_deadline_of_the_last_claim() -> None:
    world, name = await reach(State.ISSUING)
    attempt = world.case(name).attempt
    assert attempt is not None
    await withdraw(world, name)
    await world.move(attempt.deadline - timedelta(seconds=1))
    assert world.case(name).state is State.STOPPING
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.CANCELLED


@pytest.mark.parametrize("state", [*_OVER, State.STOPPING])
async def test_what_is_over_cannot_be_withdrawn(state: State) -> None:
    world, name = await reach(state)
    with pytest.raises(RefusedError) as caught:
        await withdraw(world, name)
    assert caught.value.refusal is Refusal.TOO_LATE
    assert world.case(name).state is state


@pytest.mark.parametrize("state", [*_BEFORE_ANY_CLAIM, *_WITH_A_CLAIM])
async def test_not_me_stops_every_open_case_and_ends_sessions(state: State) -> None:
    world, name = await reach(state)
    revoked = world.graph.account(world.student).revocations
    await not_me(world, name)
    assert world.case(name).state in {State.STOPPING, State.CANCELLED}
    assert world.live_pass == ""
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.CANCELLED
    assert world.case(name).stop_as is Closing.NOT_ME
    assert world.graph.account(world.student).revocations > revoked
    assert "operator_alert" in world.subjects(people.OPERATORS[0])
    await _settled(world, name)


@pytest.mark.parametrize("state", [State.REJECTED, State.CANCELLED, State.EXPIRED])
async def test_not_me_about_an_ended_case_is_remembered_and_told(state: State) -> None:
    world, name = await reach(state)
    told = len(world.subjects(people.OPERATORS[0]))
    await not_me(world, name)
    assert world.case(name).state is state
    assert world.case(name).disowned
    assert world.events(name)[-1] == "contested"
    assert len(world.subjects(people.OPERATORS[0])) == told + 1
    assert len(world.storage.inbox) == 0


async def test_not_me_while_stopping_lets_it_go_on() -> None:
    world, name = await reach(State.STOPPING)
    await not_me(world, name)
    assert world.case(name).state is State.STOPPING
    await _settled(world, name)
    assert world.case(name).state is State.CANCELLED
    assert world.live_pass == ""


async def test_not_me_after_completion_contests_and_only_an_operator_can_end_it() -> None:
    world, name = await reach(State.COMPLETED)
    await not_me(world, name)
    case = world.case(name)
    assert (case.state, case.attention) == (State.ATTENTION, Attention.CONTESTED)
    assert not case.open
    assert await world.storage.open_cases.names() == [name]
    with pytest.raises(RefusedError):
        await operate(world, name, "run again")
    with pytest.raises(RefusedError):
        await withdraw(world, name)
    await operate(world, name, "stop")
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.CANCELLED
    await _settled(world, name)


async def test_a_withdrawal_already_in_the_inbox_cannot_end_a_contested_case() -> None:
    world, name = await reach(State.ISSUED)
    world.storage.hints.lanes["review"].clear()
    world.register()
    await world.move(timedelta(minutes=5))
    await not_me(world, name)
    await ask(name, RequestKind.WITHDRAW, 0, world.web)
    await world.run()
    assert world.case(name).state is State.ATTENTION


async def test_thirty_days_after_completion_it_is_too_late_to_contest() -> None:
    world, name = await reach(State.COMPLETED)
    completed = world.case(name).completed_at
    assert completed is not None
    await world.move(completed + timedelta(days=30) - timedelta(seconds=1))
    early, other = await reach(State.COMPLETED)
    await early.move(timedelta(days=29))
    await not_me(early, other)
    assert early.case(other).state is State.ATTENTION
    await world.move(completed + timedelta(days=30))
    await not_me(world, name)
    assert world.case(name).state is State.COMPLETED
    assert world.events(name)[-1] == "request_too_late"


async def test_a_contest_also_stops_the_open_application_of_the_account() -> None:
    world, name = await reach(State.COMPLETED)
    again = await world.apply(nonce="form-2")
    await world.run()
    assert world.case(again).state is State.IN_REVIEW
    await not_me(world, name)
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.ATTENTION
    assert world.case(again).state is State.CANCELLED
    assert world.case(again).stop_as is Closing.BLOCKED
    assert world.case(again).disowned, "its own not me is heard as well"


async def test_a_contested_case_leaves_the_counter_open_and_is_flagged_there() -> None:
    world, name = await reach(State.COMPLETED)
    await not_me(world, name)
    again = await vouched(world)
    case = world.case(again)
    assert case.state is State.IN_REVIEW
    assert {"earlier_contest", "earlier_applications"} <= {each.value for each in case.flags}


async def test_a_contest_after_completion_ends_the_sessions_at_once() -> None:
    world, name = await reach(State.COMPLETED)
    before = world.graph.account(world.student).revocations
    await not_me(world, name)
    assert world.graph.account(world.student).revocations == before + 1


@pytest.mark.parametrize("state", [*_BEFORE_ANY_CLAIM, *_WITH_A_CLAIM])
async def test_an_operator_stops_every_open_case(state: State) -> None:
    world, name = await reach(state)
    await operate(world, name, "stop")
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.CANCELLED
    assert world.live_pass == ""
    await _settled(world, name)


async def test_an_operators_stop_that_does_not_verify_is_refused_and_the_next_one_works() -> None:
    world, name = await reach(State.IN_REVIEW)
    await operate(world, name, "stop", token="forged")
    assert world.case(name).state is State.IN_REVIEW
    await operate(world, name, "stop", by="rei")
    assert world.case(name).state is State.IN_REVIEW
    await operate(world, name, "stop")
    assert world.case(name).state is State.CANCELLED


async def test_a_parked_case_of_an_account_that_does_not_exist_can_be_stopped() -> None:
    world = World()
    del world.graph.accounts[world.student]
    name = await world.apply()
    await world.run()
    assert world.case(name).attention is Attention.GUARD
    await operate(world, name, "stop")
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.CANCELLED
    await _settled(world, name)


async def test_what_the_owner_stopped_never_runs_again_even_if_stopping_was_parked() -> None:
    world, name = await reach(State.ISSUED)
    world.seen.faults.append(Fault("passes", "listed", ForbiddenError("permission missing")))
    await not_me(world, name)
    assert world.case(name).state is State.ATTENTION
    world.seen.faults.clear()
    await operate(world, name, "run again")
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.CANCELLED
    assert world.case(name).stop_as is Closing.NOT_ME
    assert world.live_pass == ""


async def test_the_operator_of_a_parked_case_is_reminded_each_business_day() -> None:
    world, name = await reach(State.ATTENTION)
    told = len(world.subjects(people.OPERATORS[0]))
    for _ in range(7 * 24):
        await world.move(timedelta(hours=1))
    assert (
        len(world.subjects(people.OPERATORS[0])) - told == 3
    )  # Thursday, Friday, and Tuesday after the holiday
    assert world.case(name).state is State.ATTENTION


async def test_a_case_that_cannot_be_stopped_reaches_an_operator() -> None:
    """Graph is away: the pass can be neither listed nor deleted, and somebody must know."""
    world, name = await reach(State.STOPPING)
    world.seen.faults.append(Fault("passes", "listed", UnavailableError("away"), times=10_000))
    world.seen.faults.append(Fault("passes", "delete", UnavailableError("away"), times=10_000))
    told = len(world.subjects(people.OPERATORS[0]))
    for _ in range(20):
        await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.STOPPING
    assert len(world.subjects(people.OPERATORS[0])) in {told + 1, told + 2}
    world.seen.faults.clear()
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.CANCELLED
    assert world.live_pass == ""


async def test_not_me_about_a_case_that_was_withdrawn_ends_the_sessions_of_whoever_held_the_password() -> (
    None
):
    world, name = await reach(State.IN_REVIEW)
    await withdraw(world, name)
    assert world.case(name).state is State.CANCELLED
    before = world.graph.account(world.student).revocations
    await not_me(world, name)
    assert world.graph.account(world.student).revocations == before + 1
    assert not world.case(name).sessions_to_end


async def test_an_operator_s_stop_while_graph_refuses_parks_the_case_and_waits_for_nobody_for_ever() -> None:
    world, name = await reach(State.APPROVED)
    world.seen.faults.append(Fault("directory", "employee_id", ForbiddenError("403")))
    await operate(world, name, "stop")
    assert world.case(name).attention is Attention.GRAPH_REFUSED
    assert world.seen.calls.count(("directory", "employee_id")) < 10
    world.seen.faults.clear()
    await world.move(timedelta(minutes=2))
    assert world.case(name).state is State.CANCELLED


async def test_who_approved_cannot_let_their_own_approval_stand() -> None:
    world, name = await reach(State.IN_REVIEW)
    await world.decide(by="both")
    await world.run()
    await world.pickup(name)
    for _ in range(2):
        await report_trouble(name, world.student, world.web)
        await world.run()
    assert world.case(name).state is State.ATTENTION
    await operate(world, name, "run again", by="both")
    assert world.case(name).state is State.IN_REVIEW
    assert world.case(name).approvals == ()


async def test_nothing_is_given_out_while_a_stop_is_unanswered() -> None:
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    await world.run()
    assert await world.collect(name)
    await ask(name, RequestKind.WITHDRAW, 0, world.web)
    with pytest.raises(RefusedError) as caught:
        await collect_pass(name, world.collector(), world.web)
    assert caught.value.refusal is Refusal.GONE


async def test_a_returned_case_without_a_photo_expires() -> None:
    world, name = await reach(State.RETURNED)
    due = world.case(name).due_at
    assert due is not None
    await world.move(due - timedelta(seconds=1))
    assert world.case(name).state is State.RETURNED
    await world.move(due)
    assert world.case(name).state is State.EXPIRED
    assert world.subjects(people.OUTSIDE)[-1] == "closed"
    await _settled(world, name)


async def test_an_approved_case_that_nobody_collects_expires_directly() -> None:
    world, name = await reach(State.APPROVED)
    until = world.case(name).pickup_until
    assert until is not None
    await world.move(until - timedelta(seconds=1))
    assert world.case(name).state is State.APPROVED
    await world.move(until)
    assert world.case(name).state is State.EXPIRED
    assert "stopping_started" not in world.events(name)
    await _settled(world, name)


async def test_an_approved_case_that_claimed_an_attempt_expires_through_stopping() -> None:
    world, name = await reach(State.ISSUED)
    await world.move(timedelta(hours=2))
    assert world.case(name).state is State.APPROVED
    await world.move(timedelta(days=9))
    assert world.case(name).state is State.EXPIRED
    assert "stopping_started" in world.events(name)
    await _settled(world, name)


async def test_an_account_deleted_while_its_pass_is_out_ends_without_fuss() -> None:
    world, name = await reach(State.ISSUED)
    del world.graph.accounts[world.student]
    await world.move(timedelta(hours=2))
    assert world.case(name).state is State.APPROVED
    await withdraw(world, name)
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.CANCELLED


async def test_an_account_deleted_before_its_old_methods_went_is_left_in_peace() -> None:
    world, name = await reach(State.ISSUED)
    world.register()
    world.seen.faults.append(Fault("methods", "remove", UnavailableError("Graph is down")))
    await world.move(timedelta(minutes=5))
    assert world.case(name).removals
    world.seen.faults.clear()
    del world.graph.accounts[world.student]
    await world.move(timedelta(minutes=2))
    assert not world.case(name).removals
    await _settled(world, name)
