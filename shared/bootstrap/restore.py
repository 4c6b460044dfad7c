"""The operator's command: bring an export of the tables back into empty tables (``docs/operations.md``).

``python -m shared.bootstrap.restore`` lists the exports. With a name it reads that export whole and says what would be
written where; only with ``--write`` it writes. It reads the settings of the storage accounts only; with addresses in place of
connection strings it signs in as whoever runs it (``az login``). It ends with 1 if it refused, with 2 if storage failed.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from shared.adapters.storage import Storage
    from shared.services.backup_ports import RestorePorts
    from shared.storage_settings import StorageSettings

_DONE, _REFUSED, _FAILED = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit status says how it went."""
    parser = argparse.ArgumentParser(prog="restore", description="Restore an export of the tables.")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the export (without it: list them)")
    parser.add_argument("--write", action="store_true", help="write; without it nothing is changed")
    given = parser.parse_args(arguments)
    return asyncio.run(_run(given.name or "", write=given.write))


async def _run(name: str, *, write: bool) -> int:
    from shared.ports import PortError
    from shared.services.restore_backup import RestoreRefusedError
    from shared.storage_settings import StorageSettings

    settings = StorageSettings()
    if not _complete(settings):
        _say(
            "Set RecordsStorage and PhotosStorage, or RecordsStorage__tableServiceUri and PhotosStorage__blobServiceUri."
        )
        return _FAILED
    try:
        async with _opened(settings) as storage:
            return await report(name, restore_ports(storage), write=write)
    except RestoreRefusedError as refused:
        _say(f"Refused: {refused}. Nothing was written.")
        return _REFUSED
    except PortError as error:
        _say(f"Storage failed ({error}). If rows were written already, empty the tables and begin anew.")
        return _FAILED


async def report(name: str, ports: "RestorePorts", *, write: bool) -> int:
    """List the exports, or say what one would write, or write it.

    Raises:
        RestoreRefusedError: see ``restore_backup``.
        PortError: storage failed.
    """
    from shared.services.restore_backup import exports, plan_restore, restore_backup

    if not name:
        found = await exports(ports)
        _say("\n".join([*found, f"{len(found)} exports. Name one to see what it would write."]))
        return _DONE
    plan = await restore_backup(name, ports) if write else await plan_restore(name, ports)
    _say(f"export {plan.name}, begun {plan.at.isoformat()}")
    for table, rows in plan.rows.items():
        _say(f"  {table}: {rows} rows")
    if write:
        _say("Restored. Passes are FROZEN: read docs/operations.md before anybody releases them.")
    else:
        _say("Nothing was written. Say --write to restore; web and worker must be stopped.")
    return _DONE


def restore_ports(storage: "Storage") -> "RestorePorts":
    """The ports of the command over these accounts."""
    from shared import names
    from shared.adapters.blob_backups import BlobBackups
    from shared.adapters.system import SystemClock, SystemRandomness
    from shared.adapters.tables_all_cases import TableAllCases
    from shared.adapters.tables_due import TableDueRows
    from shared.adapters.tables_export import TableExport
    from shared.adapters.tables_switches import TableSwitches
    from shared.services.backup_ports import RestorePorts

    return RestorePorts(
        clock=SystemClock(),
        tables=TableExport(storage),
        files=BlobBackups(storage),
        all_cases=TableAllCases(storage.table(names.TABLE_APPLICATIONS)),
        due=TableDueRows(storage.table(names.TABLE_DUE), randomness=SystemRandomness()),
        switches=TableSwitches(storage.table(names.TABLE_LOCKS)),
    )


def _complete(settings: "StorageSettings") -> bool:
    records = settings.records_storage.get_secret_value() or settings.records_table_url
    photos = settings.photos_storage.get_secret_value() or settings.photos_blob_url
    return bool(records and photos)


@asynccontextmanager
async def _opened(settings: "StorageSettings") -> "AsyncIterator[Storage]":
    """The accounts, over the caller's own sign-in where there is no connection string."""
    from shared.adapters.storage import Storage, StorageAccount

    async with AsyncExitStack() as stack:
        credential: AsyncTokenCredential | None = None
        if settings.records_table_url or settings.photos_blob_url:
            from azure.identity.aio import DefaultAzureCredential

            credential = await stack.enter_async_context(DefaultAzureCredential())
        records = StorageAccount(
            connection_string=settings.records_storage.get_secret_value(),
            table_url=settings.records_table_url,
            credential=credential,
        )
        photos = StorageAccount(
            connection_string=settings.photos_storage.get_secret_value(),
            blob_url=settings.photos_blob_url,
            credential=credential,
        )
        yield await stack.enter_async_context(Storage(records=records, photos=photos))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    from shared.bootstrap.command import run

    raise SystemExit(run(main, sys.argv[1:]))
