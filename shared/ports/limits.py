"""Counters of the doors: web counts, the worker sweeps what is over."""

from datetime import datetime
from typing import Protocol

from shared.domain.limits import Window


class Limits(Protocol):
    """Counts that hold under any number of callers at once."""

    async def has_room(self, window: Window) -> bool:
        """Look, and count nothing: whether it could be counted once more now.

        Raises:
            UnavailableError: storage cannot be reached.
        """
        ...

    async def take(self, window: Window) -> bool:
        """Count once more; False, and nothing is counted, if the window is full.

        Raises:
            UnavailableError: too many others count at the same time, or storage cannot be reached.
        """
        ...


class LimitsSweep(Protocol):
    """The worker's side."""

    async def sweep(self, before: datetime) -> int:
        """Remove the counts of windows that ended before (UTC); how many there were."""
        ...
