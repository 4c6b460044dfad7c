"""How many rows a second an export of the tables writes: `python -m bench.export_rows [ROWS]`, against Azurite on this machine.

The rows are those that the tests have recorded, again and again under other names. The bare listing is timed beside it, so that
what the emulator takes can be told from what the export takes. Azure's own pace was not measured.
"""

import asyncio
import json
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from shared import names
from shared.adapters.blob_backups import BlobBackups
from shared.adapters.storage import Storage, StorageAccount
from shared.adapters.system import SystemClock
from shared.adapters.tables_export import TableExport
from shared.services.back_up import back_up
from shared.services.backup_ports import BackupPorts
from tests.azurite import azurite

_RECORDED: Final = (
    Path(__file__).resolve().parent.parent / "tests" / "data" / "version_1" / "applications.jsonl"
)
LIMIT: Final = timedelta(minutes=10)
"""``functionTimeout`` of ``host.json``: an export that is not done by then is cut off."""


async def measured(connection_string: str, count: int) -> tuple[float, float]:
    """Seconds that the bare listing of so many rows takes, and seconds that an export of them takes."""
    account = StorageAccount(connection_string=connection_string)
    async with Storage(records=account, photos=account) as storage:
        await storage.ensure()
        tables = TableExport(storage)
        recorded = [json.loads(line) for line in _RECORDED.read_text("utf-8").splitlines()]
        lines = [
            json.dumps(row | {"PartitionKey": f"{number // 13:032x}", "RowKey": f"r{number % 13}"})
            for number in range(count)
            for row in (recorded[number % len(recorded)],)
        ]
        await tables.insert(names.TABLE_APPLICATIONS, lines)
        begun = time.monotonic()
        async for _ in storage.table(names.TABLE_APPLICATIONS).list_entities():
            pass
        listed = time.monotonic()
        await back_up(
            BackupPorts(
                clock=SystemClock(),
                tables=tables,
                files=BlobBackups(storage),
                every=timedelta(hours=6),
                kept=timedelta(days=14),
            )
        )
        return listed - begun, time.monotonic() - listed


def main(count: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, azurite(Path(folder)) as connection_string:
        bare, export = asyncio.run(measured(connection_string, count))
    pace = count / export
    print(
        f"{count} rows: listed in {bare:.1f} s, exported in {export:.1f} s ({export / bare:.1f} times as long)"
    )
    print(
        f"{pace:.0f} rows a second: {pace * LIMIT.total_seconds():.0f} rows in {LIMIT.total_seconds():.0f} s"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
