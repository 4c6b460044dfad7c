"""Which case a message of the mail service belongs to, in the table of locks: a row a message, spread over partitions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.adapters import tables_rows as rows

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient

_PARTITIONS = 16


class TableSentMails:
    """The port ``SentMails`` over one table."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def note(self, message: str, application: str) -> None:
        """Write down whose message it is; doing it twice is the same as once."""
        part, name = _key(message)
        await rows.put(
            self._table, {"PartitionKey": part, "RowKey": name, "application": rows.key(application)}
        )

    async def case_of(self, message: str) -> str | None:
        """The case of a message, or None."""
        row = await rows.get(self._table, *_key(message))
        return rows.field(row, "application") if row is not None else None

    async def forget(self, messages: Sequence[str]) -> None:
        """Erase the rows of these; one that is gone is no error."""
        await rows.erase(self._table, [_key(each) for each in messages])


def _key(message: str) -> tuple[str, str]:
    return f"sent-mail-{rows.partition(message, _PARTITIONS)}", rows.key(message)
