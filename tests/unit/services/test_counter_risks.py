"""What the prechecks may say after a confirmation at the counter: guards, risk, an operator who lets it run again."""

from datetime import timedelta

import pytest

from shared.domain.kinds import Attention, CounterBar, Guard
from shared.domain.links import Purpose
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import ForbiddenError, UnavailableError
from shared.services.ask import ask
from shared.services.collect_pass import Collector, ask_for_pass
from tests.unit import people
from tests.unit.counters import (
    confirm,
    print_slip,
    reach_at_office,
    vouched,
)
from tests.unit.observed import Fault
from tests.unit.reaching import not_me, operate
from tests.unit.university import WEDNESDAY_MORNING
from tests.unit.world import REAL, World


def _nobody_was_told(world: World) -> bool:
    return not world.mailer.sent


@pytest.mark.parametrize(
    "guard", sorted(set(people.REFUSED_ACCOUNTS) - {"account_exists", "address_on_file"})
)
async def test_a_guard_that_refuses_asks_the_operator_and_the_owner_is_told(guard: str) -> None:
    world = World()
    facts = people.REFUSED_ACCOUNTS[guard]
    assert facts is not None
    world.graph.account(world.student).facts = facts
    name = await vouched(world)
    case = world.case(name)
    assert (case.state, case.attention) == (State.ATTENTION, Attention.GUARD)
    assert [each.guard.value for each in case.guards if not each.passed] == [guard]
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    assert world.subjects("hanako@home.example") == ["owner_notice"]
    assert world.case(name).slips == 0


async def test_what_a_clerk_confirmed_stands_when_an_operator_lets_it_run_again() -> None:
    world, name = await reach_at_office(State.ATTENTION)
    world.clear_account()
    await operate(world, name, "run again")
    case = world.case(name)
    assert (case.state, case.slips) == (State.APPROVED, 0)  # the person has gone home
    assert "slip_printed" not in world.subjects(people.OUTSIDE)
    assert [each.oid for each in case.approvals] == ["cleo"]
    assert await world.pickup(name)


async def test_a_confirmation_that_does_not_verify_any_more_is_asked_for_anew() -> None:
    world, name = await reach_at_office(State.ATTENTION)
    world.clear_account()
    world.tokens.forget(world.staff["cleo"].token)  # its issuer's keys were withdrawn
    await operate(world, name, "run again")
    case = world.case(name)
    assert (case.state, case.counter_bar) == (State.CANCELLED, CounterBar.NOT_VERIFIED)
    assert (case.vouched, case.approvals) == (False, ())


async def test_if_only_the_look_up_still_verifies_the_clerk_confirms_once_more() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    world.bar_account()
    other = world.tokens.make("cleo", "Name of cleo", "OfficeClerk", at=REAL)
    await confirm(world, name, token=other)
    await world.run()
    assert world.case(name).state is State.ATTENTION
    world.clear_account()
    world.tokens.forget(other)
    await operate(world, name, "run again")
    assert world.case(name).at_counter
    assert world.case(name).approvals == ()
    await confirm(world, name)
    await world.run()
    assert world.case(name).state is State.APPROVED


async def test_a_clerk_who_is_an_operator_too_cannot_let_their_own_confirmation_stand() -> None:
    world = World()
    world.bar_account()
    name = await vouched(world, by="all")
    world.clear_account()
    await operate(world, name, "run again", by="all")
    case = world.case(name)
    assert case.at_counter
    assert case.approvals == ()


async def test_without_any_address_on_file_the_slip_is_enough() -> None:
    world = World()
    world.graph.account(world.student).facts = people.account("hanako", addresses=())
    name = await vouched(world)
    assert world.case(name).state is State.APPROVED
    assert _nobody_was_told(world)
    collector = Collector(world.student, "session-1", world.case(name).round)
    await ask_for_pass(name, collector, "key of session-1", world.web)
    await world.run()
    assert world.case(name).state is State.ISSUED


async def test_mail_that_is_down_keeps_nobody_waiting_at_the_counter() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("mail is down")))
    name = await vouched(world)
    collector = Collector(world.student, "session-1", world.case(name).round)
    await ask_for_pass(name, collector, "key of session-1", world.web)
    await world.run()
    assert world.case(name).state is State.ISSUED
    world.seen.faults.clear()
    await world.move(timedelta(minutes=15))
    assert "slip_printed" in world.subjects(people.OUTSIDE)


