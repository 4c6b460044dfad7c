"""A message the platform gave up on: kept for the operator, and its case parked. Nothing is dropped."""

import hashlib
from datetime import datetime

from shared.domain.closing import need_attention
from shared.domain.kinds import Attention
from shared.domain.states import State
from shared.domain.wakes import wake_after
from shared.ports import StaleError
from shared.ports.telemetry import Metric
from shared.services.find_case import is_id
from shared.services.give_up import keep_given_up, tell_given_up
from shared.services.look_at import look_at
from shared.services.tell_progress import tell_move
from shared.services.worker_ports import WorkerPorts

_TRIES = 5


async def park_poison(lane: str, text: str, ports: WorkerPorts) -> None:
    """Keep the message, put its case into ``attention`` and tell the operator.

    Raises:
        UnavailableError: storage cannot be reached; the platform brings the message again.
    """
    now = ports.clock.now()
    ports.telemetry.count(Metric.POISON, lane=lane)
    key = hashlib.sha256(f"{lane}:{text}".encode()).hexdigest()[:24]
    tell = await keep_given_up(key, lane, text, ports)
    parked = is_id(text) and await _park(text, now, ports)
    if tell and not parked:
        await tell_given_up(key, ports)


async def _park(application: str, now: datetime, ports: WorkerPorts) -> bool:
    """Park the case the message names; False if there is none to park. The mail that this owes tells the operators."""
    for _ in range(_TRIES):
        snapshot = await ports.applications.read(application)
        if snapshot is None or not snapshot.application.may_move(State.ATTENTION):
            return False
        if snapshot.application.state is State.COMPLETED:
            return False
        change = need_attention(snapshot.application, Attention.POISON, now, ports.rules)
        at = wake_after(change.application, now, owes_mail=True)
        wake = await ports.due.insert(at or now, application, "mail")
        try:
            await ports.applications.save(snapshot, change, wake)
        except StaleError:
            continue
        tell_move(snapshot.application, change.application, ports.telemetry)
        await look_at(application, ports)
        return True
    return False
