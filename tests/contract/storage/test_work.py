"""Inbox, due rows, hints: what wakes the worker is never lost, and twice is the same as once."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.queue_hints import QueueHints
from shared.adapters.storage import Storage
from shared.domain.requests import RequestKind
from shared.ports import ConflictError, Wake
from tests.contract.storage.conftest import Ports
from tests.contract.storage.sample_cases import AT, fresh_id, submit
from tests.fakes.hooks import Hooks
from tests.fakes.memory_work import MemoryHints


async def test_a_request_is_read_back_whole_and_stamped_by_storage(ports: Ports) -> None:
    application = fresh_id()
    request = replace(submit(application, evidence="token"), stamped_at=AT)
    started = datetime.now(UTC)
    await ports.inbox.put(request)
    (found,) = await ports.inbox.waiting(application)
    assert replace(found, stamped_at=AT) == request
    assert found.stamped_at is not None
    assert abs(found.stamped_at - started) < timedelta(seconds=20)


async def test_the_first_of_a_slot_stays(ports: Ports) -> None:
    application = fresh_id()
    first = submit(application)
    await ports.inbox.put(first)
    with pytest.raises(ConflictError):
        await ports.inbox.put(replace(first, body={"reason": "stolen"}))
    (found,) = await ports.inbox.waiting(application)
    assert found.body == first.body


async def test_waiting_has_one_application_everything_has_all(ports: Ports) -> None:
    ids = [fresh_id() for _ in range(6)]
    neighbour = ids[0] + "0"  # its rows sort right behind those of the first
    for each in (*ids, neighbour):
        await ports.inbox.put(submit(each))
        await ports.inbox.put(replace(submit(each), kind=RequestKind.WITHDRAW))
    for each in ids:
        waiting = await ports.inbox.waiting(each)
        assert [(found.application, found.kind) for found in waiting] == [
            (each, RequestKind.SUBMIT),
            (each, RequestKind.WITHDRAW),
        ]
    everything = {found.application for found in await ports.inbox.everything()}
    assert {*ids, neighbour} <= everything


async def test_erasing_removes_what_is_named_and_forgives_what_is_gone(ports: Ports) -> None:
    application = fresh_id()
    requests = [submit(application, slot) for slot in range(1, 5)]
    for each in requests:
        await ports.inbox.put(each)
    await ports.inbox.erase([requests[0]])
    await ports.inbox.erase(requests[:3])
    await ports.inbox.erase(requests[:1])
    await ports.inbox.erase([])
    assert [found.slot for found in await ports.inbox.waiting(application)] == [4]


async def test_an_inbox_field_that_is_too_long_is_refused(ports: Ports) -> None:
    with pytest.raises(ValueError, match="too large"):
        await ports.inbox.put(submit(fresh_id(), evidence="x" * 40_000))


async def test_due_rows_come_when_their_time_has_come(ports: Ports) -> None:
    application = fresh_id()
    microsecond = timedelta(microseconds=1)
    at = AT.replace(microsecond=456_789)
    early = await ports.due_rows.insert(at - timedelta(days=400), application, "review")
    exact = await ports.due_rows.insert(at, application, "issuance")
    late = await ports.due_rows.insert(at + microsecond, application, "mail")

    async def mine(now: datetime) -> list[Wake]:
        return [wake for wake in await ports.due_rows.due(now) if wake.application == application]

    assert await mine(at - microsecond) == [early]
    assert await mine(at) == [early, exact]
    assert await mine(at + microsecond) == [early, exact, late]
    await ports.due_rows.erase([early])
    await ports.due_rows.erase([early, exact])
    assert await mine(at + timedelta(days=1)) == [late]


async def test_due_rows_of_one_instant_are_all_kept(ports: Ports) -> None:
    application = fresh_id()
    rows = [await ports.due_rows.insert(AT, application, "review") for _ in range(30)]
    assert len({row.key for row in rows}) == 30
    due = [wake for wake in await ports.due_rows.due(AT) if wake.application == application]
    assert sorted(wake.key for wake in due) == sorted(row.key for row in rows)
    await ports.due_rows.erase(rows)
    assert [wake for wake in await ports.due_rows.due(AT) if wake.application == application] == []


async def test_more_due_rows_than_a_transaction_or_a_page_holds(ports: Ports) -> None:
    application = fresh_id()
    rows = [await ports.due_rows.insert(AT, application, "review") for _ in range(230)]
    await ports.due_rows.erase([*rows, *rows[:5]])
    assert [wake for wake in await ports.due_rows.due(AT) if wake.application == application] == []


async def test_a_hint_is_the_base64_of_the_id_and_lives_for_ever(storage: Storage) -> None:
    for _ in range(2):
        await QueueHints(storage).send("issuance", "abc123")
    messages = [each async for each in storage.queue("issuance").receive_messages()]
    assert [base64.b64decode(each.content) for each in messages] == [b"abc123", b"abc123"]
    assert all(each.expires_on is not None and each.expires_on.year > 9000 for each in messages)


async def test_the_fake_hands_out_hints_in_order() -> None:
    hints = MemoryHints(Hooks())
    for each in ("a", "b", "a"):
        await hints.send("mail", each)
    assert [hints.take("mail") for _ in range(4)] == ["a", "b", "a", None]
    assert hints.take("review") is None


async def test_there_are_three_lanes(ports: Ports) -> None:
    with pytest.raises(ValueError, match="lane"):
        await ports.hints.send("review-poison", "abc123")
