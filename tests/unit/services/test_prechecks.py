"""What happens before a human looks: opening hours, guards, notices, the one open application of an account."""

import asyncio
from datetime import datetime, timedelta

import pytest

from shared.domain.accounts import Address
from shared.domain.kinds import Attention, Closing, Flag, Guard
from shared.domain.links import LinkClaims, Purpose
from shared.domain.mails import MailKind, MailState
from shared.domain.requests import Request, RequestKind
from shared.domain.states import State
from shared.ports import ForbiddenError, UnavailableError
from shared.services.collect_pass import Collector, ask_for_pass
from shared.services.look_at import look_at
from shared.services.refusals import Refusal, RefusedError
from shared.services.submit_application import submit_application
from tests.unit import people
from tests.unit.observed import Fault
from tests.unit.reaching import operate, reach, withdraw
from tests.unit.university import FRIDAY_EVENING, TUESDAY_OPENING, tokyo
from tests.unit.world import World


async def test_in_business_hours_staff_are_told_at_once() -> None:
    world, name = await reach(State.IN_REVIEW)
    assert world.case(name).promised_by == world.clock.now() + timedelta(hours=4)
    assert [world.subjects(each) for each in people.REVIEWERS] == [["review"], ["review"]]
    assert world.subjects(people.OUTSIDE) == world.subjects(people.OWN_MAILBOX) == ["owner_notice"]


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (tokyo(7, 17, 8, 59, 59), State.HELD),
        (tokyo(7, 17, 9, 0, 0), State.IN_REVIEW),
        (tokyo(7, 17, 16, 59, 59), State.IN_REVIEW),
        (tokyo(7, 17, 17, 0, 0), State.HELD),
        (tokyo(7, 18, 12), State.HELD),
        (tokyo(7, 20, 12), State.HELD),
    ],
)
async def test_opening_hours_hold_to_the_second(at: datetime, state: State) -> None:
    world = World(at)
    name = await world.apply()
    await world.run()
    assert world.case(name).state is state


async def test_it_is_held_by_when_it_reached_the_door_not_by_when_it_was_processed() -> None:
    world = World(tokyo(7, 17, 16, 59, 59))
    name = await world.apply()
    world.clock.move_to(tokyo(7, 17, 17, 5))
    await world.run()
    assert world.case(name).state is State.IN_REVIEW

    late = World(FRIDAY_EVENING)
    name = await late.apply()
    late.clock.move_to(TUESDAY_OPENING)
    await late.run()
    assert late.case(name).state is State.IN_REVIEW


async def test_a_worker_that_stood_still_for_eight_days_loses_nothing() -> None:
    world = World(FRIDAY_EVENING)
    name = await world.apply()
    world.storage.hints.lanes["review"].clear()
    world.clock.advance(timedelta(days=8))
    await world.move(tokyo(7, 27, 9))
    assert world.case(name).state is State.IN_REVIEW
    assert world.subjects(people.REVIEWERS[0]) == ["review"]


@pytest.mark.parametrize("guard", people.REFUSED_ACCOUNTS)
async def test_a_refused_guard_parks_the_case_and_tells_the_operator(guard: str) -> None:
    world = World()
    facts = people.REFUSED_ACCOUNTS[guard]
    if facts is None:
        del world.graph.accounts[world.student]
    else:
        world.graph.account(world.student).facts = facts
    name = await world.apply()
    await world.run()
    case = world.case(name)
    assert (case.state, case.attention) == (State.ATTENTION, Attention.GUARD)
    assert [each.guard.value for each in case.guards if not each.passed] == [guard]
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    assert world.subjects(people.REVIEWERS[0]) == []
    assert not world.owed(name)


async def test_while_frozen_applications_are_looked_at_as_ever() -> None:
    """Owners and reviewers hear of them at once; only the pass waits."""
    world = World()
    await world.storage.switches.freeze(frozen=True)
    name = await world.apply()
    await world.run()
    assert world.case(name).state is State.IN_REVIEW
    assert "owner_notice" in world.subjects(people.OUTSIDE)


async def test_reviewers_are_told_what_is_unusual() -> None:
    world, name = await reach(State.CANCELLED)
    facts = people.account(world.student, addresses=(Address(people.OWN_MAILBOX, own_mailbox=True),))
    world.graph.account(world.student).facts = facts
    again = await world.apply(
        nonce="form-2", contact_email=people.TYPED, photo=b"photo blurred", keep_doubts=True
    )
    await world.run()
    assert set(world.case(again).flags) == {
        Flag.CONTACT_NOT_ON_FILE,
        Flag.METHODS_STILL_REGISTERED,
        Flag.EARLIER_APPLICATIONS,
        Flag.PHOTO_UNCLEAR,
        Flag.OWN_MAILBOX_ONLY,
    }
    assert {each.id for each in world.case(again).methods_seen} == {"old-phone", "mobile"}
    assert world.case(name).state is State.CANCELLED


async def test_prechecks_wait_for_graph_and_tell_the_operator_after_an_hour() -> None:
    world, name = await reach(State.SUBMITTED)
    received = world.case(name).received_at
    await world.move(received + timedelta(minutes=59))
    assert world.case(name).state is State.SUBMITTED
    assert world.subjects(people.OPERATORS[0]) == []
    for _ in range(30):
        await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.SUBMITTED  # it goes on trying by itself
    assert len(world.subjects(people.OPERATORS[0])) in {2, 3}  # once an hour
    world.seen.faults.clear()
    await world.move(timedelta(minutes=2))
    assert world.case(name).state is State.IN_REVIEW


async def test_prechecks_go_on_when_graph_is_back() -> None:
    world, name = await reach(State.SUBMITTED)
    world.seen.faults.clear()
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.IN_REVIEW