async def test_refused_mails_do_not_park_a_case_whose_slip_works() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", ForbiddenError("bad address")))
    name = await vouched(world)
    await world.move(timedelta(minutes=12))
    assert world.case(name).state is State.APPROVED


async def _contested_before(world: World) -> None:
    name = await world.apply()
    await world.run()
    await not_me(world, name)
    await world.move(timedelta(minutes=4))


async def test_a_risk_flag_asks_a_reviewer_who_is_not_the_clerk() -> None:
    world = World(WEDNESDAY_MORNING)
    await _contested_before(world)
    name = await vouched(world, by="all", contact_email=people.TYPED, contact_confirmed="on")
    case = world.case(name)
    assert (case.state, case.needs, case.slips) == (State.IN_REVIEW, 2, 0)
    assert not case.at_counter
    assert world.events(name)[-2:] == ["vouched", "approved_once"]
    assert world.subjects(people.OUTSIDE)[-1] == "owner_notice"
    link = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    assert (link.application, link.round) == (name, case.round)

    body = {"decision": "approve", "oid": "all", "name": "all"}
    await _decide_as(world, name, "all", body)
    assert world.case(name).state is State.IN_REVIEW
    assert "decision_refused" in world.events(name)

    await world.decide(by="ren")
    await world.run()
    case = world.case(name)
    assert (case.state, case.slips) == (State.APPROVED, 0)
    assert [each.oid for each in case.approvals] == ["all", "ren"]
    assert world.link(Purpose.PICKUP, people.TYPED).application == name


async def test_what_a_reviewer_approved_later_is_printed_when_the_clerk_is_there() -> None:
    world = World(WEDNESDAY_MORNING)
    await _contested_before(world)
    name = await vouched(world)
    await world.decide(by="ren")
    await world.run()
    case = world.case(name)
    assert (case.slips, case.slip_until) == (0, None)
    assert world.subjects(people.OUTSIDE)[-1] == "pickup"
    assert "slip_printed" not in world.subjects(people.OUTSIDE)
    await print_slip(world, name)
    await world.run()
    assert (world.case(name).slips, world.case(name).slip_until) == (1, world.clock.now() + timedelta(days=1))
    assert "slip_printed" in world.subjects(people.OUTSIDE)


async def test_refused_mails_do_not_park_a_case_whose_slip_is_still_to_be_printed() -> None:
    world = World(WEDNESDAY_MORNING)
    await _contested_before(world)
    name = await vouched(world)
    world.seen.faults.append(Fault("mailer", "send", ForbiddenError("bad address")))
    await world.decide(by="ren")
    await world.move(timedelta(minutes=12))
    assert (world.case(name).state, world.case(name).slips) == (State.APPROVED, 0)


async def _decide_as(world: World, name: str, by: str, body: dict[str, str]) -> None:
    await ask(
        name,
        RequestKind.DECISION,
        world.case(name).round,
        world.web,
        body=body,
        evidence=world.staff[by].token,
    )
    await world.run()


async def test_without_a_reviewer_in_time_a_flagged_confirmation_cools_off() -> None:
    world = World(WEDNESDAY_MORNING)
    await _contested_before(world)
    name = await vouched(world)
    await world.until(lambda: world.case(name).state is State.COOLING_OFF)
    started = world.clock.now()
    await world.move(started + timedelta(hours=24) - timedelta(seconds=1))
    assert world.case(name).state is State.COOLING_OFF
    await world.move(started + timedelta(hours=24))
    assert (world.case(name).state, world.case(name).slips) == (State.APPROVED, 0)


async def test_a_flagged_confirmation_does_not_leave_the_delay_before_a_notice_was_accepted() -> None:
    """Nobody but the clerk looked at it: the owner must have been able to say no."""
    world = World(WEDNESDAY_MORNING)
    await _contested_before(world)
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("mail is down")))
    name = await vouched(world)
    await world.until(lambda: world.case(name).state is State.COOLING_OFF)
    await world.move(timedelta(days=3))
    assert world.case(name).state is State.COOLING_OFF


async def test_a_flagged_confirmation_of_an_account_without_addresses_goes_to_the_operator() -> None:
    world = World(WEDNESDAY_MORNING)
    await _contested_before(world)
    world.graph.account(world.student).facts = people.account("hanako", addresses=())
    name = await vouched(world)
    await world.until(lambda: world.case(name).state is not State.IN_REVIEW)
    case = world.case(name)
    assert (case.state, case.attention) == (State.ATTENTION, Attention.GUARD)
    assert [each.guard for each in case.guards if not each.passed] == [Guard.OWNER_NOTIFIED]
