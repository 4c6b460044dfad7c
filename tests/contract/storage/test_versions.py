"""Rows and messages of an older version are gone on with; those of a newer one are left alone, and that is said."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from functions._worker.bodies import text_of
from shared import names
from shared.adapters.storage import Storage, StorageAccount
from shared.adapters.tables_export import TableExport
from shared.adapters.tables_rows import SCHEMA
from shared.domain.kinds import DecisionKind
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import NewerVersionError
from shared.services.ask import ask
from shared.services.back_up import ORDER
from shared.services.look_at import look_at
from shared.services.wake_due import wake_due
from tests.contract.storage.record_version import student
from tests.contract.storage.sample_cases import fresh_id
from tests.contract.storage.table_world import TableWorld, hired_now
from tests.fakes.memory_graph import StoredPass
from tests.unit import people

DATA = Path(__file__).resolve().parents[2] / "data"
VERSIONS = sorted(each.name for each in DATA.glob("version_*"))


@pytest.fixture
async def empty(storage_account: str) -> AsyncIterator[Storage]:
    account = StorageAccount(connection_string=storage_account)
    async with Storage(records=account, photos=account, prefix=f"u{fresh_id()[:8]}") as opened:
        await opened.ensure()
        yield opened


async def _of_version(version: str, storage: Storage) -> TableWorld:
    """A world whose tables were filled by that version; the directory is as it was then."""
    folder = DATA / version
    for table in ORDER:
        lines = (folder / f"{table}.jsonl").read_text("utf-8").splitlines()
        await TableExport(storage).insert(table, lines)
    world = TableWorld()
    world.moves_to(storage)
    hired_now(world)
    at = dict(line.split(" ", 1) for line in (folder / "about.txt").read_text("utf-8").splitlines())["at"]
    world.clock.move_to(datetime.fromisoformat(at))
    for number in range(1, 7):
        student(world, number)
    return world


async def _case_of(world: TableWorld, number: int) -> str:
    lock = await world.kept.locks.read(f"student-{number}")
    assert lock is not None
    return lock.application


async def _state(world: TableWorld, number: int) -> State:
    return (await world.read(await _case_of(world, number))).state


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_an_older_version_left_under_way_is_gone_on_with(version: str, empty: Storage) -> None:
    world = await _of_version(version, empty)
    states = [await _state(world, number) for number in range(1, 7)]
    assert [each.value for each in states] == [
        "rejected", "issued", "approved", "returned", "in_review", "in_review",
    ]  # fmt: skip

    for line in (DATA / version / "messages.txt").read_text("utf-8").splitlines():
        message = func.QueueMessage(id="1", body=line.encode(), pop_receipt="1")
        await look_at(text_of(message), world.worker)
    assert await _state(world, 3) is State.ISSUED

    await look_at(await _case_of(world, 5), world.worker)
    await world.run()
    assert await _state(world, 5) is State.CANCELLED

    student(world, 2)
    issued = await world.read(await _case_of(world, 2))
    assert issued.current_pass is not None
    account = world.graph.account("student-2")
    account.current_pass = StoredPass(
        issued.current_pass.id, "code", issued.current_pass.issued_at, 60, one_time=True
    )
    world.register()
    await look_at(issued.id, world.worker)
    assert await _state(world, 2) is State.COMPLETED

    waiting = await world.read(await _case_of(world, 6))
    until = world.clock.now() + timedelta(days=1)
    claims = LinkClaims(Purpose.REVIEW, waiting.id, "someone", waiting.round, until)
    await world.decide(DecisionKind.APPROVE, claims=claims)
    await world.run()
    assert await _state(world, 6) is State.APPROVED

    world.clock.move_to(world.clock.now() + timedelta(days=181))
    for _ in range(3):
        await world.timer()
    assert await _state(world, 4) is State.EXPIRED
    assert (await world.read(await _case_of(world, 6))).state is State.EXPIRED
    rejected = [
        line
        async for line in TableExport(empty).lines(names.TABLE_APPLICATIONS)
        if "student-1@u.example" in line or people.TYPED in line
    ]
    assert rejected == []


async def test_every_row_says_its_version(empty: Storage) -> None:
    world = TableWorld()
    world.moves_to(empty)
    await world.apply()
    await world.run()
    for table in ORDER:
        async for line in TableExport(empty).lines(table):
            assert json.loads(line)["schema"] == SCHEMA, line


async def _made_newer(storage: Storage, table: str, part: str, row: str, **changes: Any) -> None:  # noqa: ANN401
    client = storage.table(table)
    found = await client.get_entity(part, row)
    await client.upsert_entity({**found, **changes, "schema": SCHEMA + 1})


async def _contents(storage: Storage) -> dict[str, list[str]]:
    return {table: [line async for line in TableExport(storage).lines(table)] for table in ORDER}


@pytest.mark.parametrize("which", ["case", "request", "lock"])
async def test_what_a_newer_version_wrote_is_left_alone_and_that_is_said(
    which: str, empty: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    world = TableWorld()
    world.moves_to(empty)
    hired_now(world)
    name = await world.apply()
    if which != "lock":
        await world.run()
        await ask(name, RequestKind.WITHDRAW, 0, world.web, lane="")
    if which == "case":
        await _made_newer(empty, names.TABLE_APPLICATIONS, name, "app", data='{"unheard": "of"}')
    elif which == "request":
        line = next(each for each in (await _contents(empty))[names.TABLE_REQUESTS] if "withdraw" in each)
        row = json.loads(line)
        await _made_newer(
            empty, names.TABLE_REQUESTS, row["PartitionKey"], row["RowKey"], kind="not_me_at_all"
        )
    else:
        lock = {"PartitionKey": "account", "RowKey": world.student, "schema": SCHEMA + 1, "unheard": "of"}
        await empty.table(names.TABLE_LOCKS).create_entity(lock)
    before = await _contents(empty)

    await look_at(name, world.worker)
    await wake_due(world.worker)
    await world.run()
    after = await _contents(empty)

    assert "left alone: written by a newer version of the service" in caplog.text
    guarded = {
        "case": (names.TABLE_APPLICATIONS, names.TABLE_REQUESTS, names.TABLE_DUE),
        "request": (names.TABLE_APPLICATIONS, names.TABLE_REQUESTS, names.TABLE_DUE),
        "lock": (names.TABLE_REQUESTS,),
    }[which]
    for table in guarded:
        assert set(before[table]) <= set(after[table])
    assert [each for each in after[names.TABLE_LOCKS] if "unheard" in each] == [
        each for each in before[names.TABLE_LOCKS] if "unheard" in each
    ]
    assert world.live_pass == ""
    assert await world.kept.poison.kept() == []


async def test_a_switch_of_a_newer_version_counts_as_frozen_and_is_not_turned(empty: Storage) -> None:
    world = TableWorld()
    world.moves_to(empty)
    switch = {"PartitionKey": "switch", "RowKey": "freeze", "frozen": False, "schema": SCHEMA + 1}
    await empty.table(names.TABLE_LOCKS).create_entity(switch)
    assert await world.kept.switches.frozen()
    with pytest.raises(NewerVersionError):
        await world.kept.switches.freeze_switch()


async def test_an_older_row_has_no_version_or_a_smaller_one(empty: Storage) -> None:
    world = TableWorld()
    world.moves_to(empty)
    name = await world.apply()
    await world.run()
    client = empty.table(names.TABLE_APPLICATIONS)
    found = dict(await client.get_entity(name, "app"))
    del found["schema"]
    await client.upsert_entity(found, mode="replace")
    assert (await world.read(name)).id == name


def test_the_recorded_message_is_base64_of_an_id() -> None:
    for version in VERSIONS:
        (line,) = (DATA / version / "messages.txt").read_text("utf-8").split()
        assert len(base64.b64decode(line)) == 32
