"""The clerk's confirmation at the counter is the decision, of that clerk only and in time."""

from datetime import timedelta

import pytest

from shared.domain.accounts import Address
from shared.domain.kinds import Channel, Closing, CounterBar, Flag, Language, Reason
from shared.domain.links import LinkClaims, Purpose
from shared.domain.states import State
from shared.ports import ForbiddenError, UnavailableError
from tests.unit import people
from tests.unit.counters import (
    another_faculty,
    confirm,
    look_up,
    reach_at_office,
    second_account_of_the_clerk,
    vouched,
)
from tests.unit.observed import CrashError, Fault
from tests.unit.reaching import not_me, operate
from tests.unit.university import FRIDAY_EVENING
from tests.unit.world import World


def _nobody_was_told(world: World) -> bool:
    return not world.mailer.sent


async def test_a_confirmation_at_night_is_the_decision_and_everybody_on_file_hears_of_it() -> None:
    world = World(FRIDAY_EVENING)
    name = await vouched(world)
    case = world.case(name)
    assert (case.state, case.channel) == (State.APPROVED, Channel.OFFICE)
    assert (case.reason, case.language) == (Reason.BROKEN, Language.EN)
    assert case.checks == ("student_card", "face", "valid")
    assert [(each.oid, each.evidence) for each in case.approvals] == [("cleo", world.staff["cleo"].token)]
    assert (case.slips, case.slip_until) == (1, world.clock.now() + timedelta(hours=24))
    assert world.events(name) == ["submitted", "counter_opened", "vouched", "approved", "slip_printed"]
    assert sorted(world.subjects(people.OUTSIDE)) == ["pickup", "slip_printed"]
    assert world.subjects(people.OWN_MAILBOX) == ["slip_printed"]
    assert world.link(Purpose.NOT_ME, people.OWN_MAILBOX).application == name
    assert not any(world.subjects(each) for each in (*people.REVIEWERS, *people.OPERATORS))
    assert await world.pickup(name)


async def test_a_double_click_is_one_confirmation() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    await confirm(world, name)
    await confirm(world, name, reason="lost")
    await world.run()
    await confirm(world, name, slot=1)
    await world.run()
    assert world.events(name).count("vouched") == world.events(name).count("approved") == 1
    assert world.case(name).reason is Reason.BROKEN


async def test_somebody_comes_in_time_for_what_a_clerk_confirmed_late_in_the_hour() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    await world.move(timedelta(minutes=30))
    await confirm(world, name)
    world.seen.faults.append(Fault("locks", "insert", CrashError(), times=1))
    await world.run()
    assert world.case(name).awaits_prechecks
    await world.move(timedelta(minutes=12))
    assert world.case(name).state is State.APPROVED


async def test_an_address_confirmed_at_the_counter_gets_the_link_without_delay() -> None:
    world = World()
    name = await vouched(world, contact_email=people.TYPED, contact_confirmed="on")
    assert world.case(name).state is State.APPROVED
    assert Flag.CONTACT_NOT_ON_FILE not in world.case(name).flags
    assert world.link(Purpose.PICKUP, people.TYPED).application == name


async def test_an_address_that_the_clerk_did_not_confirm_gets_no_link() -> None:
    world = World()
    name = await vouched(world, contact_email=people.TYPED)
    assert Flag.CONTACT_NOT_ON_FILE in world.case(name).flags
    assert all("action= " in each.text for each in world.mailer.to(people.TYPED))


@pytest.mark.parametrize(("by", "token"), [("clem", ""), ("rei", ""), ("cleo", "forged")])
async def test_a_confirmation_of_somebody_else_opens_the_next_round_and_alerts(by: str, token: str) -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    await confirm(world, name, by=by, token=token)
    await world.run()
    case = world.case(name)
    assert case.at_counter
    assert (case.round, case.approvals, case.vouched) == (2, (), False)
    assert world.events(name)[-1] == "decision_refused"
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    assert await world.storage.locks.read(world.student) is None
    await confirm(world, name)
    await world.run()
    assert world.case(name).state is State.APPROVED


