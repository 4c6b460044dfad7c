"""Messages that the platform gave up on, kept as rows until somebody retries them."""

from typing import TYPE_CHECKING

from shared.adapters import tables_rows as rows
from shared.ports import Poison

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient

_POISON = "poison"
_LONGEST = 8_000


class TablePoisonRows:
    """The port ``PoisonRows`` over one table. A text longer than any of ours is kept cut off."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def keep(self, poison: Poison) -> None:
        """Record one; the same message twice is the same as once."""
        row: rows.Row = {
            "PartitionKey": _POISON,
            "RowKey": rows.key(poison.key),
            "lane": poison.lane,
            "text": poison.text[:_LONGEST],
            "at": rows.time_text(poison.at),
        }
        await rows.put(self._table, row)

    async def kept(self) -> list[Poison]:
        """All of them, the oldest first."""
        found = await rows.query(self._table, "PartitionKey eq @part", part=_POISON)
        kept = (
            Poison(
                key=str(row["RowKey"]),
                lane=rows.field(row, "lane"),
                text=rows.field(row, "text"),
                at=rows.time_from(rows.field(row, "at")),
            )
            for row in found
        )
        return sorted(kept, key=lambda each: (each.at, each.key))

    async def drop(self, key: str) -> None:
        """Forget one; one that is gone is no error."""
        await rows.erase(self._table, [(_POISON, rows.key(key))])
