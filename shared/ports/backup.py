"""What a backup of the tables needs: their rows as lines of text, and a place for files of lines."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import Protocol


class TableRows(Protocol):
    """Every row of every table, whatever it holds, as one line of JSON."""

    def lines(self, table: str) -> AsyncIterator[str]:
        """The rows of a table by partition and row key, one JSON object each, without what storage itself adds.

        A value of a kind that the service never writes keeps its kind. A row that cannot be written at all is left out, and
        logged: whoever may insert a row must not be able to stop exports with it.

        Raises:
            UnavailableError: storage cannot be reached.
        """
        ...

    async def is_empty(self, table: str) -> bool:
        """Whether a table holds no row at all."""
        ...

    async def insert(self, table: str, lines: Sequence[str]) -> None:
        """Write rows that are not there yet.

        Raises:
            ConflictError: one of them is there.
            ValueError: a line is not a row.
        """
        ...


class Backups(Protocol):
    """Files of lines, named ``FOLDER/FILE``: only the worker writes and erases them."""

    async def names(self) -> list[str]:
        """All names, in order."""
        ...

    async def write(self, name: str, lines: AsyncIterable[str]) -> None:
        """Write a file line by line; one of the same name is replaced."""
        ...

    def read(self, name: str) -> AsyncIterator[str]:
        """The lines of a file.

        Raises:
            MissingError: there is none of that name.
        """
        ...

    async def erase(self, name: str) -> None:
        """Remove a file; one that is gone is no error."""
        ...
