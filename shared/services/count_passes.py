"""How many passes by card an account got of late: a few a day are enough, whatever its card is used for."""

from datetime import datetime, timedelta
from typing import Final

from shared.domain.events import EventKind
from shared.domain.kinds import Channel
from shared.services.web_ports import WebPorts

LIMIT_SPAN: Final = timedelta(hours=24)
"""Passes by card are counted over this span."""


async def limit_until(subject: str, ports: WebPorts) -> datetime | None:
    """When the next pass by card can be had (UTC), if those of the last 24 hours are used up; None if not. The worker counts too.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    lock = await ports.locks.read(subject)
    since = ports.clock.now() - LIMIT_SPAN
    issued: list[datetime] = []
    for name in (lock.application, *lock.earlier) if lock is not None else ():
        snapshot = await ports.applications.read(name)
        if snapshot is None:
            continue
        case = snapshot.application
        if case.terminal and case.entered_at <= since:
            break
        if case.channel is Channel.IDENTITY_VERIFICATION:
            made = (each.at for each in snapshot.events if each.kind is EventKind.PASS_ISSUED)
            issued += [at for at in made if at > since]
    most = ports.rules.card_passes_per_day
    return sorted(issued)[-most] + LIMIT_SPAN if len(issued) >= most else None
