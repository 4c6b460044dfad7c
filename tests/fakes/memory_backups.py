"""Tables as lines, and the container of exports, in memory."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence

from shared.adapters.tables_export import row_of
from shared.ports import ConflictError, MissingError


class MemoryTables:
    """The port ``TableRows``."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[tuple[str, str], str]] = {}

    async def lines(self, table: str) -> AsyncIterator[str]:
        for _, line in sorted(self.tables.get(table, {}).items()):
            yield line

    async def is_empty(self, table: str) -> bool:
        return not self.tables.get(table)

    async def insert(self, table: str, lines: Sequence[str]) -> None:
        rows = {(row["PartitionKey"], row["RowKey"]): line for line in lines for row in [row_of(line)]}
        held = self.tables.setdefault(table, {})
        if held.keys() & rows.keys():
            raise ConflictError("a row is there")
        held |= rows


class MemoryBackups:
    """The port ``Backups``."""

    def __init__(self) -> None:
        self.files: dict[str, list[str]] = {}

    async def names(self) -> list[str]:
        return sorted(self.files)

    async def write(self, name: str, lines: AsyncIterable[str]) -> None:
        self.files[name] = [line async for line in lines]

    async def read(self, name: str) -> AsyncIterator[str]:
        if name not in self.files:
            raise MissingError("there is no such export")
        for line in self.files[name]:
            yield line

    async def erase(self, name: str) -> None:
        self.files.pop(name, None)
