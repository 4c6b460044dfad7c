"""Rows of the table of locks that steer or watch the whole service: freeze switch, heartbeat, meter of passes."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from shared.adapters import codec
from shared.adapters import tables_rows as rows
from shared.domain.freezing import FreezeSwitch
from shared.domain.health import HealthReport
from shared.domain.surge import PassMeter
from shared.ports import ConflictError, MissingError, StaleError

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient

_SWITCH = "switch"
_FREEZE = "freeze"
_LINE = "freeze:"
_LINE_END = "freeze;"
"""Lines of the history lie beside the switch, so that both are one transaction; ``;`` follows ``:``."""
_HEARTBEAT = "heartbeat"
_WORKER = "worker"
_REPORT = "report"
_METER = "meter"
_PASSES = "passes"
_SHOWN = 50


class TableSwitches:
    """The port ``Switches`` over one table."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def frozen(self) -> bool:
        """Whether the making of passes is frozen; a row without a clear no counts as frozen."""
        row = await rows.get(self._table, _SWITCH, _FREEZE)
        return row is not None and (rows.is_newer(row) or row.get("frozen") is not False)

    async def freeze_switch(self) -> FreezeSwitch:
        """How the switch stands; a row that cannot be read counts as frozen."""
        row = await rows.get(self._table, _SWITCH, _FREEZE)
        if row is None:
            return FreezeSwitch()
        rows.readable(row)
        version, frozen = str(row.metadata["etag"]), row.get("frozen") is not False
        try:
            read = codec.freeze_from(rows.field(row, "data"))
        except ValueError:
            read = FreezeSwitch()
        return replace(read, frozen=frozen, version=version)

    async def turn(self, switch: FreezeSwitch) -> None:
        """Write the switch by its ETag, and a line of its history, in one transaction.

        Raises:
            StaleError: somebody else touched it since it was read.
            UnknownOutcomeError: no answer came; read to find out.
        """
        from azure.core import MatchConditions
        from azure.data.tables import UpdateMode

        data = rows.text(codec.freeze_text(replace(switch, version="")))
        row = {"PartitionKey": _SWITCH, "RowKey": _FREEZE, "frozen": switch.frozen, "data": data}
        line = {"PartitionKey": _SWITCH, "RowKey": f"{_LINE}{switch.number:08d}", "data": data}
        by_etag = {
            "mode": UpdateMode.REPLACE,
            "etag": switch.version,
            "match_condition": MatchConditions.IfNotModified,
        }
        first: rows.Operation = ("update", row, by_etag) if switch.version else ("create", row)
        try:
            await rows.commit(self._table, [first, ("create", line)])
        except (ConflictError, MissingError) as error:
            raise StaleError("the switch was touched") from error

    async def freeze_history(self) -> list[FreezeSwitch]:
        """How it stood after each touch, newest first, the last fifty."""
        found = await rows.query(
            self._table,
            "PartitionKey eq @part and RowKey ge @first and RowKey lt @end",
            part=_SWITCH,
            first=_LINE,
            end=_LINE_END,
        )
        lines = sorted(found, key=lambda each: str(each["RowKey"]), reverse=True)
        return [codec.freeze_from(rows.field(each, "data")) for each in lines[:_SHOWN]]

    async def beat(self, at: datetime) -> None:
        """The worker is alive."""
        await rows.put(self._table, {"PartitionKey": _HEARTBEAT, "RowKey": _WORKER, "at": rows.time_text(at)})

    async def last_beat(self) -> datetime | None:
        """When the worker was last seen alive (UTC), None if never."""
        row = await rows.get(self._table, _HEARTBEAT, _WORKER)
        return rows.time_from(rows.field(row, "at")) if row is not None else None

    async def keep_report(self, report: HealthReport) -> None:
        """Keep what the worker found of its environment, in place of what it found before."""
        data = rows.text(codec.report_text(report))
        await rows.put(self._table, {"PartitionKey": _HEARTBEAT, "RowKey": _REPORT, "data": data})

    async def last_report(self) -> HealthReport | None:
        """What the worker found when it last looked.

        Raises:
            ValueError: the row cannot be read.
        """
        row = await rows.get(self._table, _HEARTBEAT, _REPORT)
        return codec.report_from(rows.field(row, "data")) if row is not None else None


class TablePassMeters:
    """The port ``PassMeters`` over one table."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def read(self) -> PassMeter | None:
        """The meter; None when no pass was ever asked for."""
        row = await rows.get(self._table, _METER, _PASSES)
        if row is None:
            return None
        return replace(codec.meter_from(rows.field(row, "data")), version=str(row.metadata["etag"]))

    async def write(self, meter: PassMeter) -> None:
        """Save it by the version it was read with.

        Raises:
            StaleError: another worker counted first.
        """
        data = rows.text(codec.meter_text(replace(meter, version="")))
        row = {"PartitionKey": _METER, "RowKey": _PASSES, "data": data}
        try:
            if meter.version:
                await rows.replace(self._table, row, meter.version)
            else:
                await rows.insert(self._table, row)
        except (ConflictError, MissingError) as error:
            raise StaleError("another worker counted first") from error
