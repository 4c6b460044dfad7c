"""Due rows in table storage: few partitions, row key = due time + random, so that what is due is a range."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.adapters import tables_rows as rows
from shared.ports import Randomness, Wake

if TYPE_CHECKING:
    from azure.data.tables import TableEntity
    from azure.data.tables.aio import TableClient

PARTITIONS = 2


class TableDueRows:
    """The port ``DueRows`` over one table."""

    def __init__(self, table: "TableClient", *, randomness: Randomness) -> None:
        self._table = table
        self._randomness = randomness

    async def insert(self, at: datetime, application: str, lane: str) -> Wake:
        """Write a due row; it is there before this returns.

        Raises:
            UnavailableError: it may be there all the same, which costs one look in vain.
        """
        wake = Wake(at, rows.key(application), f"{rows.time_key(at)}-{self._randomness.token()[:16]}", lane)
        row: rows.Row = {
            "PartitionKey": rows.partition(wake.key, PARTITIONS),
            "RowKey": rows.key(wake.key),
            "application": wake.application,
            "at": rows.time_text(wake.at),
            "lane": wake.lane,
        }
        await rows.put(self._table, row)
        return wake

    async def due(self, now: datetime) -> list[Wake]:
        """Every row whose time has come, the oldest first."""
        found: list[TableEntity] = []
        for number in range(PARTITIONS):
            found += await rows.query(
                self._table,
                "PartitionKey eq @part and RowKey lt @after",
                part=f"p{number}",
                after=rows.time_key(now + timedelta(milliseconds=1)),
            )
        wakes = (_wake(row) for row in found)
        return sorted((wake for wake in wakes if wake.at <= now), key=lambda wake: (wake.at, wake.key))

    async def erase(self, wakes: Sequence[Wake]) -> None:
        """Remove rows; one that is gone is no error."""
        await rows.erase(
            self._table, [(rows.partition(each.key, PARTITIONS), rows.key(each.key)) for each in wakes]
        )


def _wake(row: "TableEntity") -> Wake:
    return Wake(
        at=rows.time_from(rows.field(row, "at")),
        application=rows.field(row, "application"),
        key=str(row["RowKey"]),
        lane=rows.field(row, "lane"),
    )
