"""Every case in table storage and its audit trail, read for the auditor: an altered row hides nothing but itself."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.adapters import codec
from shared.adapters import tables_rows as rows
from shared.adapters.storage_errors import port_errors
from shared.domain.application import Application
from shared.domain.events import Event
from shared.ports import StoredTrail

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient

_TRAIL = "PartitionKey eq @part and (RowKey eq 'app' or (RowKey ge 'event:' and RowKey lt 'event;'))"


class TableAllCases:
    """The port ``AllCases`` over the table of cases."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def names(self) -> list[str]:
        """Ids of all cases, in order."""
        async with port_errors("list cases"):
            found = self._table.query_entities("RowKey eq 'app'", select=["PartitionKey"])
            return sorted([str(row["PartitionKey"]) async for row in found])

    async def trail(self, application: str) -> StoredTrail:
        """The events of one case.

        Raises:
            NewerVersionError: the case was written by a newer version of the service.
        """
        found = await rows.query(self._table, _TRAIL, part=rows.key(application))
        by_key = {str(row["RowKey"]): row for row in found}
        app = by_key.pop("app", None)
        if app is not None:
            rows.readable(app)
        texts = [rows.field(by_key[each], "data") for each in sorted(by_key)]
        return stored_trail(rows.field(app, "data") if app is not None else None, texts)


def stored_trail(app: str | None, events: Iterable[str]) -> StoredTrail:
    """A trail from the texts of its rows, whatever somebody made of them."""
    return StoredTrail(_application(app), tuple(_event(each) for each in events))


def _application(text: str | None) -> Application | None:
    try:
        return codec.application_from(text) if text is not None else None
    except ValueError:
        return None


def _event(text: str) -> Event | None:
    try:
        return codec.event_from(text)
    except ValueError:
        return None
