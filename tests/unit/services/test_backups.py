"""When an export of the tables is made, when an old one goes, and which is refused; and the command that says so."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from shared import names
from shared.bootstrap import restore as command
from shared.domain.freezing import FreezeReason
from shared.ports import UnavailableError
from shared.services.back_up import MANIFEST, ORDER, back_up
from shared.services.backup_ports import BackupPorts, RestorePorts
from shared.services.restore_backup import RestoreRefusedError, plan_restore, restore_backup
from tests.fakes.fixed_clock import FixedClock
from tests.fakes.memory_backups import MemoryBackups, MemoryTables
from tests.fakes.memory_storage import MemoryStorage
from tests.unit.university import WEDNESDAY_MORNING

_HOURS = timedelta(hours=6)
_ROW = json.dumps({"PartitionKey": "p", "RowKey": "r", "x": "y"}, sort_keys=True)


class Vault:
    """Tables with a row each, and a container of exports."""

    def __init__(self, every: timedelta = _HOURS) -> None:
        self.clock = FixedClock(WEDNESDAY_MORNING)
        self.tables, self.fresh, self.files = MemoryTables(), MemoryTables(), MemoryBackups()
        for table in (*names.TABLES,):
            self.tables.tables[table] = {("p", "r"): _ROW}
        self.ports = BackupPorts(
            clock=self.clock, tables=self.tables, files=self.files, every=every, kept=timedelta(days=14)
        )
        self.kept = MemoryStorage()
        self.restore = RestorePorts(
            clock=self.clock,
            tables=self.fresh,
            files=self.files,
            all_cases=self.kept.all_cases,
            due=self.kept.due_rows,
            switches=self.kept.switches,
        )

    async def later(self, span: timedelta) -> str:
        self.clock.move_to(self.clock.now() + span)
        return await back_up(self.ports)


async def test_an_export_is_made_when_the_newest_is_old_enough() -> None:
    vault = Vault()
    first = await back_up(vault.ports)
    assert first
    assert sorted(vault.files.files) == sorted(
        f"{first}/{each}" for each in (MANIFEST, *(f"{table}.jsonl" for table in ORDER))
    )
    assert await vault.later(timedelta(hours=5, minutes=59)) == ""
    assert await vault.later(timedelta(minutes=1)) > first


async def test_an_export_that_broke_off_does_not_count() -> None:
    vault = Vault()
    first = await back_up(vault.ports)
    del vault.files.files[f"{first}/{MANIFEST}"]
    assert await vault.later(timedelta(hours=1))
    with pytest.raises(RestoreRefusedError, match="no whole export"):
        await plan_restore(first, vault.restore)


async def test_an_export_ends_with_its_days_and_even_when_no_new_ones_are_made() -> None:
    vault = Vault()
    first = await back_up(vault.ports)
    await vault.later(timedelta(days=14) - timedelta(seconds=1))
    assert any(each.startswith(first) for each in vault.files.files)
    vault.ports = BackupPorts(
        clock=vault.clock, tables=vault.tables, files=vault.files, every=timedelta(0), kept=vault.ports.kept
    )
    assert await vault.later(timedelta(seconds=1)) == ""
    assert not any(each.startswith(first) for each in vault.files.files)


class _Broken(MemoryTables):
    """Tables of which one cannot be read any more."""

    async def lines(self, table: str) -> AsyncIterator[str]:
        if table == names.TABLE_DUE:
            raise UnavailableError("gone")
        async for line in super().lines(table):
            yield line


async def test_the_newest_whole_export_stays_as_long_as_no_newer_one_can_be_made() -> None:
    vault = Vault()
    older = await back_up(vault.ports)
    newest = await vault.later(timedelta(hours=6))
    broken = _Broken()
    broken.tables = vault.tables.tables
    vault.ports = replace(vault.ports, tables=broken)
    for _ in range(40):
        with pytest.raises(UnavailableError):
            await vault.later(timedelta(days=1))
    assert (await plan_restore(newest, vault.restore)).name == newest
    assert not any(each.startswith(older) for each in vault.files.files)

    vault.ports = replace(vault.ports, tables=vault.tables)
    assert await vault.later(timedelta(hours=1))
    await vault.later(timedelta(hours=1))
    assert not any(each.startswith(newest) for each in vault.files.files)


async def test_an_export_that_was_never_finished_goes_after_a_day() -> None:
    vault = Vault()
    first = await back_up(vault.ports)
    del vault.files.files[f"{first}/{MANIFEST}"]
    await vault.later(timedelta(days=1) - timedelta(seconds=1))
    assert any(each.startswith(first) for each in vault.files.files)
    await vault.later(timedelta(seconds=1))
    assert not any(each.startswith(first) for each in vault.files.files)


async def test_an_export_of_which_only_a_part_could_be_erased_is_not_whole() -> None:
    vault = Vault()
    first = await back_up(vault.ports)
    await vault.later(timedelta(hours=6))
    erased: list[str] = []

    async def erase(name: str) -> None:
        if erased:
            raise UnavailableError("gone")
        erased.append(name)
        await MemoryBackups.erase(vault.files, name)

    vault.files.erase = erase  # type: ignore[method-assign]  # the second call fails
    assert await vault.later(timedelta(days=14))  # an export is made all the same
    assert erased == [f"{first}/{MANIFEST}"]


async def test_what_is_over_goes_even_if_the_export_takes_the_process_with_it() -> None:
    vault = Vault()
    first = await back_up(vault.ports)
    await vault.later(timedelta(hours=6))

    class _CutOff(BaseException):
        """What is left of a function that ran into its time limit: nothing of it runs any more."""

    erased_before: list[bool] = []

    async def write(name: str, lines: object) -> None:
        del name, lines
        erased_before.append(not any(each.startswith(first) for each in vault.files.files))
        raise _CutOff

    vault.files.write = write  # type: ignore[method-assign]  # the export is cut off at its first file
    with pytest.raises(_CutOff):
        await vault.later(timedelta(days=14))
    assert erased_before == [True]


def test_every_table_but_the_counts_of_the_doors_is_exported_in_an_order_that_holds() -> None:
    """A request before the case that answers it, a lock after the case that wrote it."""
    assert set(ORDER) == set(names.TABLES) - {names.TABLE_LIMITS}
    requests, cases, locks = map(
        ORDER.index, (names.TABLE_REQUESTS, names.TABLE_APPLICATIONS, names.TABLE_LOCKS)
    )
    assert requests < cases < locks


async def test_a_file_that_was_altered_is_refused_and_nothing_is_written() -> None:
    vault = Vault()
    name = await back_up(vault.ports)
    vault.files.files[f"{name}/{names.TABLE_LOCKS}.jsonl"].append(_ROW)
    with pytest.raises(RestoreRefusedError, match="not the one that was written"):
        await restore_backup(name, vault.restore)
    assert vault.fresh.tables == {}


async def test_an_export_of_a_newer_version_is_refused() -> None:
    vault = Vault()
    name = await back_up(vault.ports)
    manifest = json.loads(vault.files.files[f"{name}/{MANIFEST}"][0])
    vault.files.files[f"{name}/{MANIFEST}"] = [json.dumps(manifest | {"form": 2})]
    with pytest.raises(RestoreRefusedError, match="newer version"):
        await restore_backup(name, vault.restore)
    assert vault.fresh.tables == {}


async def test_the_command_lists_then_shows_then_writes(capsys: pytest.CaptureFixture[str]) -> None:
    vault = Vault()
    name = await back_up(vault.ports)

    assert await command.report("", vault.restore, write=False) == 0
    assert capsys.readouterr().out.splitlines()[0] == name
    assert await command.report(name, vault.restore, write=False) == 0
    said = capsys.readouterr().out
    assert "applications: 1 rows" in said
    assert "Nothing was written" in said
    assert vault.fresh.tables == {}

    assert await command.report(name, vault.restore, write=True) == 0
    assert "FROZEN" in capsys.readouterr().out
    assert set(vault.fresh.tables) == set(ORDER)
    switch = await vault.kept.switches.freeze_switch()
    assert (switch.frozen, switch.reason, switch.by) == (True, FreezeReason.FAULT, "")


def test_the_command_says_which_settings_it_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for each in ("RecordsStorage", "PhotosStorage"):
        monkeypatch.delenv(each, raising=False)
    assert command.main([]) == 2
    assert "Set RecordsStorage" in capsys.readouterr().out
