"""Count one knock against its limits, before anything is stored for it: against all of them, or against none."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from shared.domain.limits import Counted, Limit, Whose, Window, window_of
from shared.ports import PortError
from shared.services.refusals import Refusal, RefusedError
from shared.services.web_ports import WebPorts

_LOG = logging.getLogger(__name__)


class TooManyError(RefusedError):
    """One of the limits was reached.

    Attributes:
        whose: Against whom the full one is counted.
    """

    def __init__(self, whose: Whose, until: datetime) -> None:
        """Keep whose it was, and from when it is taken again (UTC)."""
        super().__init__(Refusal.TOO_MANY, until=until)
        self.whose = whose


async def count_use(limits: Sequence[Limit], callers: dict[Whose, str], ports: WebPorts) -> None:
    """Look at all limits, the narrowest first, then count against each: what one refuses uses up nothing of the others.

    Of several at the same moment for the last place, those who come too late may use up one place of a narrower limit.

    Args:
        limits: What is counted, the narrowest first: its refusal is the one that is told.
        callers: Who knocks, as each kind of limit names them.
        ports: The web's ports.

    Raises:
        TooManyError: ``TOO_MANY``, with the time from which it is taken again.
        UnavailableError: a count cannot be read now, and nothing may happen uncounted.
    """
    now = ports.clock.now()
    counted = [ports.rules.limits[each] for each in limits]
    windows = [
        window_of(limit, each, callers.get(each.whose, ""), now)
        for limit, each in zip(limits, counted, strict=True)
    ]
    if len(windows) > 1:
        for each, window in zip(counted, windows, strict=True):
            await _hold(ports.limits.has_room, each, window)
    for each, window in zip(counted, windows, strict=True):
        await _hold(ports.limits.take, each, window)


async def _hold(ask: Callable[[Window], Awaitable[bool]], counted: Counted, window: Window) -> None:
    try:
        given = await ask(window)
    except PortError as error:
        if not counted.open_if_unknown:
            raise
        _LOG.warning("a knock could not be counted, and was let in: %s", type(error).__name__)
        return
    if not given:
        raise TooManyError(counted.whose, window.ends_at)