async def test_a_missing_permission_is_the_operators_at_once() -> None:
    world = World()
    world.seen.faults.append(Fault("directory", "facts", ForbiddenError("permission missing")))
    name = await world.apply()
    await world.run()
    assert world.case(name).attention is Attention.GRAPH_REFUSED


# --- one open application per account -----------------------------------------------------------------


async def test_of_two_applications_at_the_same_moment_one_is_cancelled_and_points_to_the_other() -> None:
    world = World()
    names = [await world.apply(nonce=each) for each in ("form-1", "form-2")]
    await world.run()
    first, second = (world.case(each) for each in names)
    winner, loser = (first, second) if first.open else (second, first)
    assert winner.state is State.IN_REVIEW
    assert (loser.state, loser.stop_as) == (State.CANCELLED, Closing.DUPLICATE)
    assert loser.duplicate_of == winner.id
    assert await world.storage.open_cases.names() == [winner.id]


async def test_of_two_applications_prechecked_side_by_side_one_stays_open() -> None:
    world = World()
    names = [await world.apply(nonce=each) for each in ("form-1", "form-2")]

    async def yield_(_port: str, _method: str) -> None:
        await asyncio.sleep(0)

    world.seen.between = yield_
    await asyncio.gather(*(look_at(each, world.worker) for each in names for _ in range(2)))
    world.seen.between = None
    await world.move(timedelta(minutes=1))
    states = sorted(world.case(each).state.value for each in names)
    assert states == ["cancelled", "in_review"]


async def test_the_door_says_that_there_is_an_open_application() -> None:
    world, name = await reach(State.IN_REVIEW)
    with pytest.raises(RefusedError) as caught:
        await submit_application(world.submission(nonce="form-2"), world.web)
    assert caught.value.refusal is Refusal.OPEN_APPLICATION
    assert caught.value.link == f"/applications/{name}"


async def test_the_lock_of_an_ended_application_is_taken_over() -> None:
    world, name = await reach(State.IN_REVIEW)
    await withdraw(world, name)
    again = await world.apply(nonce="form-2")
    await world.run()
    assert world.case(again).state is State.IN_REVIEW
    lock = await world.storage.locks.read(world.student)
    assert lock is not None
    assert (lock.application, lock.earlier) == (again, (name,))


# --- no notice, no pass -------------------------------------------------------------------------------


async def test_the_pass_waits_until_the_mail_service_has_accepted_the_notice() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("mail is down")))
    name = await world.apply()
    await world.run()
    link = LinkClaims(Purpose.REVIEW, name, "r", 1, world.clock.now() + timedelta(days=1))
    await world.decide(claims=link)
    await world.run()
    assert world.case(name).state is State.APPROVED
    collector = Collector(world.student, "session-1", world.case(name).round)
    await ask_for_pass(name, collector, "key of session-1", world.web)
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert ("passes", "create") not in world.seen.calls
    world.seen.faults.clear()
    await world.move(timedelta(minutes=2))
    assert world.case(name).state is State.ISSUED
    assert world.subjects(people.OUTSIDE)[0] == "owner_notice"


async def test_a_notice_that_is_refused_at_every_address_makes_no_pass() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", ForbiddenError("bad address"), times=2))
    name = await world.apply()
    await world.run()
    notices = [each for each in world.snapshot(name).mails if each.kind is MailKind.OWNER_NOTICE]
    assert [each.state for each in notices] == [MailState.REFUSED, MailState.REFUSED]
    await world.decide()
    await world.run()
    await world.ask_for_pass(name)
    await world.run()
    case = world.case(name)
    assert (case.state, case.attention) == (State.ATTENTION, Attention.GUARD)
    assert [each.guard.value for each in case.guards if not each.passed] == ["owner_notified"]
    assert ("passes", "create") not in world.seen.calls

    await operate(world, name, "run again")
    await world.decide(by="ren")
    await world.run()
    assert await world.pickup(name), "after run again the notice is owed again"


async def test_one_accepted_notice_is_enough() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", ForbiddenError("bad address"), times=1))
    name = await world.apply()
    await world.run()
    await world.decide()
    await world.run()
    assert await world.pickup(name)


async def _forged(world: World, subject: str) -> str:
    """What a taken-over web process puts into the inbox."""
    body = {
        "channel": "website",
        "subject": subject,
        "reason": "lost",
        "language": "ja",
        "photo": "a" * 32,
    }
    name = "c" * 32
    await world.storage.inbox.put(Request(name, RequestKind.SUBMIT, 0, world.clock.now(), body))
    await world.storage.hints.send("review", name)
    await world.run()
    return name


async def test_an_account_written_in_other_letters_is_the_same_account() -> None:
    world = World()
    world.graph.accounts["HANAKO"] = world.graph.accounts["hanako"]
    first = await world.apply()
    await world.run()
    other = world.case(await _forged(world, "HANAKO"))
    assert (other.subject, other.state, other.duplicate_of) == ("hanako", State.CANCELLED, first)


async def test_another_name_of_an_account_passes_no_guard() -> None:
    """Whatever Graph may answer to, the lock would be another one."""
    world = World()
    world.graph.accounts["other-name"] = world.graph.accounts["hanako"]
    await world.apply()
    await world.run()
    told = len(world.mailer.to(people.OUTSIDE))
    other = world.case(await _forged(world, "other-name"))
    assert (other.state, other.attention) == (State.ATTENTION, Attention.GUARD)
    assert [each.guard for each in other.guards if not each.passed] == [Guard.ACCOUNT_EXISTS]
    assert len(world.mailer.to(people.OUTSIDE)) == told
