"""Responses of a form: the flow's token is verified by the worker, the responder is the only identity, nobody saw a card."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.kinds import Attention, Channel, Closing, Flag, Reason
from shared.domain.mails import MailKind
from shared.domain.states import State
from shared.ports import UnavailableError
from tests.unit import people
from tests.unit.counters import digest, respond, respond_otherwise
from tests.unit.observed import CrashError, Fault
from tests.unit.reaching import operate, withdraw
from tests.unit.university import FRIDAY_EVENING, TUESDAY_OPENING, rules_of
from tests.unit.world import REAL, World


async def _in_review() -> tuple[World, str]:
    world = World()
    name = await respond(world)
    await world.run()
    return world, name


async def test_a_response_goes_the_road_of_the_website_without_a_photo() -> None:
    world, name = await _in_review()
    case = world.case(name)
    assert (case.state, case.channel, case.reason) == (State.IN_REVIEW, Channel.FORM, Reason.SETUP_TROUBLE)
    assert (case.subject, case.account, case.details) == (
        world.student,
        people.STUDENT.upn,
        "what the form asked",
    )
    assert Flag.NO_PHOTO in case.flags
    assert world.subjects(people.OUTSIDE) == world.subjects(people.OWN_MAILBOX) == ["owner_notice"]
    assert world.subjects(people.REVIEWERS[0]) == ["review"]
    await world.decide()
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert world.case(name).slips == 0
    assert await world.pickup(name)


async def test_a_response_outside_business_hours_is_held() -> None:
    world = World(FRIDAY_EVENING)
    name = await respond(world)
    await world.run()
    assert world.case(name).state is State.HELD
    assert world.case(name).promised_by == TUESDAY_OPENING + timedelta(hours=4)
    await world.move(TUESDAY_OPENING)
    assert world.case(name).state is State.IN_REVIEW


async def test_a_response_still_waits_for_an_accepted_notice_before_a_pass() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("mail is down")))
    name = await respond(world)
    await world.run()
    assert "owner_notice" in {each.kind.value for each in world.owed(name)}
    assert not world.case(name).vouched


def _late_token(world: World) -> str:
    return world.form_tokens.make(REAL - timedelta(hours=2))


@pytest.mark.parametrize("token", ["forged", "", "late", "a clerk's"])
async def test_a_response_whose_token_does_not_verify_ends_and_only_the_operators_hear_of_it(
    token: str,
) -> None:
    world = World()
    evidence = {"late": _late_token(world), "a clerk's": world.staff["cleo"].token}.get(token, token)
    name = await respond(world, token=evidence, contact_email=people.TYPED)
    await world.run()
    case = world.case(name)
    assert (case.state, case.stop_as, case.subject) == (State.CANCELLED, Closing.REFUSED, "")
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    assert {each.to for each in world.mailer.sent} == set(people.OPERATORS)
    assert ("directory", "find") not in world.seen.calls
    assert ("locks", "insert") not in world.seen.calls
    await world.move(timedelta(days=1))
    assert not world.needless_wakes()
    assert await world.storage.open_cases.names() == []


async def test_a_shared_key_is_enough_only_where_the_university_says_so() -> None:
    world = World(rules=rules_of(forms_without_token=True))
    name = await respond(world, token="")
    await world.run()
    assert world.case(name).state is State.IN_REVIEW
    forged = await respond(world, response="2", token="forged")
    await world.run()
    assert world.case(forged).stop_as is Closing.REFUSED


async def test_keys_that_cannot_be_read_are_waited_for() -> None:
    world = World()
    world.seen.faults.append(Fault("form_tokens", "verify", UnavailableError("keys cannot be read")))
    name = await respond(world)
    await world.run()
    assert world.case(name).state is State.SUBMITTED
    world.seen.faults.clear()
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.IN_REVIEW


async def test_an_account_that_does_not_exist_goes_to_the_operator_as_from_every_way() -> None:
    world = World()
    name = await respond(world, account="nobody@u.example")
    await world.run()
    case = world.case(name)
    assert (case.state, case.attention, case.subject) == (State.ATTENTION, Attention.GUARD, "")
    assert [each.guard.value for each in case.guards if not each.passed] == ["account_exists"]
    assert ("locks", "insert") not in world.seen.calls
    await operate(world, name, "stop")
    assert world.case(name).state is State.CANCELLED
    assert ("passes", "listed") not in world.seen.calls
    assert ("sessions", "revoke") not in world.seen.calls


async def test_an_account_that_is_there_again_is_found_when_the_case_runs_again() -> None:
    world = World()
    facts = world.graph.accounts.pop(world.student)
    name = await respond(world)
    await world.run()
    world.graph.accounts[world.student] = facts
    await operate(world, name, "run again")
    assert (world.case(name).state, world.case(name).subject) == (State.IN_REVIEW, world.student)


@pytest.mark.parametrize("guard", sorted(set(people.REFUSED_ACCOUNTS) - {"account_exists"}))
async def test_every_guard_is_asked_of_a_form_too(guard: str) -> None:
    world = World()
    facts = people.REFUSED_ACCOUNTS[guard]
    assert facts is not None
    world.graph.account(world.student).facts = replace(facts, upn=people.STUDENT.upn)
    name = await respond(world)
    await world.run()
    assert [each.guard.value for each in world.case(name).guards if not each.passed] == [guard]
    assert world.case(name).attention is Attention.GUARD


@pytest.mark.parametrize("contact", ["", people.TYPED])
async def test_who_sends_a_form_beside_an_open_application_hears_that_it_was_closed(contact: str) -> None:
    world = World()
    first = await world.apply()
    await world.run()
    name = await respond(world, contact_email=contact)
    await world.run()
    case = world.case(name)
    assert (case.stop_as, case.duplicate_of) == (Closing.DUPLICATE, first)
    told = {each.to for each in world.snapshot(name).mails if each.kind is MailKind.CLOSED}
    assert told == {people.OUTSIDE, *filter(None, [contact])}
    assert "closed" in world.subjects(people.OUTSIDE)


async def test_of_many_forms_beside_an_open_application_somebody_hears_once_a_day() -> None:
    world = World()
    await world.apply()
    await world.run()
    names = []
    for number in range(4):
        names.append(await respond(world, response=str(number), contact_email=people.TYPED))
        await world.run()
        await world.move(timedelta(hours=7, minutes=59))
    assert {world.case(each).stop_as for each in names} == {Closing.DUPLICATE}
    owed = [[mail.kind for mail in world.snapshot(each).mails] for each in names]
    told = [MailKind.CLOSED, MailKind.CLOSED]
    assert owed == [told, [], [], []]
    assert world.subjects(people.TYPED) == ["closed"]
    await world.move(timedelta(hours=1))
    later = await respond(world, response="5")
    await world.run()
    assert [mail.kind for mail in world.snapshot(later).mails] == [MailKind.CLOSED]


@pytest.mark.parametrize("skip", range(3))
async def test_a_crash_between_lock_and_ending_leaves_nobody_untold(skip: int) -> None:
    world = World()
    await world.apply()
    await world.run()
    world.seen.faults.append(Fault("applications", "save", CrashError(), times=1, skip=skip))
    name = await respond(world)
    await world.run()
    await world.move(timedelta(minutes=15))
    assert world.case(name).stop_as is Closing.DUPLICATE
    assert [mail.kind for mail in world.snapshot(name).mails] == [MailKind.CLOSED]


# --- the same response with other content ---------------------------------------------------------------


async def test_other_content_changes_nothing_and_the_operators_are_told() -> None:
    world, name = await _in_review()
    before = world.case(name)
    for _ in range(2):
        await respond_otherwise(world, name, "second")
        await world.run()
    assert world.events(name)[-1] == "response_differed"
    assert world.events(name).count("response_differed") == 1
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    chained = world.case(name)
    trail = {
        "events": before.events,
        "chain": before.chain,
        "chained_at": before.chained_at,
        "head": before.head,
    }
    assert replace(chained, **trail) == before  # type: ignore[arg-type]  # fields of the trail alone
    await respond_otherwise(world, name, "third")
    await world.move(timedelta(minutes=11))
    assert world.events(name).count("response_differed") == 2
    assert len(world.storage.inbox) == 0


@pytest.mark.parametrize("token", [None, "forged"])
async def test_any_number_of_differences_neither_parks_the_case_nor_floods_the_operators(
    token: str | None,
) -> None:
    world, name = await _in_review()
    for number in range(300):
        await respond_otherwise(world, name, f"other-{number}", token=token)
    await world.run()
    assert world.case(name).state is State.IN_REVIEW
    assert len(world.storage.inbox) == 0
    assert len(world.subjects(people.OPERATORS[0])) == (1 if token is None else 0)
    assert world.events(name).count("response_differed") == (4 if token is None else 0)
    await world.move(timedelta(hours=1))
    await respond_otherwise(world, name, "later", token=token)
    await world.run()
    assert len(world.subjects(people.OPERATORS[0])) == (2 if token is None else 0)


@pytest.mark.parametrize("token", ["forged", ""])
async def test_a_difference_that_does_not_verify_is_no_news(token: str) -> None:
    world, name = await _in_review()
    before = world.events(name)
    await respond_otherwise(world, name, "second", token=token)
    await world.run()
    assert world.events(name) == before
    assert world.subjects(people.OPERATORS[0]) == []
    assert len(world.storage.inbox) == 0


async def test_the_same_content_again_is_no_difference() -> None:
    world, name = await _in_review()
    assert world.case(name).source == digest("first")
    await respond_otherwise(world, name, "first")
    await world.run()
    assert "response_differed" not in world.events(name)
    assert world.subjects(people.OPERATORS[0]) == []


async def test_a_difference_is_told_of_however_the_case_stands() -> None:
    world, name = await _in_review()
    await withdraw(world, name)
    await respond_otherwise(world, name, "second")
    await world.run()
    assert world.events(name)[-1] == "response_differed"
    assert world.case(name).state is State.CANCELLED
    await world.move(timedelta(days=1))
    assert not world.needless_wakes()


async def test_a_difference_waits_for_keys_that_cannot_be_read() -> None:
    world, name = await _in_review()
    world.seen.faults.append(Fault("form_tokens", "verify", UnavailableError("keys cannot be read")))
    await respond_otherwise(world, name, "second")
    await world.run()
    assert len(world.storage.inbox) == 1
    await world.decide()
    await world.run()
    assert world.case(name).state is State.APPROVED, "and holds nothing else up"
    world.seen.faults.clear()
    await world.move(timedelta(minutes=2))
    assert "response_differed" in world.events(name)
