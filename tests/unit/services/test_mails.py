"""Mails owed are sent once it is possible, by urgency, within the shared budget; nothing but an old receipt is dropped."""

import logging
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from shared.domain.kinds import Closing, DecisionKind
from shared.domain.links import Purpose
from shared.domain.mails import MailBudget, MailKind, MailLimits, MailState, Urgency
from shared.domain.states import State
from shared.ports import ForbiddenError, UnavailableError, UnknownOutcomeError
from shared.services.act_on_own_case import send_photo
from shared.services.take_allowance import share, take_allowance
from tests.unit import people
from tests.unit.observed import CrashError, Fault
from tests.unit.reaching import reach, withdraw
from tests.unit.university import rules_of
from tests.unit.world import World


async def _crowd(world: World, count: int) -> list[str]:
    """So many other students apply at the same time."""
    names = []
    for number in range(count):
        oid = f"student-{number}"
        world.graph.add(people.account(oid))
        names.append(await world.apply(subject=oid, nonce=oid))
    return names


async def _spend(world: World, count: int, *, staff: bool = False) -> None:
    """So many mails go out, 25 a minute; afterwards the present minute is free again."""
    while count > 0:
        await _take(world, min(count, 25), staff=staff)
        world.clock.advance(timedelta(minutes=1))
        count -= 25


async def _take(world: World, count: int, *, staff: bool = False) -> None:
    budget, version = await world.storage.budgets.read()
    now = world.clock.now()
    taken = (budget or MailBudget.fresh(now)).taken(count, now, staff=staff)
    await world.storage.budgets.write(taken, version)


@pytest.mark.parametrize(
    "error", [UnavailableError("429", 120), UnavailableError("503"), UnknownOutcomeError("?")]
)
async def test_a_mail_that_cannot_be_sent_now_is_sent_later(error: Exception) -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", error, times=3))
    name = await world.apply(contact_email=people.TYPED)
    await world.run()
    await world.move(timedelta(minutes=15))
    assert not world.owed(name)
    assert {each.state for each in world.snapshot(name).mails} == {MailState.SENT}
    assert world.subjects(people.OUTSIDE) == world.subjects(people.OWN_MAILBOX) == ["owner_notice"]
    assert world.subjects(people.TYPED) == ["receipt"]


@pytest.mark.parametrize("error", [UnavailableError("503 for hanako"), UnknownOutcomeError("? of hanako")])
async def test_a_mail_that_is_put_off_is_a_line_in_the_log_without_a_word_of_it(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", error, times=1))
    await world.apply()
    with caplog.at_level(logging.WARNING):
        await world.run()
    assert f"a mail is put off: {type(error).__name__}" in caplog.text
    assert "hanako" not in caplog.text


async def test_the_wait_that_the_mail_service_asks_for_is_kept() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("429", 300), times=1))
    name = await world.apply()
    start = world.clock.now()
    await world.run()
    await world.move(start + timedelta(seconds=299))
    assert world.subjects(people.OUTSIDE) == []
    await world.move(start + timedelta(seconds=301))
    assert world.subjects(people.OUTSIDE) == ["owner_notice"]
    assert not world.owed(name)


async def test_a_mail_that_is_refused_for_good_does_not_hold_up_the_others() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", ForbiddenError("bad address"), times=1))
    name = await world.apply()
    await world.run()
    assert not world.owed(name)
    assert sorted(each.state for each in world.snapshot(name).mails) == ["refused", "sent", "sent", "sent"]


async def test_every_try_of_one_mail_has_the_same_operation_id() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", UnknownOutcomeError("?"), times=1, after=True))
    await world.apply()
    await world.run()
    await world.move(timedelta(minutes=2))
    operations = world.mailer.operations
    assert len(operations) == len(world.snapshot(world.storage.applications.ids()[0]).mails) + 1
    assert len(set(operations)) == len(operations) - 1


