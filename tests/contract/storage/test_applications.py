"""The port ``Applications``: one transaction a save, guarded by the version that was read."""

import asyncio
from dataclasses import replace

import pytest

from shared.domain.application import Change
from shared.domain.delivery import Delivery
from shared.domain.events import EventKind
from shared.domain.mails import MailKind
from shared.domain.requests import Outcome
from shared.ports import ConflictError, MissingError, Snapshot, StaleError, Wake
from tests.contract.storage.conftest import Ports
from tests.contract.storage.sample_cases import AT, fresh_id, full, happened, mail, sparse, submit


async def _saved(ports: Ports, application: str, *change: Change) -> Snapshot:
    for each in change or (happened(sparse(application)),):
        await ports.applications.save(await ports.applications.read(application), each, None)
    snapshot = await ports.applications.read(application)
    assert snapshot is not None
    return snapshot


async def test_unknown_case_is_none(ports: Ports) -> None:
    assert await ports.applications.read(fresh_id()) is None


@pytest.mark.parametrize("make", [sparse, full])
async def test_everything_saved_is_read_back(ports: Ports, make: object) -> None:
    application = fresh_id()
    request = submit(application, evidence="token")
    change = happened(full(application) if make is full else sparse(application))
    change = change.owing(mail(), mail("o'neil/#?@example.org")).answering(request, AT)
    wake = Wake(AT, application, "20260609T010203456Z-aa", "issuance")

    returned = await ports.applications.save(None, change, wake)
    snapshot = await ports.applications.read(application)

    assert snapshot is not None
    assert snapshot.application == change.application
    assert snapshot.events == change.events
    assert set(snapshot.mails) == set(change.mails)
    assert snapshot.answered == {request.key}
    assert snapshot.wake == wake
    assert returned.version == snapshot.version
    assert set(returned.mails) == set(snapshot.mails)
    assert replace(returned, mails=()) == replace(snapshot, mails=())


async def test_returned_snapshot_can_be_saved_on(ports: Ports) -> None:
    application = fresh_id()
    first = await ports.applications.save(None, happened(sparse(application)), None)
    second = await ports.applications.save(first, happened(first.application, EventKind.HELD), None)
    third = await ports.applications.save(second, happened(second.application, EventKind.REVIEW_OPENED), None)
    read = await ports.applications.read(application)
    assert read == third
    assert [event.kind for event in third.events] == [
        EventKind.SUBMITTED,
        EventKind.HELD,
        EventKind.REVIEW_OPENED,
    ]


async def test_creating_twice_conflicts_and_changes_nothing(ports: Ports) -> None:
    application = fresh_id()
    before = await _saved(ports, application)
    with pytest.raises(ConflictError):
        await ports.applications.save(None, happened(full(application)).owing(mail()), None)
    assert await ports.applications.read(application) == before


async def test_save_over_a_newer_version_is_stale_and_changes_nothing(ports: Ports) -> None:
    application = fresh_id()
    old = await _saved(ports, application)
    await ports.applications.save(old, happened(old.application, EventKind.HELD), None)
    newer = await ports.applications.read(application)
    with pytest.raises(StaleError):
        await ports.applications.save(
            old, happened(old.application).owing(mail()).answering(submit("x"), AT), None
        )
    assert await ports.applications.read(application) == newer


async def test_saving_a_case_that_is_not_there_is_missing(ports: Ports) -> None:
    before = await _saved(ports, fresh_id())
    other = happened(sparse(fresh_id()))
    with pytest.raises(MissingError):
        await ports.applications.save(before, other, None)
    assert await ports.applications.read(other.application.id) is None


async def test_of_two_workers_one_wins(ports: Ports) -> None:
    application = fresh_id()
    start = await _saved(ports, application)
    kinds = (EventKind.HELD, EventKind.REVIEW_OPENED, EventKind.CANCELLED)
    results = await asyncio.gather(
        *(ports.applications.save(start, happened(start.application, kind), None) for kind in kinds),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in results) == ["Snapshot", "StaleError", "StaleError"]
    after = await ports.applications.read(application)
    assert after is not None
    assert len(after.events) == 2


async def test_a_request_is_answered_once(ports: Ports) -> None:
    application = fresh_id()
    request = submit(application)
    before = await _saved(ports, application, happened(sparse(application)).answering(request, AT))
    again = happened(before.application).owing(mail()).answering(request, AT, Outcome.TOO_LATE)
    with pytest.raises(ConflictError):
        await ports.applications.save(before, again, None)
    assert await ports.applications.read(application) == before


async def test_a_mail_is_owed_once_and_keeps_what_became_of_it(ports: Ports) -> None:
    application = fresh_id()
    first, second = mail("a@example.org"), mail("b@example.org")
    before = await _saved(ports, application, happened(sparse(application)).owing(first))
    marked = await ports.applications.mark_mails(before, [first.sent(AT)])
    assert marked.mails == (first.sent(AT),)
    after = await _saved(ports, application, happened(before.application).owing(first, second))
    assert set(after.mails) == {first.sent(AT), second}


async def test_marking_mails_does_not_disturb_a_save(ports: Ports) -> None:
    application = fresh_id()
    one, two = mail("a@example.org"), mail("a@example.org", MailKind.RECEIPT)
    before = await _saved(ports, application, happened(sparse(application)).owing(one, two))
    await ports.applications.mark_mails(before, [one.sent(AT), two.skipped(AT)])
    await ports.applications.save(before, happened(before.application, EventKind.HELD), None)
    after = await ports.applications.read(application)
    assert after is not None
    assert set(after.mails) == {one.sent(AT), two.skipped(AT)}


