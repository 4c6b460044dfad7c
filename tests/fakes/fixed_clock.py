"""A clock that stands until it is moved."""

from datetime import UTC, datetime, timedelta

TUESDAY_MORNING = datetime(2026, 6, 9, 1, 0, tzinfo=UTC)
"""10:00 in Tokyo on a business day."""


class FixedClock:
    """The port ``Clock`` for tests."""

    def __init__(self, now: datetime = TUESDAY_MORNING) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was set to, UTC."""
        return self._now

    def advance(self, span: timedelta) -> datetime:
        """Go on by a span; the new instant."""
        self._now += span
        return self._now

    def move_to(self, at: datetime) -> None:
        """Jump to an instant, also backwards."""
        self._now = at.astimezone(UTC)
