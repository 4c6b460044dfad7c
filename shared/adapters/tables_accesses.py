"""Who looked at what: insert-only rows, one partition a case, apart from the case itself."""

from typing import TYPE_CHECKING

from shared.adapters import tables_rows as rows
from shared.ports import Access, Randomness

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient


class TableAccesses:
    """The port ``Accesses`` over one table."""

    def __init__(self, table: "TableClient", *, randomness: Randomness) -> None:
        self._table = table
        self._randomness = randomness

    async def record(self, access: Access) -> None:
        """Write one before the thing is shown."""
        row: rows.Row = {
            "PartitionKey": rows.key(access.application),
            "RowKey": f"{rows.time_key(access.at)}-{self._randomness.token()[:16]}",
            "actor": access.actor,
            "what": access.what,
            "at": rows.time_text(access.at),
        }
        await rows.insert(self._table, row)

    async def of(self, application: str) -> list[Access]:
        """All accesses to one case, the oldest first."""
        found = await rows.query(self._table, "PartitionKey eq @part", part=rows.key(application))
        accesses = (
            Access(
                application=application,
                actor=rows.field(row, "actor"),
                what=rows.field(row, "what"),
                at=rows.time_from(rows.field(row, "at")),
            )
            for row in found
        )
        return sorted(accesses, key=lambda each: each.at)
