"""A backup is taken in the middle of recoveries and restored into a fresh Azurite namespace: the recovery goes on there."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from shared import names
from shared.adapters.blob_backups import BlobBackups
from shared.adapters.storage import Storage, StorageAccount
from shared.adapters.tables_export import TableExport
from shared.bootstrap import restore as command
from shared.domain.freezing import FreezeReason
from shared.domain.kinds import DecisionKind, ReasonCode
from shared.domain.states import State
from shared.services import collect_pass
from shared.services.back_up import ORDER, back_up
from shared.services.backup_ports import BackupPorts, RestorePorts
from shared.services.refusals import Refusal, RefusedError
from shared.services.restore_backup import RestoreRefusedError, plan_restore, restore_backup
from shared.services.set_freeze import ask_to_turn
from tests.contract.storage.sample_cases import fresh_id
from tests.contract.storage.table_world import TableWorld, hired_now
from tests.unit import people
from tests.unit.world import World


@pytest.fixture
async def namespaces(storage_account: str) -> AsyncIterator[tuple[Storage, Storage]]:
    """Two storage accounts, as it were: the one that is lost, and a fresh one."""
    account = StorageAccount(connection_string=storage_account)
    prefixes = (f"o{fresh_id()[:8]}", f"f{fresh_id()[:8]}")
    async with (
        Storage(records=account, photos=account, prefix=prefixes[0]) as lost,
        Storage(records=account, photos=account, prefix=prefixes[1]) as fresh,
    ):
        await lost.ensure()
        await fresh.ensure()
        yield lost, fresh


def _backup(world: World, storage: Storage) -> BackupPorts:
    return BackupPorts(
        clock=world.clock,
        tables=TableExport(storage),
        files=BlobBackups(storage),
        every=timedelta(hours=6),
        kept=timedelta(days=14),
    )


def _restore(world: World, exports: Storage, into: Storage) -> RestorePorts:
    return replace(command.restore_ports(into), clock=world.clock, files=BlobBackups(exports))


async def _contents(storage: Storage) -> dict[str, list[str]]:
    tables = TableExport(storage)
    return {table: [line async for line in tables.lines(table)] for table in ORDER}


async def _two_cases(lost: Storage) -> tuple[TableWorld, str, str]:
    """One that was refused, and one that waits for a reviewer."""
    world = TableWorld()
    world.moves_to(lost)
    hired_now(world)
    refused = await world.apply(details="電車で失くしました", contact_email=people.TYPED)
    await world.run()
    await world.decided(DecisionKind.REJECT, ReasonCode.OTHER)
    assert (await world.read(refused)).state is State.REJECTED
    waiting = await world.apply(nonce="form-2")
    await world.run()
    assert (await world.read(waiting)).state is State.IN_REVIEW
    return world, refused, waiting


async def test_everything_comes_back_and_a_recovery_goes_on(namespaces: tuple[Storage, Storage]) -> None:
    lost, fresh = namespaces
    world, _, waiting = await _two_cases(lost)
    before = await _contents(lost)
    name = await back_up(_backup(world, lost))
    ports = _restore(world, lost, fresh)

    plan = await plan_restore(name, ports)
    assert plan.rows == {table: len(lines) for table, lines in before.items()}
    assert not any((await _contents(fresh)).values())
    await restore_backup(name, ports)

    after = await _contents(fresh)
    assert {table: [line for line in after[table] if line in before[table]] for table in ORDER} == before
    added = {table: len(after[table]) - len(before[table]) for table in ORDER}
    assert added == dict.fromkeys(ORDER, 0) | {names.TABLE_LOCKS: 2, names.TABLE_DUE: 2}

    world.moves_to(fresh)
    await world.timer()
    await world.decided(DecisionKind.APPROVE)
    assert (await world.read(waiting)).state is State.APPROVED
    await world.ask_for_pass(waiting)
    await world.run()
    with pytest.raises(RefusedError) as put_off:
        await collect_pass.collect_pass(waiting, world.collector(), world.web)
    assert put_off.value.refusal is Refusal.PASSES_FROZEN
    assert world.live_pass == ""

    await _released(world)
    await world.timer()
    assert await world.pickup(waiting)
    world.register()
    world.clock.move_to(world.clock.now() + timedelta(minutes=6))
    await world.timer()
    assert (await world.read(waiting)).state is State.COMPLETED


async def test_what_was_erased_since_is_erased_again(namespaces: tuple[Storage, Storage]) -> None:
    lost, fresh = namespaces
    world, refused, waiting = await _two_cases(lost)
    name = await back_up(_backup(world, lost))
    world.clock.move_to(world.clock.now() + timedelta(days=181))
    for _ in range(3):
        await world.timer()
    assert (await world.read(refused)).upn == ""

    await restore_backup(name, _restore(world, lost, fresh))
    world.moves_to(fresh)
    assert (await world.read(refused)).upn == people.STUDENT.upn
    for _ in range(3):
        await world.timer()
    left = [line for line in (await _contents(fresh))[names.TABLE_APPLICATIONS] if refused in line]
    assert left
    told = [people.STUDENT.upn, people.STUDENT.display_name, people.TYPED, "電車で失くしました"]
    assert not [each for each in told if any(each in line for line in left)]
    assert (await world.read(waiting)).state is State.IN_REVIEW


async def test_a_restore_goes_into_empty_tables_only(namespaces: tuple[Storage, Storage]) -> None:
    lost, fresh = namespaces
    world, *_ = await _two_cases(lost)
    name = await back_up(_backup(world, lost))
    await TableExport(fresh).insert(names.TABLE_ACCESSES, ['{"PartitionKey": "p", "RowKey": "r"}'])
    before = await _contents(fresh)

    for each in (plan_restore, restore_backup):
        with pytest.raises(RestoreRefusedError, match="accesses is not empty"):
            await each(name, _restore(world, lost, fresh))
    assert await _contents(fresh) == before


async def _released(world: TableWorld) -> None:
    """An operator reads that a restore froze passes, and releases them."""
    switch = await world.kept.switches.freeze_switch()
    assert (switch.frozen, switch.reason) == (True, FreezeReason.FAULT)
    await ask_to_turn(
        freeze=False,
        number=switch.number,
        reason=FreezeReason.CLEARED,
        token=world.staff["ope"].token,
        ports=world.web,
    )
    await world.run()
    assert not await world.kept.switches.frozen()
