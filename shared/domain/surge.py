"""How many passes the whole service makes in an hour and in a day: more than a university ever needs is an attack or a fault."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.domain.mails import CLOCKS_APART

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_NEXT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SurgeLimits:
    """The most passes of the whole service.

    Attributes:
        per_hour: Passes within an hour.
        per_day: Passes within 24 hours.
        freeze_at: So many passes asked for within an hour, made or not, freeze the service by itself; 0: never.
    """

    per_hour: int = 60
    per_day: int = 400
    freeze_at: int = 0


@dataclass(frozen=True, slots=True)
class PassMeter:
    """How many passes were begun of late; only the worker writes it, by ETag, before each claim.

    A window begins with the first pass in it. A worker that dies after it counted has counted one too many, never one too few.

    Attributes:
        hour_from: When the present hour began (UTC).
        hour_made: Passes begun in it.
        hour_asked: Passes asked for in it, those turned away included, each application's once.
        asked_from: Since when they are counted, if not since the hour began: somebody set the service free (UTC).
        day_from: When the present day began (UTC).
        day_made: Passes begun in it.
        told_at: When the operators were told last that there are too many (UTC).
        version: ETag of the row; empty while there is none.
    """

    hour_from: datetime
    day_from: datetime
    hour_made: int = 0
    hour_asked: int = 0
    day_made: int = 0
    told_at: datetime | None = None
    asked_from: datetime | None = None
    version: str = ""

    def rolled(self, now: datetime) -> "PassMeter":
        """The meter at ``now``: windows that are over (or lie far ahead after a clock step) begin anew.

        One that lies ahead by a little was begun by a worker whose clock goes before: it is the window of all.
        """
        meter = self
        if not -CLOCKS_APART <= now - meter.hour_from < _HOUR:
            meter = replace(meter, hour_from=now, hour_made=0, hour_asked=0, asked_from=None)
        if not -CLOCKS_APART <= now - meter.day_from < _DAY:
            meter = replace(meter, day_from=now, day_made=0)
        return meter

    def full_until(self, limits: SurgeLimits) -> datetime | None:
        """Until when no further pass is begun (UTC); None if there is room."""
        ends = []
        if self.hour_made >= limits.per_hour:
            ends.append(self.hour_from + _HOUR)
        if self.day_made >= limits.per_day:
            ends.append(self.day_from + _DAY)
        return max(ends, default=None)

    def counted(self, *, made: bool, turned_away_at: datetime | None = None) -> "PassMeter":
        """The meter with one more that was asked for, and begun or not; one that was turned away since is asked for again."""
        since = self.asked_from or self.hour_from
        again = turned_away_at is not None and turned_away_at >= since
        return replace(
            self,
            hour_asked=self.hour_asked + (not again),
            hour_made=self.hour_made + made,
            day_made=self.day_made + made,
        )

    def to_be_told(self, now: datetime) -> bool:
        """Whether the operators have not been told within the last hour."""
        return self.told_at is None or not -CLOCKS_APART <= now - self.told_at < _HOUR

    def thawed(self, at: datetime) -> "PassMeter | None":
        """The meter after the service was set free at ``at``, which counts anew; None if it does so already."""
        if at < (self.asked_from or self.hour_from):
            return None
        return replace(self, hour_asked=1, asked_from=at + _NEXT)

    def overrun(self, limits: SurgeLimits) -> bool:
        """Whether so many were asked for that the service freezes by itself."""
        return 0 < limits.freeze_at <= self.hour_asked


@dataclass(frozen=True, slots=True)
class Place:
    """Whether a pass may be begun now; if not, from when it is worth asking again (UTC)."""

    granted: bool
    until: datetime | None = None
