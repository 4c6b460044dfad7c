"""Count one knock at a door against its limits, before anything is read or stored for it."""

import logging
from collections.abc import Sequence

from shared.domain.limits import Limit, Whose, window_of
from shared.ports import PortError
from shared.services.refusals import Refusal, RefusedError
from shared.services.web_ports import WebPorts

_LOG = logging.getLogger(__name__)


async def count_use(limits: Sequence[Limit], callers: dict[Whose, str], ports: WebPorts) -> None:
    """Count against each limit, the narrowest first: what one refuses does not use up the next.

    Args:
        limits: What is counted at this door, in order.
        callers: Who knocks, as each kind of limit names them.
        ports: The web's ports.

    Raises:
        RefusedError: ``TOO_MANY``, with the time from which it is taken again.
        UnavailableError: a count cannot be read now, and nothing may happen uncounted.
    """
    now = ports.clock.now()
    for limit in limits:
        counted = ports.rules.limits[limit]
        window = window_of(limit, counted, callers.get(counted.whose, ""), now)
        try:
            taken = await ports.limits.take(window)
        except PortError as error:
            if not counted.open_if_unknown:
                raise
            _LOG.warning("a knock could not be counted, and was let in: %s", type(error).__name__)
            continue
        if not taken:
            raise RefusedError(Refusal.TOO_MANY, until=window.ends_at)
