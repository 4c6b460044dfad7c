"""The counters of the doors in memory."""

from collections import Counter
from datetime import datetime

from shared.domain.limits import Window
from tests.fakes.hooks import Hooks, call


class MemoryLimits:
    """The ports ``Limits`` and ``LimitsSweep``."""

    port = "limits"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self.counts: Counter[Window] = Counter()

    @call
    async def has_room(self, window: Window) -> bool:
        return self.counts[window] < window.most

    @call
    async def take(self, window: Window) -> bool:
        if self.counts[window] >= window.most:
            return False
        self.counts[window] += 1
        return True

    @call
    async def sweep(self, before: datetime) -> int:
        over = [each for each in self.counts if each.ends_at < before]
        for each in over:
            del self.counts[each]
        return len(over)
