"""Every case in table storage, by id: one pass over the whole table, for the auditor."""

from typing import TYPE_CHECKING

from shared.adapters.storage_errors import port_errors

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient


class TableAllCases:
    """The port ``AllCases`` over the table of cases."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def names(self) -> list[str]:
        """Ids of all cases, in order."""
        async with port_errors("list cases"):
            rows = self._table.query_entities("RowKey eq 'app'", select=["PartitionKey"])
            return sorted([str(row["PartitionKey"]) async for row in rows])
