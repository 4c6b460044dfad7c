"""The timer's use case: look at every case that is due or has something in the inbox. No cursor, no scan of all cases."""

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from shared.domain.application import Application
from shared.domain.requests import Request, RequestKind
from shared.logs import frames
from shared.ports import PortError, Wake
from shared.services.look_at import look_at
from shared.services.retry_poison import retry_poison
from shared.services.set_aside import set_aside
from shared.services.tell_progress import tell_backlog, tell_overdue
from shared.services.worker_ports import WorkerPorts

_LOG = logging.getLogger(__name__)

LOOKS_IN_THIS_RUN = 24
"""More than this is handed to the queues, which scale out."""
_SIDE_BY_SIDE = 4
_FRESH = timedelta(seconds=20)
_COUNTS_KEPT = timedelta(hours=1)
"""Counts of the doors are swept so long after their window: the clocks of web and worker differ."""


async def wake_due(ports: WorkerPorts) -> int:
    """Look at what is due; returns the number of cases looked at or handed on.

    A request that was stored a moment ago has its own hint under way and is left to it.

    Raises:
        UnavailableError: storage cannot be reached; the next run tries again.
    """
    now = ports.clock.now()
    wakes: dict[str, list[Wake]] = defaultdict(list)
    for wake in await ports.due.due(now):
        wakes[wake.application].append(wake)
    inbox = await set_aside(await ports.sweep.everything(), ports)
    tell_backlog(wakes, inbox, now, ports.telemetry)
    for request in inbox:
        if request.kind is RequestKind.RETRY_POISON:
            await _retry(request, ports)
        elif not _fresh(request):
            wakes.setdefault(request.application, [])
    names = sorted(wakes, key=lambda name: min((each.at for each in wakes[name]), default=now))
    gate = asyncio.Semaphore(_SIDE_BY_SIDE)
    async with asyncio.TaskGroup() as group:
        looks = [
            group.create_task(_look(name, wakes[name], gate, ports)) for name in names[:LOOKS_IN_THIS_RUN]
        ]
    tell_overdue((each.result() for each in looks), ports.clock.now(), ports.telemetry)
    for name in names[LOOKS_IN_THIS_RUN:]:
        await ports.hints.send(next((each.lane for each in wakes[name]), "review"), name)
    with suppress(PortError):  # the next run tries again
        await ports.photo_prints.erase_due(now)
    with suppress(PortError):  # the same
        await ports.limits_sweep.sweep(now - _COUNTS_KEPT)
    await ports.switches.beat(ports.clock.now())
    return len(names)


async def _retry(request: Request, ports: WorkerPorts) -> None:
    """A retry that cannot be verified now stays in the inbox, and must not keep the cases asleep."""
    try:
        await retry_poison(request, ports)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it
        _LOG.warning("retry of a message put off: %s at %s", type(error).__name__, frames(error))


async def _look(
    name: str, wakes: list[Wake], gate: asyncio.Semaphore, ports: WorkerPorts
) -> Application | None:
    """One bad case must not keep the others asleep: it stays due, and its hint's poison queue will tell of it.

    Returns the case as it stands afterwards, if it was due and can be read.
    """
    async with gate:
        try:
            await look_at(name, ports, woken_by=wakes)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it: a malformed row, a fault of ours
            _LOG.error(
                "look failed: %s at %s", type(error).__name__, frames(error), extra={"application": name}
            )
            with suppress(PortError):  # it stays due, so a lost hint does no harm
                await ports.hints.send("review", name)
        return await _standing(name, ports) if wakes else None


async def _standing(name: str, ports: WorkerPorts) -> Application | None:
    try:
        snapshot = await ports.applications.read(name)
    except Exception:  # noqa: BLE001 - the look met the same, and told of it
        return None
    return snapshot.application if snapshot else None


def _fresh(request: Request) -> bool:
    stamped = request.stamped_at
    return stamped is not None and abs(datetime.now(UTC) - stamped) < _FRESH
