"""A mail that came back: marked once, the next address tried, somebody told when there is none; anything else changes nothing."""

import logging
from datetime import timedelta
from functools import partial
from uuid import NAMESPACE_URL, uuid5

import pytest

from shared.domain.accounts import Address
from shared.domain.delivery import Delivery, DeliveryReport
from shared.domain.erasing import next_erasure
from shared.domain.kinds import Attention
from shared.domain.links import Purpose
from shared.domain.mails import MailKind, MailState, OwedMail
from shared.domain.states import State
from shared.ports import UnavailableError
from shared.ports.telemetry import Metric
from shared.services.review_case import show_review
from shared.services.send_mails import operation_of
from shared.services.take_report import take_given_up, take_report
from tests.unit import people
from tests.unit.observed import CrashError, Fault
from tests.unit.reaching import reach, withdraw
from tests.unit.world import World

_SECOND = "second@home.example"


def mail_of(world: World, name: str, kind: MailKind, to: str) -> OwedMail:
    """The newest mail of this kind to an address."""
    found = [each for each in world.snapshot(name).mails if each.kind is kind and each.to == to]
    assert found, f"no {kind} to {to}"
    return max(found, key=lambda each: each.round)


async def comes_back(
    world: World, name: str, kind: MailKind, to: str, why: Delivery = Delivery.BOUNCED
) -> None:
    """The mail service reports so, and the worker does what follows."""
    mail = mail_of(world, name, kind, to)
    await take_report(DeliveryReport(operation_of(name, mail), to.upper(), why), world.worker)
    await world.run()


async def test_the_id_of_an_accepted_mail_is_kept_with_it() -> None:
    world, name = await reach(State.IN_REVIEW)
    mails = world.snapshot(name).mails
    assert {each.message for each in mails} == set(world.mailer.operations)
    assert {operation_of(name, each) for each in mails} == world.storage.sent_mails.known()


@pytest.mark.parametrize("why", [each for each in Delivery if each.failed])
async def test_a_link_that_came_back_goes_to_the_next_address_on_file(why: Delivery) -> None:
    world, name = await reach(State.APPROVED)
    assert world.subjects(people.OWN_MAILBOX).count("pickup") == 0
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE, why)
    back = mail_of(world, name, MailKind.PICKUP, people.OUTSIDE)
    assert (back.state, back.delivery) == (MailState.BOUNCED, why)
    assert world.subjects(people.OWN_MAILBOX).count("pickup") == 1
    assert world.case(name).state is State.APPROVED
    key = world.mailer.to(people.OWN_MAILBOX)[-1].text.split()[0].removeprefix("action=")
    assert world.links.read(Purpose.PICKUP, key).application == name


async def test_a_worker_whose_clock_is_behind_tries_the_next_address_all_the_same() -> None:
    """What replaces a mail is never older than it: otherwise the lost one would decide whether any arrived."""
    world, name = await reach(State.APPROVED)
    world.clock.move_to(world.clock.now() - timedelta(seconds=2))
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE)
    assert world.case(name).state is State.APPROVED
    assert mail_of(world, name, MailKind.PICKUP, people.OWN_MAILBOX).state is MailState.SENT


async def test_the_pass_can_be_had_by_the_second_link() -> None:
    world, name = await reach(State.APPROVED)
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE)
    assert await world.pickup(name)
    assert world.case(name).state is State.ISSUED


async def test_while_another_copy_is_on_its_way_nothing_is_sent_anew() -> None:
    world = World()
    account = world.graph.account(world.student)
    account.facts = people.account(
        world.student,
        addresses=(
            Address(people.OUTSIDE, own_mailbox=False),
            Address(_SECOND, own_mailbox=False),
            Address(people.OWN_MAILBOX, own_mailbox=True),
        ),
    )
    world, name = await reach(State.APPROVED, world)
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE)
    assert world.subjects(people.OWN_MAILBOX).count("pickup") == 0
    await comes_back(world, name, MailKind.PICKUP, _SECOND)
    assert world.subjects(people.OWN_MAILBOX).count("pickup") == 1


async def test_when_no_address_is_left_the_case_is_the_operators() -> None:
    world, name = await reach(State.APPROVED)
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE)
    await comes_back(world, name, MailKind.PICKUP, people.OWN_MAILBOX)
    assert (world.case(name).state, world.case(name).attention) == (State.ATTENTION, Attention.MAIL_REFUSED)
    assert "operator_alert" in world.subjects(people.OPERATORS[0])


async def test_an_owner_notice_that_came_back_from_everywhere_makes_no_pass_and_operators_hear_once() -> None:
    world, name = await reach(State.APPROVED)
    await comes_back(world, name, MailKind.OWNER_NOTICE, people.OUTSIDE)
    assert world.subjects(people.OPERATORS[0]) == []
    await comes_back(world, name, MailKind.OWNER_NOTICE, people.OWN_MAILBOX)
    await comes_back(world, name, MailKind.OWNER_NOTICE, people.OWN_MAILBOX)
    assert world.subjects(people.OPERATORS[0]).count("operator_alert") == 1
    await world.ask_for_pass(name)
    await world.run()
    assert world.case(name).attention is Attention.GUARD
    assert ("passes", "create") not in world.seen.calls


