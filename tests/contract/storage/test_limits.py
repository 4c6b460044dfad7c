"""Counters of the doors: as many pass as may, however many come at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from shared import names
from shared.adapters.storage import Storage, StorageAccount
from shared.adapters.tables_limits import TableLimits
from shared.adapters.tables_rows import time_key
from shared.domain.limits import Limit, Window
from tests.contract.storage.conftest import Ports
from tests.contract.storage.sample_cases import AT, fresh_id

_MOST = 7


def window(who: str, most: int = _MOST) -> Window:
    return Window(Limit.UPLOADS, who, AT + timedelta(hours=1), most)


async def test_of_fifty_at_once_exactly_as_many_pass_as_may(ports: Ports) -> None:
    one = window(fresh_id())
    results = await asyncio.gather(*(ports.limits.take(one) for _ in range(50)))
    assert sum(results) == _MOST
    assert not await ports.limits.take(one)


async def test_of_fifty_in_several_processes_exactly_as_many_pass(storage_account: str, prefix: str) -> None:
    """Each with connections of its own, so that nothing but the ETag decides."""
    account = StorageAccount(connection_string=storage_account)
    opened = [Storage(records=account, photos=account, prefix=prefix) for _ in range(5)]
    await opened[0].ensure()
    one = window(fresh_id())
    doors = [TableLimits(each.table(names.TABLE_LIMITS), hash_key=b"k" * 32) for each in opened]
    results = await asyncio.gather(*(door.take(one) for door in doors for _ in range(10)))
    for each in opened:
        await each.close()
    assert sum(results) == _MOST


async def test_callers_limits_and_windows_are_counted_apart(ports: Ports) -> None:
    one = window(fresh_id(), most=1)
    others = (
        window(fresh_id(), most=1),
        replace(one, limit=Limit.PASS_REQUESTS),
        replace(one, ends_at=one.ends_at + timedelta(hours=1)),
    )
    assert await ports.limits.take(one)
    assert not await ports.limits.take(one)
    for each in others:
        assert await ports.limits.take(each)


async def test_looking_counts_nothing(ports: Ports) -> None:
    one = window(fresh_id(), most=1)
    for _ in range(3):
        assert await ports.limits.has_room(one)
    assert await ports.limits.take(one)
    assert not await ports.limits.has_room(one)
    assert await ports.limits.has_room(replace(one, most=2))


async def test_what_is_over_is_swept_and_the_rest_stays(ports: Ports) -> None:
    who = fresh_id()
    old = replace(window(who, most=1), ends_at=AT - timedelta(days=400))
    assert await ports.limits.take(old)
    assert await ports.limits.take(window(who, most=1))
    assert await ports.limits_sweep.sweep(AT - timedelta(days=399)) >= 1
    assert await ports.limits.take(old)
    assert not await ports.limits.take(window(who, most=1))
    await ports.limits_sweep.sweep(AT - timedelta(days=399))


async def test_a_row_tells_neither_account_nor_address(storage: Storage) -> None:
    table = storage.table(names.TABLE_LIMITS)
    one = replace(window("192.0.2.7"), ends_at=AT + timedelta(days=300))
    await TableLimits(table, hash_key=b"k" * 32).take(one)
    found = [row async for row in table.query_entities(f"PartitionKey eq '{time_key(one.ends_at)}'")]
    assert found
    assert "192.0.2.7" not in str(found)
    other = TableLimits(table, hash_key=b"other" * 8)
    assert await other.take(replace(one, most=1)), "another key makes other names"
