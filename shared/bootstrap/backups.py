"""What the timer of backups works with."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from shared.bootstrap.chosen import clock, settings
from shared.bootstrap.services import storage

if TYPE_CHECKING:
    from shared.services.backup_ports import BackupPorts


@cache
def backups() -> "BackupPorts":
    """The tables, the container of exports, and the spans that are set."""
    from shared.adapters.blob_backups import BlobBackups
    from shared.adapters.tables_export import TableExport
    from shared.services.backup_ports import BackupPorts

    given = settings()
    return BackupPorts(
        clock=clock(),
        tables=TableExport(storage()),
        files=BlobBackups(storage()),
        every=timedelta(hours=given.backup_hours),
        kept=timedelta(days=given.backup_days),
    )