async def test_a_confirmation_of_a_round_to_come_uses_up_no_slot() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    await confirm(world, name, token="forged", slot=2)
    await world.run()
    assert world.case(name).round == 1
    assert len(world.storage.inbox) == 0
    assert "confirm:0002" not in world.snapshot(name).answered


def _out_of_scope(world: World) -> None:
    world.graph.account("cleo").facts = people.account("cleo")


def _gone(world: World) -> None:
    del world.graph.accounts[world.student]


@pytest.mark.parametrize(
    ("change", "bar"),
    [
        (_out_of_scope, CounterBar.NOT_IN_SCOPE),
        (another_faculty, CounterBar.NOT_IN_SCOPE),
        (second_account_of_the_clerk, CounterBar.OWN_CASE),
        (_gone, CounterBar.UNKNOWN_ACCOUNT),
    ],
)
async def test_the_scope_is_asked_again_when_the_clerk_confirms(change: object, bar: CounterBar) -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    assert callable(change)
    change(world)
    await confirm(world, name)
    await world.run()
    assert (world.case(name).state, world.case(name).counter_bar) == (State.CANCELLED, bar)
    assert await world.storage.locks.read(world.student) is None
    assert _nobody_was_told(world)


async def test_an_operator_who_touched_the_look_up_cannot_confirm_it() -> None:
    world = World()
    world.seen.faults.append(Fault("directory", "find", ForbiddenError("permission missing"), times=1))
    name = await look_up(world, by="all")
    await world.run()
    await operate(world, name, "run again", by="all")
    assert world.case(name).at_counter
    await confirm(world, name, by="all")
    await world.run()
    assert world.case(name).at_counter
    assert world.case(name).approvals == ()


async def test_a_confirmation_in_time_counts_however_late_the_directory_answers() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    world.seen.faults.append(Fault("directory", "facts", UnavailableError("Graph is down")))
    await confirm(world, name)
    await world.run()
    await world.move(timedelta(minutes=90))
    assert world.case(name).at_counter
    assert "operator_alert" in world.subjects(people.OPERATORS[0])
    world.seen.faults.clear()
    await world.move(timedelta(minutes=2))
    assert world.case(name).state is State.APPROVED


async def test_prechecks_that_cannot_be_asked_after_the_confirmation_are_waited_for_and_told_of() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    world.seen.faults.append(Fault("methods", "registered", UnavailableError("Graph is down")))
    await confirm(world, name)
    await world.run()
    case = world.case(name)
    assert case.awaits_prechecks
    assert case.open
    for _ in range(20):
        await world.move(timedelta(minutes=4))
    assert "operator_alert" in world.subjects(people.OPERATORS[0])
    world.seen.faults.clear()
    await world.move(timedelta(minutes=2))
    assert world.case(name).state is State.APPROVED


async def test_a_confirmation_after_the_hour_confirms_nothing() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    due = world.case(name).due_at
    assert due is not None
    world.clock.move_to(due)
    await confirm(world, name)
    await world.run()
    assert (world.case(name).state, world.case(name).stop_as) == (State.CANCELLED, Closing.NOT_CONFIRMED)
    assert len(world.storage.inbox) == 0


async def test_the_owner_stops_what_the_counter_began_from_the_mail_about_the_slip() -> None:
    world, name = await reach_at_office(State.ISSUED)
    claims = world.link(Purpose.NOT_ME, people.OUTSIDE)
    assert isinstance(claims, LinkClaims)
    await not_me(world, name)
    await world.move(timedelta(minutes=4))
    assert (world.case(name).state, world.live_pass) == (State.CANCELLED, "")


async def test_the_addresses_of_the_look_up_are_those_of_now() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    moved = (Address("new@home.example", own_mailbox=False),)
    world.graph.account(world.student).facts = people.account("hanako", addresses=moved)
    await confirm(world, name)
    await world.run()
    assert sorted(world.subjects("new@home.example")) == ["pickup", "slip_printed"]
    assert world.subjects(people.OUTSIDE) == []
