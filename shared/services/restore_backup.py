"""Bring an export back into empty tables, frozen, with every case woken: what was erased since is erased again.

Nothing is made up: what happened after the export is lost, and the operator is told what to look at (``docs/operations.md``).
Passes are frozen until an operator releases them, since a restored table may know a card link that was removed meanwhile,
or not know of a "this was not me".
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import names
from shared.domain.freezing import FreezeReason
from shared.ports import MissingError
from shared.services.back_up import FORM, MANIFEST, ORDER, Tally
from shared.services.backup_ports import RestorePorts

_AT_ONCE = 500


class RestoreRefusedError(Exception):
    """Nothing was written; the text says why, for the operator who runs the command."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a restore would write.

    Attributes:
        name: Name of the export.
        at: When it was begun (UTC).
        rows: How many rows each table would get.
    """

    name: str
    at: datetime
    rows: dict[str, int]


async def exports(ports: RestorePorts) -> list[str]:
    """Names of the whole exports, the oldest first."""
    return [each.partition("/")[0] for each in await ports.files.names() if each.endswith(f"/{MANIFEST}")]


async def plan_restore(name: str, ports: RestorePorts) -> Plan:
    """Read an export to its end and look at the tables; nothing is written.

    Raises:
        RestoreRefusedError: there is no such whole export, it was made by a newer version, a file of it is not what was
            written, or a table is not empty.
        PortError: storage cannot be reached.
    """
    manifest = await _manifest(name, ports)
    for table in ORDER:
        if not await ports.tables.is_empty(table):
            raise RestoreRefusedError(f"table {table} is not empty: a restore goes into empty tables only")
    rows: dict[str, int] = {}
    for table in ORDER:
        tally = Tally()
        async for _ in tally.counting(ports.files.read(f"{name}/{table}.jsonl")):
            pass
        if tally.facts() != manifest["tables"][table]:
            raise RestoreRefusedError(f"the file of table {table} is not the one that was written")
        rows[table] = tally.rows
    return Plan(name, datetime.fromisoformat(str(manifest["at"])), rows)


async def restore_backup(name: str, ports: RestorePorts) -> Plan:
    """Restore; the same checks come first. Passes are frozen before the first case is there, and every case is woken.

    Raises:
        RestoreRefusedError: see ``plan_restore``.
        PortError: storage failed on the way: empty the tables and begin anew.
    """
    plan = await plan_restore(name, ports)
    await _insert(names.TABLE_LOCKS, name, ports)
    await _freeze(name, ports)  # before the first case is there
    for table in ORDER:
        if table != names.TABLE_LOCKS:
            await _insert(table, name, ports)
    now = ports.clock.now()
    for case in await ports.all_cases.names():  # its due row may be of after the export
        await ports.due.insert(now, case, names.LANE_REVIEW)
    return plan


async def _insert(table: str, name: str, ports: RestorePorts) -> None:
    some: list[str] = []
    async for line in ports.files.read(f"{name}/{table}.jsonl"):
        some.append(line)
        if len(some) == _AT_ONCE:
            await ports.tables.insert(table, some)
            some = []
    await ports.tables.insert(table, some)


async def _freeze(name: str, ports: RestorePorts) -> None:
    switch = await ports.switches.freeze_switch()
    mark = f"restore:{name}"
    turned = switch.turned(
        frozen=True, at=ports.clock.now(), by="", oid="", reason=FreezeReason.FAULT, request=mark
    )
    await ports.switches.turn(turned)


async def _manifest(name: str, ports: RestorePorts) -> dict[str, Any]:
    try:
        text = [line async for line in ports.files.read(f"{name}/{MANIFEST}")]
    except MissingError:
        raise RestoreRefusedError(f"there is no whole export {name}") from None
    manifest: dict[str, Any] = json.loads("".join(text))
    if manifest["form"] > FORM:
        raise RestoreRefusedError(
            "the export was made by a newer version of the service: deploy that one first"
        )
    return manifest
