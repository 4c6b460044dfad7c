"""Digests of photos in table storage: a partition a digest, and one partition with the times by which they are erased."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.adapters import tables_rows as rows
from shared.ports import ConflictError, PhotoPrint

if TYPE_CHECKING:
    from azure.data.tables import TableEntity
    from azure.data.tables.aio import TableClient

_ERASE = "erase"


class TablePhotoPrints:
    """The port ``PhotoPrints`` over one table."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def keep(self, photo_print: PhotoPrint) -> None:
        """Write the time of erasure, then the row; one that is there stays as it is.

        Raises:
            UnavailableError: storage cannot be reached; doing it again is harmless.
            UnknownOutcomeError: no answer came; doing it again is harmless.
        """
        digest, application = rows.key(photo_print.digest), rows.key(photo_print.application)
        due: rows.Row = {
            "PartitionKey": _ERASE,
            "RowKey": f"{rows.time_key(photo_print.erase_at)}-{digest}-{application}",
            "digest": digest,
            "application": application,
        }
        await rows.put(self._table, due)
        row: rows.Row = {
            "PartitionKey": digest,
            "RowKey": application,
            "owner": rows.text(photo_print.owner),
            "at": rows.time_text(photo_print.at),
            "erase_at": rows.time_text(photo_print.erase_at),
        }
        try:
            await rows.insert(self._table, row)
        except ConflictError:
            return

    async def of(self, digest: str) -> list[PhotoPrint]:
        """Every row of this digest."""
        found = await rows.query(self._table, "PartitionKey eq @digest", digest=rows.key(digest))
        return [_print(each) for each in found]

    async def erase_due(self, now: datetime) -> int:
        """Erase what is due: the rows first, then what reminds of them."""
        due = await rows.query(
            self._table,
            "PartitionKey eq @part and RowKey lt @after",
            part=_ERASE,
            after=rows.time_key(now + timedelta(milliseconds=1)),
        )
        if due:
            await rows.erase(
                self._table, [(rows.field(each, "digest"), rows.field(each, "application")) for each in due]
            )
            await rows.erase(self._table, [(_ERASE, str(each["RowKey"])) for each in due])
        return len(due)


def _print(row: "TableEntity") -> PhotoPrint:
    return PhotoPrint(
        digest=str(row["PartitionKey"]),
        application=str(row["RowKey"]),
        owner=rows.field(row, "owner"),
        at=rows.time_from(rows.field(row, "at")),
        erase_at=rows.time_from(rows.field(row, "erase_at")),
    )
