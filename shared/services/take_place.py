"""Count one pass against the limit of the whole service, guarded by ETag, before its attempt is claimed."""

import logging
from dataclasses import replace
from datetime import datetime

from shared.domain.freezing import FreezeReason, FreezeSwitch
from shared.domain.surge import PassMeter, Place
from shared.domain.wakes import TRY_AGAIN
from shared.ports import Notice, NoticeKind, PortError, StaleError, UnavailableError
from shared.services.tell_operators import tell_operators
from shared.services.worker_ports import WorkerPorts

_LOG = logging.getLogger(__name__)
_TRIES = 12
_SURGE = "surge"


async def take_place(ports: WorkerPorts, *, turned_away_at: datetime | None = None) -> Place:
    """Take a place among the passes of this hour and day, or learn when there is one.

    Over the limit the operators are told once an hour; over the second one the service freezes by itself.

    Args:
        ports: The worker's ports.
        turned_away_at: When this application was turned away last (UTC): it is not counted as one more that asks.

    Raises:
        UnavailableError: storage cannot be reached, or too many others count at once: nobody gets a pass uncounted.
    """
    limits = ports.rules.surge
    for _ in range(_TRIES):
        found = await ports.meters.read()
        now = (
            ports.clock.now()
        )  # not before: whoever reads slowly would take a window that began meanwhile for one ahead
        meter = (found or PassMeter(hour_from=now, day_from=now)).rolled(now)
        until = meter.full_until(limits)
        counted = meter.counted(made=until is None, turned_away_at=turned_away_at)
        try:
            await ports.meters.write(counted)
        except StaleError:
            continue
        if until is None:
            return Place(granted=True)
        await _alert(counted, now, ports)
        return Place(granted=False, until=until)
    raise UnavailableError("the passes are being counted by others", TRY_AGAIN.total_seconds())


async def _alert(meter: PassMeter, now: datetime, ports: WorkerPorts) -> None:
    """Freeze if it must be, tell, then note that it was told: a crash in between tells twice, never not at all."""
    if meter.overrun(ports.rules.surge):
        await _freeze(now, ports)
    if not meter.to_be_told(now):
        return
    notice = Notice(NoticeKind.SURGE, now)
    if not await tell_operators(notice, f"{_SURGE}:{int(meter.hour_from.timestamp())}", ports):
        return
    try:
        fresh = await ports.meters.read()
        if fresh is not None:
            await ports.meters.write(replace(fresh, told_at=now))
    except PortError:
        _LOG.warning("that the operators were told could not be noted: they are told once more")


async def _counts_anew(switch: FreezeSwitch, ports: WorkerPorts) -> bool:
    """Whether somebody set the service free since the count began: who asked before that does not freeze it again."""
    fresh = await ports.meters.read()
    anew = fresh.thawed(switch.at) if fresh is not None and switch.at is not None else None
    if anew is None:
        return False
    try:
        await ports.meters.write(anew)
    except StaleError:
        _LOG.info("others count at this moment: the next pass that is turned away begins the count anew")
    return True


async def _freeze(now: datetime, ports: WorkerPorts) -> None:
    switch = await ports.switches.freeze_switch()
    if switch.frozen or await _counts_anew(switch, ports):
        return
    mark = f"{_SURGE}:{int(now.timestamp())}"
    turned = switch.turned(frozen=True, at=now, by="", oid="", reason=FreezeReason.SURGE, request=mark)
    try:
        await ports.switches.turn(turned)
    except StaleError:
        return  # somebody touched it at this very moment: the next pass that is turned away looks again
    await tell_operators(Notice(NoticeKind.FROZEN, now, reason=FreezeReason.SURGE), mark, ports)
