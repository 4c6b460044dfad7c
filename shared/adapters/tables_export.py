"""Rows of any table as lines of JSON and back: text, whole numbers and yes or no, which is all that the service writes."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import batched, groupby
from typing import TYPE_CHECKING, Any

from shared.adapters import tables_rows as rows
from shared.adapters.storage import Storage
from shared.adapters.storage_errors import Effect, port_errors

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient

_LARGEST_BATCH = 300_000
"""Characters: a transaction takes 4 MiB (azure.md 10), and more than 1 MiB at once would hold up the loop."""


class TableExport:
    """The port ``TableRows``."""

    def __init__(self, storage: Storage) -> None:
        self._table: Callable[[str], TableClient] = storage.table

    async def lines(self, table: str) -> AsyncIterator[str]:
        """The rows of a table by partition and row key.

        Raises:
            ValueError: a row holds a value of a kind that the service never writes.
        """
        async with port_errors("export rows"):
            async for row in self._table(table).list_entities():
                yield line_of(row)

    async def is_empty(self, table: str) -> bool:
        """Whether a table holds no row at all."""
        async with port_errors("look whether a table is empty"):
            async for _ in self._table(table).list_entities(results_per_page=1, select=["PartitionKey"]):
                return False
        return True

    async def insert(self, table: str, lines: Sequence[str]) -> None:
        """Write rows that are not there yet, a partition after the other.

        Raises:
            ConflictError: one of them is there.
            ValueError: a line is not a row.
        """
        read = [row_of(each) for each in lines]
        for _, of_one in groupby(read, key=lambda row: str(row["PartitionKey"])):
            for some in batched(of_one, rows.MAX_OPERATIONS, strict=False):
                for batch in _small_enough(some):
                    await rows.commit(
                        self._table(table),
                        [("create", row) for row in batch],
                        Effect.HARMLESS,
                        as_they_are=True,
                    )


def line_of(row: Mapping[str, Any]) -> str:
    """A row as one line.

    Raises:
        ValueError: it holds a value of another kind than text, a whole number, yes or no.
    """
    if any(type(value) not in {str, int, bool} for value in row.values()):
        message = "a row holds a value that an export does not know"
        raise ValueError(message)
    return json.dumps(dict(row), ensure_ascii=False, sort_keys=True)


def row_of(line: str) -> rows.Row:
    """The row that a line holds.

    Raises:
        ValueError: it is none.
    """
    row = json.loads(line)
    if not isinstance(row, dict) or not isinstance(row.get("PartitionKey"), str) or "RowKey" not in row:
        message = "not a row"
        raise ValueError(message)
    return row


def _small_enough(some: Sequence[rows.Row]) -> list[Sequence[rows.Row]]:
    """The rows in halves, until each part fits into one transaction."""
    if len(some) <= 1 or sum(len(line_of(row)) for row in some) <= _LARGEST_BATCH:
        return [some]
    half = len(some) // 2
    return [*_small_enough(some[:half]), *_small_enough(some[half:])]