async def test_reviewers_see_that_the_notice_reached_nobody() -> None:
    world, name = await reach(State.IN_REVIEW)
    claims = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    staff = world.staff["rei"].identity
    seen = []
    for address in (people.OUTSIDE, people.OWN_MAILBOX):
        seen.append((await show_review(claims, staff, world.web)).unheard)
        await comes_back(world, name, MailKind.OWNER_NOTICE, address)
    seen.append((await show_review(claims, staff, world.web)).unheard)
    assert seen == [False, False, True]


async def test_operators_hear_of_each_mail_that_came_back_from_everywhere() -> None:
    """The news of a second pass is another one than that of the first, in the same round of the case."""
    world, name = await reach(State.ISSUED)
    for told in (1, 2):
        for address in {each.to for each in world.snapshot(name).mails if each.kind is MailKind.PASS_ISSUED}:
            await comes_back(world, name, MailKind.PASS_ISSUED, address)
        await comes_back(world, name, MailKind.PASS_ISSUED, people.OWN_MAILBOX)
        assert world.subjects(people.OPERATORS[0]).count("operator_alert") == told
        await world.ask_for_pass(name, "session-2")
        await world.run()


async def test_a_returned_photo_that_nobody_hears_of_is_told_to_the_operators() -> None:
    world, name = await reach(State.RETURNED)
    await comes_back(world, name, MailKind.RETURNED, people.OUTSIDE)
    await comes_back(world, name, MailKind.RETURNED, people.OWN_MAILBOX)
    assert world.case(name).state is State.RETURNED
    assert "operator_alert" in world.subjects(people.OPERATORS[0])


async def test_reviews_that_come_back_from_every_reviewer_park_the_case() -> None:
    world, name = await reach(State.IN_REVIEW)
    for address in people.REVIEWERS:
        assert world.case(name).state is State.IN_REVIEW
        await comes_back(world, name, MailKind.REVIEW, address)
    assert world.case(name).attention is Attention.MAIL_REFUSED


async def test_a_report_that_comes_twice_or_late_is_the_same_as_one() -> None:
    world, name = await reach(State.APPROVED)
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE)
    before = world.snapshot(name)
    await world.move(timedelta(hours=1))
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE)
    assert world.snapshot(name).mails == before.mails
    assert world.subjects(people.OWN_MAILBOX).count("pickup") == 1


async def test_a_report_may_be_faster_than_our_own_row() -> None:
    """The mail is out, the worker dies before it marks it: the report counts, and what is marked later does not undo it."""
    world, name = await reach(State.IN_REVIEW)
    world.seen.faults.append(Fault("applications", "mark_mails", CrashError(), times=1))
    await world.decide()
    await world.run()
    assert mail_of(world, name, MailKind.PICKUP, people.OUTSIDE).state is MailState.OWED
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE)
    late = mail_of(world, name, MailKind.PICKUP, people.OUTSIDE)
    assert late.state is MailState.BOUNCED
    await world.worker.applications.mark_mails(world.snapshot(name), [late.sent(world.clock.now(), "id")])
    assert mail_of(world, name, MailKind.PICKUP, people.OUTSIDE).state is MailState.BOUNCED
    assert world.subjects(people.OUTSIDE).count("pickup") == 1


async def test_a_report_counts_for_a_mail_that_was_given_up_by_mistake() -> None:
    """A report under our own id proves that it went out: the next address is tried all the same."""
    world, name = await reach(State.IN_REVIEW)
    world.seen.faults.append(Fault("applications", "mark_mails", CrashError(), times=1))
    await world.decide()
    await world.run()
    link = mail_of(world, name, MailKind.PICKUP, people.OUTSIDE)
    await world.worker.applications.mark_mails(world.snapshot(name), [link.skipped(world.clock.now())])
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE)
    assert mail_of(world, name, MailKind.PICKUP, people.OUTSIDE).state is MailState.BOUNCED
    assert world.subjects(people.OWN_MAILBOX).count("pickup") == 1


async def test_a_look_that_was_cut_off_after_the_mark_is_made_up_for_when_the_message_comes_again() -> None:
    world, name = await reach(State.APPROVED)
    mail = mail_of(world, name, MailKind.PICKUP, people.OUTSIDE)
    report = DeliveryReport(operation_of(name, mail), mail.to, Delivery.BOUNCED)
    world.seen.faults.append(Fault("inbox", "waiting", UnavailableError("storage is down"), times=1))
    assert not await world.survives(partial(take_report, report, world.worker))
    assert world.subjects(people.OWN_MAILBOX).count("pickup") == 0
    await take_report(report, world.worker)
    await world.run()
    assert world.subjects(people.OWN_MAILBOX).count("pickup") == 1


