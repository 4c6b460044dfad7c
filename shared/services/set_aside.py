"""Set a request aside that none of our doors makes: kept by name for an operator, who is told, and out of the way."""

import logging
from collections.abc import Sequence
from hashlib import sha256

from shared.domain.requests import Request
from shared.domain.well_formed import well_formed
from shared.ports import Poison, UnavailableError
from shared.services.alert_operators import alert_operators
from shared.services.worker_ports import WorkerPorts

_LOG = logging.getLogger(__name__)

INBOX_LANE = "requests"
"""What the console calls the place it was found in."""


async def set_aside(requests: Sequence[Request], ports: WorkerPorts) -> list[Request]:
    """The requests that can be worked on; the others are recorded, told of and erased.

    A newer web may ask for what this worker does not know yet: its row is set aside too, and the operator lets the person
    ask again. A row whose content was forged has no claim to be kept.

    Raises:
        UnavailableError: storage cannot be reached; nothing is erased.
    """
    good = [each for each in requests if well_formed(each)]
    bad = [each for each in requests if not well_formed(each)]
    for each in bad:
        application = each.application
        _LOG.error("a request is malformed", extra={"application": application})
        key = sha256(f"{application}:{each.key}:{each.body.get('row', '')}".encode()).hexdigest()[:24]
        fresh = key not in {kept.key for kept in await ports.poison.kept()}
        await ports.poison.keep(Poison(key, INBOX_LANE, application, ports.clock.now()))
        if fresh:
            await _tell(key, ports)
        await ports.sweep.erase([each])
    return good


async def _tell(key: str, ports: WorkerPorts) -> None:
    """Mail that is down must not stop the timer's run for every case; the console lists the row in any event."""
    try:
        await alert_operators(key, ports)
    except UnavailableError:
        _LOG.warning("operators could not be told of a malformed request")
