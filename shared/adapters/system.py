"""The machine's clock and its random numbers."""

import secrets
from datetime import UTC, datetime


class SystemClock:
    """The port ``Clock``: real time."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)


class SystemRandomness:
    """The port ``Randomness``: the operating system's source for secrets."""

    def token(self) -> str:
        """128 random bits as 32 hexadecimal digits."""
        return secrets.token_hex(16)
