"""The office counter: a look-up that nobody hears of, a confirmation that decides, slips that void each other."""

from datetime import timedelta

import pytest

from shared.domain.accounts import Address
from shared.domain.kinds import Attention, Channel, Closing, CounterBar, Flag, Language, Reason
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import ForbiddenError, MissingError, UnavailableError
from shared.services.ask import ask
from shared.services.collect_pass import Collector, ask_for_pass
from shared.services.park_poison import park_poison
from tests.unit import people
from tests.unit.counters import confirm, leave, look_up, print_slip, reach_at_office, vouched
from tests.unit.observed import CrashError, Fault
from tests.unit.reaching import not_me, operate
from tests.unit.university import FRIDAY_EVENING, WEDNESDAY_MORNING
from tests.unit.world import REAL, World

_APPROVED = {State.APPROVED, State.ISSUING, State.ISSUED}


def _nobody_was_told(world: World) -> bool:
    return not world.mailer.sent


# --- the look-up ----------------------------------------------------------------------------------------


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


def _second_account_of_the_clerk(world: World) -> None:
    facts = people.account("hanako", employee_id="employee-cleo")
    world.graph.account(world.student).facts = facts


def _another_faculty(world: World) -> None:
    world.graph.account(world.student).facts = people.account("hanako", affiliation="Elsewhere")


def _nothing(world: World) -> None:
    del world


@pytest.mark.parametrize(
    ("bar", "account", "by", "change"),
    [
        (CounterBar.UNKNOWN_ACCOUNT, "nobody@u.example", "cleo", _nothing),
        (CounterBar.NOT_IN_SCOPE, people.STUDENT.upn, "cleo", _another_faculty),
        (CounterBar.OWN_CASE, "cleo@u.example", "cleo", _nothing),
        (CounterBar.OWN_CASE, people.STUDENT.upn, "cleo", _second_account_of_the_clerk),
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
    assert not world.storage.due_rows.rows
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
    assert not world.storage.due_rows.rows


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


# --- the confirmation -----------------------------------------------------------------------------------


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
        (_another_faculty, CounterBar.NOT_IN_SCOPE),
        (_second_account_of_the_clerk, CounterBar.OWN_CASE),
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
    world.seen.faults.append(Fault("switches", "frozen", UnavailableError("storage is down")))
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


# --- what the prechecks may say after it -----------------------------------------------------------------


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
    await world.storage.switches.freeze(frozen=False)
    await operate(world, name, "run again")
    case = world.case(name)
    assert (case.state, case.slips) == (State.APPROVED, 1)
    assert [each.oid for each in case.approvals] == ["cleo"]
    assert await world.pickup(name)


async def test_a_confirmation_that_does_not_verify_any_more_is_asked_for_anew() -> None:
    world, name = await reach_at_office(State.ATTENTION)
    await world.storage.switches.freeze(frozen=False)
    world.tokens.forget(world.staff["cleo"].token)  # its issuer's keys were withdrawn
    await operate(world, name, "run again")
    case = world.case(name)
    assert (case.state, case.counter_bar) == (State.CANCELLED, CounterBar.NOT_VERIFIED)
    assert (case.vouched, case.approvals) == (False, ())


async def test_if_only_the_look_up_still_verifies_the_clerk_confirms_once_more() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    await world.storage.switches.freeze(frozen=True)
    other = world.tokens.make("cleo", "Name of cleo", "OfficeClerk", at=REAL)
    await confirm(world, name, token=other)
    await world.run()
    assert world.case(name).state is State.ATTENTION
    await world.storage.switches.freeze(frozen=False)
    world.tokens.forget(other)
    await operate(world, name, "run again")
    assert world.case(name).at_counter
    assert world.case(name).approvals == ()
    await confirm(world, name)
    await world.run()
    assert world.case(name).state is State.APPROVED


async def test_a_clerk_who_is_an_operator_too_cannot_let_their_own_confirmation_stand() -> None:
    world = World()
    await world.storage.switches.freeze(frozen=True)
    name = await vouched(world, by="all")
    await world.storage.switches.freeze(frozen=False)
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
    assert (case.state, case.slips) == (State.APPROVED, 1)
    assert [each.oid for each in case.approvals] == ["all", "ren"]
    assert world.link(Purpose.PICKUP, people.TYPED).application == name


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
    assert (world.case(name).state, world.case(name).slips) == (State.APPROVED, 1)


# --- slips ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(_APPROVED))
async def test_another_slip_voids_the_older_one_and_the_owner_is_told_each_time(state: State) -> None:
    world, name = await reach_at_office(state)
    world.clock.advance(timedelta(minutes=30))
    printed = world.clock.now()
    await print_slip(world, name)
    await world.run()
    case = world.case(name)
    assert (case.slips, case.slip_until) == (2, printed + timedelta(hours=24))
    await print_slip(world, name)
    await world.run()
    assert world.case(name).slips == 3
    for address in (people.OUTSIDE, people.OWN_MAILBOX):
        assert world.subjects(address).count("slip_printed") == 3
    last = [each for each in world.snapshot(name).events if each.kind.value == "slip_printed"][-1]
    assert (last.actor, last.detail) == ("cleo", {"number": "3"})


async def test_the_same_press_twice_prints_one_slip() -> None:
    world, name = await reach_at_office(State.APPROVED)
    for _ in range(2):
        await print_slip(world, name, slot=2)
    await world.run()
    await print_slip(world, name, slot=2)
    await world.run()
    assert world.case(name).slips == 2
    assert len(world.storage.inbox) == 0


@pytest.mark.parametrize(("by", "token"), [("clem", ""), ("rei", ""), ("cleo", "forged")])
async def test_nobody_else_prints_a_slip_and_the_number_stays_free_for_the_clerk(by: str, token: str) -> None:
    world, name = await reach_at_office(State.APPROVED)
    await print_slip(world, name, by=by, token=token)
    await world.run()
    assert world.case(name).slips == 1
    assert len(world.storage.inbox) == 0
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    await print_slip(world, name, by=by, token=token)
    await world.run()
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"], "told once"
    await print_slip(world, name)
    await world.run()
    assert world.case(name).slips == 2


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.ATTENTION, State.COMPLETED])
async def test_a_slip_is_printed_only_while_the_pass_may_be_collected(state: State) -> None:
    world, name = await reach_at_office(state)
    before = world.case(name)
    await print_slip(world, name)
    await world.run()
    assert world.case(name) == before
    assert len(world.storage.inbox) == 0


async def test_a_slip_asked_for_too_early_uses_up_no_number() -> None:
    world, name = await reach_at_office(State.ATTENTION)
    await print_slip(world, name, slot=2)
    await print_slip(world, name, slot=1)
    await world.run()
    await world.storage.switches.freeze(frozen=False)
    await operate(world, name, "run again")
    await print_slip(world, name)
    await world.run()
    assert world.case(name).slips == 2


async def test_an_application_of_another_way_has_no_slips() -> None:
    world = World()
    name = await world.apply()
    await world.run()
    await world.decide()
    await world.run()
    await print_slip(world, name)
    await world.run()
    assert world.case(name).slips == 0
    assert len(world.storage.inbox) == 0


# --- the end --------------------------------------------------------------------------------------------


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