async def test_a_mail_that_was_sent_but_not_marked_is_sent_again_rather_than_lost() -> None:
    world = World()
    world.seen.faults.append(Fault("applications", "mark_mails", CrashError(), times=1))
    name = await world.apply()
    await world.run()
    assert world.owed(name)
    await world.move(timedelta(minutes=12))
    assert not world.owed(name)
    assert world.subjects(people.OUTSIDE) == ["owner_notice", "owner_notice"]


async def test_when_the_budget_is_spent_nothing_is_dropped_and_the_urgent_goes_first() -> None:
    world = World(rules=rules_of(mail_limits=MailLimits(per_minute=8, per_hour=24)))
    names = await _crowd(world, 10)
    await world.run()
    sent = len(world.mailer.sent)
    assert sent <= 8
    await world.move(timedelta(minutes=59))
    assert len(world.mailer.sent) <= 24
    await world.move(timedelta(hours=5))
    for name in names:
        assert not world.owed(name)
        assert {each.state for each in world.snapshot(name).mails} == {MailState.SENT}
    for number in range(10):
        assert world.subjects(f"student-{number}@home.example")[0] == "owner_notice"
    told = world.subjects(people.REVIEWERS[0])
    assert told.count("review") >= 10


async def test_a_crowd_is_told_to_staff_in_few_messages() -> None:
    world = World(rules=rules_of(mail_limits=MailLimits(per_minute=8, per_hour=24)))
    await _crowd(world, 10)
    await world.run()
    await world.move(timedelta(minutes=59))
    messages = world.mailer.to(people.REVIEWERS[0])
    assert len(messages) < 10
    assert any(len(each.text.splitlines()) > 1 for each in messages)


async def test_owner_notices_leave_staff_their_quarter_of_the_hour() -> None:
    world = World()
    await _spend(world, 75)
    name = await world.apply()
    await world.run()
    assert world.subjects(people.OUTSIDE) == []
    assert world.subjects(people.REVIEWERS[0]) == ["review"]
    world.clock.advance(timedelta(hours=1))
    await world.tick()
    assert world.subjects(people.OUTSIDE) == ["owner_notice"]
    assert not world.owed(name)


async def test_mails_that_can_wait_do_not_keep_owners_from_hearing() -> None:
    world = World()
    for _ in range(4):
        await take_allowance({Urgency.LATER: 20, Urgency.SKIPPABLE: 5}, world.worker)
        world.clock.advance(timedelta(minutes=1))
    await _crowd(world, 16)
    await world.tick()
    await world.move(timedelta(minutes=5))
    for number in range(16):
        assert world.subjects(f"student-{number}@home.example")[:1] == ["owner_notice"]


async def test_staff_are_written_to_every_ten_minutes_once_half_the_hour_is_spent() -> None:
    world = World()
    await _spend(world, 30)
    await _spend(world, 25, staff=True)
    await world.apply()
    await world.run()
    assert world.subjects(people.REVIEWERS[0]) == []
    assert world.subjects(people.OUTSIDE) == ["owner_notice"]
    await world.move(timedelta(minutes=9))
    assert world.subjects(people.REVIEWERS[0]) == ["review"]


def test_a_digest_that_not_all_were_told_of_is_not_over_for_the_others() -> None:
    now, limits = World().clock.now(), MailLimits()
    busy = MailBudget(now, 28, now, 60)
    after, allowance = share(busy, {Urgency.STAFF: 3}, limits, now, owed_at=now)
    assert allowance.granted == {Urgency.STAFF: 2}
    assert allowance.again_at is not None
    assert allowance.again_at <= now + timedelta(seconds=90)
    assert after.staff_may_be_told(limits, now + timedelta(minutes=1))


async def test_when_the_next_hour_begins_who_waits_longest_is_told_first() -> None:
    world = World(rules=rules_of(mail_limits=MailLimits(per_minute=4, per_hour=8)))
    await _spend(world, 8)
    names = []
    for number in range(6):
        oid = f"student-{number}"
        world.graph.add(people.account(oid))
        names.append(await world.apply(subject=oid, nonce=oid))
        await world.run()
        await world.move(timedelta(minutes=7))
    for _ in range(240):
        await world.move(timedelta(minutes=1))
    told = [
        min(
            each.done_at
            for each in world.snapshot(name).mails
            if each.kind is MailKind.OWNER_NOTICE and each.done_at
        )
        for name in names
    ]
    assert all(
        one <= next_one + timedelta(minutes=5) for one, next_one in pairwise(told)
    )  # four looks side by side
    assert told[-1] - told[0] > timedelta(minutes=59)  # it took more than one hour's budget


