"""Time and chance."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The business clock."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        ...


class Randomness(Protocol):
    """Unguessable values."""

    def token(self) -> str:
        """128 random bits as 32 hexadecimal digits."""
        ...
