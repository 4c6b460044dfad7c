"""The inbox in table storage: a fixed number of partitions, so that a timer can read it whole."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.adapters import codec
from shared.adapters import tables_rows as rows
from shared.domain.requests import Request, RequestKind
from shared.ports.telemetry import is_trace

if TYPE_CHECKING:
    from azure.data.tables import TableEntity
    from azure.data.tables.aio import TableClient

PARTITIONS = 2
"""Enough for 4,000 requests a second (azure.md 10), and two short queries for the timer."""

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class TableInbox:
    """The ports ``Inbox`` and ``InboxSweep`` over one table; storage itself stamps each row."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def put(self, request: Request) -> None:
        """Insert a request.

        Raises:
            ConflictError: the same slot was asked for already; the first stays.
            ValueError: a field is too long for storage.
        """
        part, row_key = _keys(request)
        row: rows.Row = {
            "PartitionKey": part,
            "RowKey": row_key,
            "application": request.application,
            "kind": request.kind.value,
            "slot": request.slot,
            "received_at": rows.time_text(request.received_at),
            "body": rows.text(codec.fields_text(request.body)),
            "evidence": rows.text(request.evidence),
            "trace": rows.text(request.trace),
        }
        await rows.insert(self._table, row)

    async def waiting(self, application: str) -> list[Request]:
        """The requests for one application: one range of one partition.

        Raises:
            NewerVersionError: one of them is of a newer web: it may be a stop, so nothing goes on before it is understood.
        """
        name = rows.key(application)
        found = await rows.query(
            self._table,
            "PartitionKey eq @part and RowKey ge @first and RowKey lt @after",
            part=rows.partition(name, PARTITIONS),
            first=f"{name}:",
            after=f"{name};",  # the character after the colon
        )
        return [_read(rows.readable(row)) for row in found]

    async def everything(self) -> list[Request]:
        """All requests in the inbox; those of a newer web stay there, unread."""
        found: list[TableEntity] = []
        for number in range(PARTITIONS):
            found += await rows.query(self._table, "PartitionKey eq @part", part=f"p{number}")
        return [_read(row) for row in found if not rows.is_newer(row)]

    async def erase(self, requests: Sequence[Request]) -> None:
        """Remove answered requests; one that is gone is no error."""
        await rows.erase(self._table, [_keys(each) for each in requests])


def _keys(request: Request) -> tuple[str, str]:
    if request.kind is RequestKind.UNREADABLE:
        return request.body["part"], request.body["row"]
    name = rows.key(request.application)
    return rows.partition(name, PARTITIONS), rows.key(f"{name}:{request.key}")


def _read(row: "TableEntity") -> Request:
    """The request a row holds; one that holds none, or lies under another's key, is named ``UNREADABLE``.

    One bad row must keep neither its case nor the timer from the others.
    """
    try:
        request = _request(row)
        if (
            _keys(request) == (row["PartitionKey"], row["RowKey"])
            and request.kind is not RequestKind.UNREADABLE
        ):
            return request
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    part, row_key = str(row["PartitionKey"]), str(row["RowKey"])
    stamped = rows.stamp(row)
    return Request(
        application=row_key.split(":", 1)[0],
        kind=RequestKind.UNREADABLE,
        slot=0,
        received_at=stamped or _LONG_AGO,
        body={"part": part, "row": row_key},
        stamped_at=stamped,
    )


def _request(row: "TableEntity") -> Request:
    trace = str(row.get("trace") or "")  # older rows have none
    return Request(
        application=rows.field(row, "application"),
        kind=RequestKind(rows.field(row, "kind")),
        slot=int(row["slot"]),
        received_at=rows.time_from(rows.field(row, "received_at")),
        body=codec.fields_from(rows.field(row, "body")),
        evidence=rows.field(row, "evidence"),
        stamped_at=rows.stamp(row),
        trace=trace if is_trace(trace) else "",
    )
