"""Rows of any table as lines of JSON and back.

The service itself writes text, whole numbers and yes or no. Whoever may insert a row may put any other kind that storage knows
into it; such a value is an object with its kind, ``{"Edm.Double": "1.5"}``, so that no row of theirs keeps an export from
being made (https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model).
"""

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from itertools import batched, groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.adapters import tables_rows as rows
from shared.adapters.storage import Storage
from shared.adapters.storage_errors import Effect, port_errors
from shared.logs import frames

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient

_LOG = logging.getLogger(__name__)

_LARGEST_BATCH = 300_000
"""Characters: a transaction takes 4 MiB (azure.md 10), and more than 1 MiB at once would hold up the loop."""


class TableExport:
    """The port ``TableRows``."""

    def __init__(self, storage: Storage) -> None:
        self._table: Callable[[str], TableClient] = storage.table

    async def lines(self, table: str) -> AsyncIterator[str]:
        """The rows of a table by partition and row key; one that cannot be written is left out, and that is logged."""
        async with port_errors("export rows"):
            async for row in self._table(table).list_entities():
                try:
                    line = line_of(row)
                except ValueError as error:
                    _LOG.error(
                        "a row was left out of an export: %s at %s", type(error).__name__, frames(error)
                    )
                else:
                    yield line

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
        ValueError: it holds a value of a kind that storage does not have.
    """
    plain = {name: _written(value) for name, value in row.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def row_of(line: str) -> rows.Row:
    """The row that a line holds.

    Raises:
        ValueError: it is none.
    """
    row = json.loads(line)
    if not isinstance(row, dict) or not isinstance(row.get("PartitionKey"), str) or "RowKey" not in row:
        message = "not a row"
        raise ValueError(message)
    return {name: _read(value) for name, value in row.items()}


def _written(value: Any) -> Any:  # noqa: ANN401 - whatever storage holds
    """A value as JSON has it: the kinds that the service writes as they are, every other one with its kind."""
    from azure.data.tables import EdmType, EntityProperty

    if type(value) in {str, int, bool}:
        return value
    kind: str = ""
    text: object = ""
    if isinstance(value, EntityProperty):
        kind, text = EdmType(value.edm_type).value, value.value
    elif isinstance(value, float):
        kind, text = EdmType.DOUBLE.value, value
    elif isinstance(value, datetime):  # as storage wrote it: it knows tenths of a microsecond
        kind, text = (
            EdmType.DATETIME.value,
            getattr(value, "tables_service_value", "") or rows.time_text(value),
        )
    elif isinstance(value, UUID):
        kind, text = EdmType.GUID.value, value
    elif isinstance(value, bytes):
        kind, text = EdmType.BINARY.value, value
    if not kind:
        message = "a row holds a value that an export does not know"
        raise ValueError(message)
    return {kind: b64encode(text).decode() if isinstance(text, bytes) else str(text)}


def _read(value: Any) -> Any:  # noqa: ANN401 - whatever a line holds
    """The value as storage is told of it."""
    from azure.data.tables import EdmType, EntityProperty

    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    known = EdmType(kind)
    return EntityProperty(b64decode(text) if known is EdmType.BINARY else str(text), known)


def _small_enough(some: Sequence[rows.Row]) -> list[Sequence[rows.Row]]:
    """The rows in halves, until each part fits into one transaction."""
    if len(some) <= 1 or sum(len(line_of(row)) for row in some) <= _LARGEST_BATCH:
        return [some]
    half = len(some) // 2
    return [*_small_enough(some[:half]), *_small_enough(some[half:])]
