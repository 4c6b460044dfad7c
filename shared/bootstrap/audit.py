"""The auditor's command: verify every audit trail from a machine of one's own, with the right to read and no other.

``python -m shared.bootstrap.audit [--export FILE] [CASE …]``, or ``make verify-audit``. It reads the settings of the storage
accounts only; with addresses in place of connection strings it signs in as whoever runs it (``az login``). It names each case
with a broken link and the first such link, and ends with 1 if there is one, with 2 if storage could not be read.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from shared.services.audit_ports import AuditPorts
    from shared.storage_settings import StorageSettings

_SOUND, _BROKEN, _UNREADABLE = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit status says what was found."""
    parser = argparse.ArgumentParser(
        prog="verify-audit", description="Verify the audit trail of every application."
    )
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="ids of applications (all, if none is named)"
    )
    parser.add_argument("--export", type=Path, metavar="FILE", help="also write the events as JSON Lines")
    given = parser.parse_args(arguments)
    return asyncio.run(_run(given.cases, given.export))


async def _run(cases: Sequence[str], export: Path | None) -> int:
    from shared.ports import PortError
    from shared.storage_settings import StorageSettings

    settings = StorageSettings()
    if not _complete(settings):
        _say(
            "Set RecordsStorage and PhotosStorage, or RecordsStorage__tableServiceUri and PhotosStorage__blobServiceUri."
        )
        return _UNREADABLE
    try:
        async with _readers(settings) as ports:
            return await report(cases, export, ports)
    except PortError as error:
        _say(
            f"Storage could not be read ({error}): nothing was verified. Are you signed in, and may you read it?"
        )
        return _UNREADABLE


async def report(cases: Sequence[str], export: Path | None, ports: "AuditPorts") -> int:
    """Verify these cases, or all, and say what was found; the exit status.

    Raises:
        PortError: storage could not be read.
    """
    from shared.services.verify_audit import export_lines, names_of_all, verify_some

    names = list(cases) or await names_of_all(ports)
    events = unchained = not_kept = broken = 0
    async for verdict in verify_some(names, ports):
        events += verdict.events
        unchained += verdict.unchained
        not_kept += max(0, verdict.events - max(verdict.kept_to, verdict.unchained))
        if verdict.broken is not None:
            broken += 1
            link = verdict.broken
            _say(f"BROKEN application {link.application} event {link.number}: {link.what.value}")
    if export is not None:
        with export.open("w", encoding="ascii", newline="\n") as file:
            async for line in export_lines(names, ports):
                file.write(line)
    _say(
        f"{len(names)} applications, {events} events ({unchained} from before the chain, {not_kept} newer than the newest head)"
    )
    _say(f"{broken} applications have a broken link" if broken else "every link holds")
    return _BROKEN if broken else _SOUND


def _complete(settings: "StorageSettings") -> bool:
    records = settings.records_storage.get_secret_value() or settings.records_table_url
    photos = settings.photos_storage.get_secret_value() or settings.photos_blob_url
    return bool(records and photos)


@asynccontextmanager
async def _readers(settings: "StorageSettings") -> "AsyncIterator[AuditPorts]":
    """The adapters, over the caller's own sign-in where there is no connection string."""
    from shared import names
    from shared.adapters.blob_heads import BlobHeads
    from shared.adapters.storage import Storage, StorageAccount
    from shared.adapters.tables_all_cases import TableAllCases
    from shared.services.audit_ports import AuditPorts

    async with AsyncExitStack() as stack:
        credential = await _own_sign_in(settings, stack)
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
        storage = await stack.enter_async_context(Storage(records=records, photos=photos))
        cases = storage.table(names.TABLE_APPLICATIONS)
        yield AuditPorts(all_cases=TableAllCases(cases), heads=BlobHeads(storage))


async def _own_sign_in(settings: "StorageSettings", stack: AsyncExitStack) -> "AsyncTokenCredential | None":
    if not (settings.records_table_url or settings.photos_blob_url):
        return None
    from azure.identity.aio import DefaultAzureCredential

    credential: AsyncTokenCredential = await stack.enter_async_context(DefaultAzureCredential())
    return credential


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    from shared.bootstrap.command import run

    raise SystemExit(run(main, sys.argv[1:]))
