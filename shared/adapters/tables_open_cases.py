"""Index of the cases that are not over: rows of one partition beside the cases themselves."""

from typing import TYPE_CHECKING

from shared.adapters import tables_rows as rows

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient

_OPEN = "open"


class TableOpenCases:
    """The port ``OpenCases`` over one table."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def add(self, application: str) -> None:
        """Name a case; naming it twice is the same as once."""
        await rows.put(self._table, {"PartitionKey": _OPEN, "RowKey": rows.key(application)})

    async def drop(self, application: str) -> None:
        """Forget a case that ended; one that is not named is no error."""
        await rows.erase(self._table, [(_OPEN, rows.key(application))])

    async def names(self) -> list[str]:
        """Ids of all cases in the index."""
        found = await rows.query(self._table, "PartitionKey eq @part", part=_OPEN)
        return [str(row["RowKey"]) for row in found]
