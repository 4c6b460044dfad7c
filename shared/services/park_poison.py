"""A message the platform gave up on: kept for the operator, and its case parked. Nothing is dropped."""

import hashlib

from shared.domain.closing import need_attention
from shared.domain.kinds import Attention
from shared.domain.states import State
from shared.domain.wakes import wake_after
from shared.ports import Poison, StaleError
from shared.services.alert_operators import alert_operators
from shared.services.find_case import is_id
from shared.services.look_at import look_at
from shared.services.worker_ports import WorkerPorts

_TRIES = 5


async def park_poison(lane: str, text: str, ports: WorkerPorts) -> None:
    """Keep the message, put its case into ``attention`` and tell the operator.

    Raises:
        UnavailableError: storage cannot be reached; the platform brings the message again.
    """
    now = ports.clock.now()
    key = hashlib.sha256(f"{lane}:{text}".encode()).hexdigest()[:24]
    await ports.poison.keep(Poison(key=key, lane=lane, text=text[:200], at=now))
    await alert_operators(key, ports)
    if not is_id(text):
        return
    for _ in range(_TRIES):
        snapshot = await ports.applications.read(text)
        if snapshot is None or not snapshot.application.may_move(State.ATTENTION):
            return
        if snapshot.application.state is State.COMPLETED:
            return
        change = need_attention(snapshot.application, Attention.POISON, now, ports.rules)
        at = wake_after(change.application, now, owes_mail=True)
        wake = await ports.due.insert(at or now, text, "mail")
        try:
            await ports.applications.save(snapshot, change, wake)
        except StaleError:
            continue
        await look_at(text, ports)
        return