async def test_a_mail_that_was_marked_meanwhile_stays_as_it_was_marked(ports: Ports) -> None:
    application = fresh_id()
    one, two = mail("a@example.org"), mail("b@example.org")
    before = await _saved(ports, application, happened(sparse(application)).owing(one, two))
    await ports.applications.mark_mails(before, [one.sent(AT)])

    late = await ports.applications.mark_mails(before, [one.refused(AT), two.sent(AT)])

    assert set(late.mails) == {one.sent(AT), two.sent(AT)}
    after = await ports.applications.read(application)
    assert after is not None
    assert set(after.mails) == {one.sent(AT), two.sent(AT)}


async def test_whoever_marks_late_gets_the_whole_case_as_it_is_now_and_never_parts_of_two(
    ports: Ports,
) -> None:
    """A case as it was, with a mail that was owed later, is a case that never was: that mail would fit nowhere."""
    application = fresh_id()
    one, two, three = mail("a@example.org"), mail("b@example.org"), mail("c@example.org")
    before = await _saved(ports, application, happened(sparse(application)).owing(one, two))
    await ports.applications.mark_mails(before, [one.sent(AT)])
    held = happened(before.application, EventKind.HELD).owing(three)
    await ports.applications.save(before, held, None)

    late = await ports.applications.mark_mails(before, [one.sent(AT), two.sent(AT)])

    assert late == await ports.applications.read(application)
    assert late.application == held.application
    assert set(late.mails) == {one.sent(AT), two.sent(AT), three}


async def test_whoever_marks_in_time_gets_the_case_that_was_read_with_the_marks(ports: Ports) -> None:
    application = fresh_id()
    one, two = mail("a@example.org"), mail("b@example.org")
    before = await _saved(ports, application, happened(sparse(application)).owing(one))
    await ports.applications.save(before, happened(before.application, EventKind.HELD).owing(two), None)

    marked = await ports.applications.mark_mails(before, [one.sent(AT)])

    assert (marked.application, marked.version) == (before.application, before.version)
    assert marked.mails == (one.sent(AT),)


async def test_a_mail_that_was_given_up_and_yet_went_out_is_known_to_have_gone_out(ports: Ports) -> None:
    application, owed = fresh_id(), mail("a@example.org")
    before = await _saved(ports, application, happened(sparse(application)).owing(owed))
    sent = owed.sent(AT, "11111111-2222-4333-8444-555555555555")
    await ports.applications.mark_mails(before, [owed.skipped(AT)])
    await ports.applications.mark_mails(before, [sent])  # by what was read before
    skipped_again = await ports.applications.mark_mails(before, [owed.skipped(AT)])
    assert skipped_again.mails == (sent,)


async def test_marking_a_mail_that_was_never_owed_marks_none(ports: Ports) -> None:
    application = fresh_id()
    owed = mail("a@example.org")
    before = await _saved(ports, application, happened(sparse(application)).owing(owed))
    with pytest.raises(MissingError):
        await ports.applications.mark_mails(before, [owed.sent(AT), mail("b@example.org").sent(AT)])
    after = await ports.applications.read(application)
    assert after is not None
    assert after.mails == (owed,)


async def test_the_wake_a_case_names_can_change_and_go(ports: Ports) -> None:
    application = fresh_id()
    wake = Wake(AT, application, "20260609T010203456Z-bb")
    first = await ports.applications.save(None, happened(sparse(application)), wake)
    await ports.applications.save(first, happened(first.application), None)
    after = await ports.applications.read(application)
    assert after is not None
    assert after.wake is None


async def test_what_is_read_is_a_copy(ports: Ports) -> None:
    application = fresh_id()
    snapshot = await _saved(ports, application)
    snapshot.events[0].detail["channel"] = "changed"
    again = await ports.applications.read(application)
    assert again is not None
    assert again.events[0].detail == {"channel": "website"}


@pytest.mark.parametrize("name", ["", "a/b", "a\\b", "a#b", "a?b", "a\nb", "x" * 300])
async def test_names_that_storage_does_not_take_are_refused_before_it_is_asked(
    ports: Ports, name: str
) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await ports.applications.save(None, happened(sparse(name)), None)


async def test_a_case_too_large_for_its_row_is_refused(ports: Ports) -> None:
    application = fresh_id()
    large = happened(replace(sparse(application), details="長" * 33_000))
    with pytest.raises(ValueError, match="too large"):
        await ports.applications.save(None, large, None)
    assert await ports.applications.read(application) is None


async def test_a_change_too_large_for_one_transaction_is_refused(ports: Ports) -> None:
    application = fresh_id()
    change = happened(sparse(application)).owing(*(mail(f"{n}@example.org") for n in range(100)))
    with pytest.raises(ValueError, match="too many rows"):
        await ports.applications.save(None, change, None)
    assert await ports.applications.read(application) is None


async def test_a_mail_that_was_sent_may_come_back_and_nothing_undoes_that(ports: Ports) -> None:
    application, owed = fresh_id(), mail("a@example.org")
    before = await _saved(ports, application, happened(sparse(application)).owing(owed))
    sent = owed.sent(AT, "11111111-2222-4333-8444-555555555555")
    marked = await ports.applications.mark_mails(before, [sent])
    back = sent.came_back(Delivery.BOUNCED, AT)
    await ports.applications.mark_mails(before, [back])  # by what was read before it was sent
    await ports.applications.mark_mails(marked, [sent])
    found = await ports.applications.read(application)
    assert found is not None
    assert found.mails == (back,)
