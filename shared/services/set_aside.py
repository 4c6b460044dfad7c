"""Set a request aside that none of our doors makes: kept by name for an operator, who is told, and out of the way."""

import logging
from collections.abc import Sequence
from hashlib import sha256

from shared.domain.requests import Request
from shared.domain.well_formed import may_be_erased, well_formed
from shared.services.give_up import give_up
from shared.services.worker_ports import WorkerPorts

_LOG = logging.getLogger(__name__)

INBOX_LANE = "requests"
"""What the console calls the place it was found in."""
_MOST_AT_ONCE = 50


async def set_aside(requests: Sequence[Request], ports: WorkerPorts) -> list[Request]:
    """The requests that can be worked on; the others are recorded and told of, and erased if they could block real ones.

    What may come from a newer web than this worker stays in the inbox, unread: nothing is lost by a deployment.

    Raises:
        UnavailableError: storage cannot be reached; nothing is erased.
    """
    bad = [each for each in requests if not well_formed(each)]
    for each in bad[:_MOST_AT_ONCE]:
        application = each.application
        _LOG.error("a request is malformed", extra={"application": application})
        key = sha256(f"{application}:{each.key}:{each.body.get('row', '')}".encode()).hexdigest()[:24]
        await give_up(key, INBOX_LANE, application, ports)
        if may_be_erased(each):
            await ports.sweep.erase([each])
    return [each for each in requests if well_formed(each)]