@pytest.mark.parametrize("moment", ["note", "mark_mails"])
async def test_a_report_that_is_faster_than_the_id_of_its_mail_comes_again(moment: str) -> None:
    """The mail service accepts the link under an id of its own, and tells at once that it will not send it."""
    world, name = await reach(State.IN_REVIEW)
    world.mailer.own_ids = True
    reports: list[DeliveryReport] = []

    async def reported_at_once() -> None:
        message = str(uuid5(NAMESPACE_URL, world.mailer.operations[-1]))
        reports.append(DeliveryReport(message, people.OUTSIDE, Delivery.SUPPRESSED, world.clock.now()))
        with pytest.raises(UnavailableError):
            await take_report(reports[0], world.worker, may_be_early=True)

    async def before_the_second_note() -> None:
        world.seen.meanwhile("sent_mails", "note", reported_at_once)

    if moment == "note":  # the first one is of our id, before the mail is handed over
        world.seen.meanwhile("sent_mails", "note", before_the_second_note)
    else:
        world.seen.meanwhile("applications", "mark_mails", reported_at_once)
    await world.decide()
    await world.run()
    await take_report(reports[0], world.worker, may_be_early=True)
    await world.run()

    assert mail_of(world, name, MailKind.PICKUP, people.OUTSIDE).state is MailState.BOUNCED
    assert world.subjects(people.OWN_MAILBOX).count("pickup") == 1


@pytest.mark.parametrize(
    ("age", "may_be_early"),
    [(timedelta(), False), (timedelta(minutes=10), True), (-timedelta(minutes=10), True), (None, True)],
)
async def test_a_report_of_no_mail_is_left_out_at_the_last_try_or_when_it_is_old(
    *, age: timedelta | None, may_be_early: bool, caplog: pytest.LogCaptureFixture
) -> None:
    world, _ = await reach(State.APPROVED)
    at = None if age is None else world.clock.now() - age
    report = DeliveryReport("7d444840-9dc0-11d1-b245-5ffdce74fad2", people.OUTSIDE, Delivery.BOUNCED, at)
    with caplog.at_level(logging.WARNING):
        await take_report(report, world.worker, may_be_early=may_be_early)
    assert [each.getMessage() for each in caplog.records] == ["a delivery report names no mail of a case"]


@pytest.mark.parametrize("known", [True, False])
async def test_a_made_up_report_changes_nothing_and_is_counted_without_a_word_of_it(
    *, known: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither an id that nobody was sent, nor a right one with another addressee."""
    world, name = await reach(State.APPROVED)
    mail = mail_of(world, name, MailKind.PICKUP, people.OUTSIDE)
    message = operation_of(name, mail) if known else "7d444840-9dc0-11d1-b245-5ffdce74fad2"
    to = "somebody@else.example" if known else mail.to
    before = world.snapshot(name)
    with caplog.at_level(logging.WARNING):
        await take_report(DeliveryReport(message, to, Delivery.BOUNCED), world.worker)
    await world.run()
    assert world.snapshot(name) == before
    assert [each.getMessage() for each in caplog.records] == ["a delivery report names no mail of a case"]
    assert to not in caplog.text
    assert message not in caplog.text


@pytest.mark.parametrize("why", [each for each in Delivery if not each.failed])
async def test_a_mail_that_arrived_needs_nothing(why: Delivery) -> None:
    world, name = await reach(State.APPROVED)
    before = world.snapshot(name)
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE, why)
    assert world.snapshot(name) == before


async def test_whose_messages_they_were_is_erased_with_the_mails() -> None:
    world, name = await reach(State.IN_REVIEW)
    await withdraw(world, name)
    await world.run()
    assert world.storage.sent_mails.known()
    while next_erasure(world.case(name), world.rules) is not None:
        await world.move(timedelta(days=60))
    assert not world.snapshot(name).mails
    assert not world.storage.sent_mails.known()


async def test_what_happens_while_a_pass_is_being_made_makes_no_second_one() -> None:
    """The save that claimed the attempt makes the pass, and no other save in the meantime."""
    world, name = await reach(State.ISSUING)
    made = world.seen.calls.count(("passes", "create"))
    await comes_back(world, name, MailKind.PICKUP, people.OUTSIDE)
    assert world.subjects(people.OWN_MAILBOX).count("pickup") == 1
    assert world.seen.calls.count(("passes", "create")) == made


async def test_a_message_with_reports_that_the_platform_gave_up_on_is_counted_and_tried_again() -> None:
    """No row and no mail tells of it, so the alert must."""
    world, name = await reach(State.APPROVED)
    mail = mail_of(world, name, MailKind.PICKUP, people.OUTSIDE)
    report = DeliveryReport(operation_of(name, mail), people.OUTSIDE, Delivery.BOUNCED)
    world.seen.faults.append(Fault("applications", "read", UnavailableError("storage is down"), times=1))
    with pytest.raises(UnavailableError):
        await take_given_up([report], world.worker)
    await take_given_up([report], world.worker)

    counted = [each for each in world.telemetry.metrics if each.metric is Metric.POISON]
    assert [(each.value, each.fields) for each in counted] == [(1, {"lane": "delivery-reports"})] * 2
    assert mail_of(world, name, MailKind.PICKUP, people.OUTSIDE).state is MailState.BOUNCED