async def test_a_receipt_that_waited_an_hour_is_skipped() -> None:
    world = World()
    await _spend(world, 50)
    name = await world.apply(contact_email=people.TYPED)
    await world.run()
    assert [each.kind.value for each in world.owed(name)] == ["receipt"]
    await world.move(timedelta(minutes=57))
    assert [each.kind.value for each in world.owed(name)] == ["receipt"]
    world.clock.advance(timedelta(minutes=1))
    await _spend(world, 50)
    await world.tick()
    assert world.subjects(people.TYPED) == []
    assert not world.owed(name)
    assert [each.state for each in world.snapshot(name).mails if each.kind.value == "receipt"] == [
        MailState.SKIPPED
    ]


async def test_a_mail_that_no_longer_fits_its_case_is_not_sent_late() -> None:
    world = World()
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("down")))
    _, name = await reach(State.IN_REVIEW, world)
    await withdraw(world, name)
    world.seen.faults.clear()
    await world.move(timedelta(minutes=12))
    assert world.subjects(people.REVIEWERS[0]) == []
    assert world.subjects(people.OUTSIDE) == ["owner_notice", "closed"]


@pytest.mark.parametrize("confirmed", [False, True])
async def test_whoever_withdraws_makes_no_mail_to_an_address_that_was_merely_typed(confirmed: bool) -> None:  # noqa: FBT001
    world = World()
    name = await world.apply(contact_email=people.TYPED)
    await world.run()
    if confirmed:
        await world.decide(confirm_contact=True)
        await world.run()
    await withdraw(world, name)
    await world.move(timedelta(minutes=12))
    assert world.case(name).stop_as is Closing.WITHDRAWN
    assert "closed" in world.subjects(people.OUTSIDE)
    assert ("closed" in world.subjects(people.TYPED)) is confirmed


async def test_a_review_mail_of_an_earlier_round_is_not_sent_late() -> None:
    world, name = await reach(State.RETURNED)
    await send_photo(name, world.student, b"photo, better", world.web, keep_doubts=False)
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("down")))
    await world.run()
    link = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    await world.decide(DecisionKind.RETURN, claims=replace(link, round=2))
    await world.run()
    await send_photo(name, world.student, b"photo, best", world.web, keep_doubts=False)
    await world.run()
    world.seen.faults.clear()
    await world.move(timedelta(minutes=12))
    rounds = [world.link(Purpose.REVIEW, people.REVIEWERS[0]).round]
    assert rounds == [3]
    assert world.subjects(people.REVIEWERS[0]) == ["review", "review"]


async def test_two_workers_share_one_bucket() -> None:
    world = World(rules=rules_of(mail_limits=MailLimits(per_minute=4, per_hour=100)))
    await _crowd(world, 4)

    async def somebody_else_sends() -> None:
        await _take(world, 1)

    world.seen.meanwhile("budget", "write", somebody_else_sends)
    await world.run()
    assert len(world.mailer.sent) == 3


async def test_not_me_links_go_to_addresses_on_file_only_and_staff_get_none() -> None:
    world = World()
    name = await world.apply(contact_email=people.TYPED)
    await world.run()
    for address in (people.OUTSIDE, people.OWN_MAILBOX):
        assert world.link(Purpose.NOT_ME, address).application == name
    for address in (people.TYPED, *people.REVIEWERS):
        assert "not_me~" not in "".join(each.text for each in world.mailer.to(address))


async def test_the_pickup_link_lives_as_long_as_the_pass_may_be_collected() -> None:
    world, name = await reach(State.APPROVED)
    assert world.link(Purpose.PICKUP, people.OUTSIDE).expires_at == world.case(name).pickup_until
    assert "pickup" not in world.subjects(people.OWN_MAILBOX)
