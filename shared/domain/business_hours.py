"""Business hours: whether staff are there, when they open next, and spans counted in business days.

All instants are aware; business time is local to the calendar's zone (``zoneinfo``), because the platform's timers
know UTC only. Holidays come from outside as a function; closures and extra days are configuration.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from shared.domain.errors import CalendarError

_HORIZON_DAYS = 366


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening and closing time of a day, local to the calendar's zone; closing at or before opening means past midnight."""

    opens: time
    closes: time


@dataclass(frozen=True)
class BusinessCalendar:
    """When the support desk works.

    Attributes:
        zone: Time zone of the opening hours.
        hours: Opening hours of a business day.
        weekdays: ISO weekdays (Monday is 1) on which the desk opens.
        is_holiday: Whether a local date is a public holiday.
        closures: Local dates on which the desk stays closed besides weekends and holidays.
        yearly_closures: (month, day) pairs that are closed every year, such as the year end.
        extra_days: Local dates on which the desk opens although the rules above say otherwise.
    """

    zone: tzinfo
    hours: Hours
    is_holiday: Callable[[date], bool]
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    closures: frozenset[date] = field(default_factory=frozenset)
    yearly_closures: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    extra_days: frozenset[date] = field(default_factory=frozenset)

    def is_business_day(self, day: date) -> bool:
        """Whether the desk opens on this local date."""
        if day in self.extra_days:
            return True
        if day.isoweekday() not in self.weekdays or day in self.closures:
            return False
        return (day.month, day.day) not in self.yearly_closures and not self.is_holiday(day)

    def is_open(self, at: datetime) -> bool:
        """Whether staff are there: from the opening second up to, not including, the closing second."""
        day = at.astimezone(self.zone).date()
        return any(
            self.is_business_day(each) and self._opens(each) <= at < self._closes(each)
            for each in (day - timedelta(days=1), day)
        )

    def next_opening(self, at: datetime) -> datetime:
        """The next opening after ``at``, in UTC.

        Raises:
            CalendarError: no business day within a year.
        """
        day = at.astimezone(self.zone).date()
        for offset in range(_HORIZON_DAYS + 1):
            each = day + timedelta(days=offset)
            if self.is_business_day(each) and self._opens(each) > at:
                return self._opens(each).astimezone(UTC)
        message = "no business day within a year"
        raise CalendarError(message)

    def closing_after_days(self, at: datetime, days: int) -> datetime:
        """The close of business of the ``days``-th business day after the local date of ``at``, in UTC."""
        day = at.astimezone(self.zone).date()
        left = days
        for _ in range(_HORIZON_DAYS):
            if left <= 0 and self.is_business_day(day) and self._closes(day) > at:
                return self._closes(day).astimezone(UTC)
            day += timedelta(days=1)
            if self.is_business_day(day):
                left -= 1
        message = "not enough business days within a year"
        raise CalendarError(message)

    def after_open_time(self, at: datetime, span: timedelta) -> datetime:
        """The instant by which the desk will have been open for ``span`` since ``at``, in UTC."""
        left = span
        start = at if self.is_open(at) else self.next_opening(at)
        while True:
            closes = self._closing_of(start)
            if start + left <= closes:
                return (start + left).astimezone(UTC)
            left -= closes - start
            start = self.next_opening(closes)

    def _closing_of(self, at: datetime) -> datetime:
        day = at.astimezone(self.zone).date()
        for each in (day - timedelta(days=1), day):
            if self.is_business_day(each) and self._opens(each) <= at < self._closes(each):
                return self._closes(each).astimezone(UTC)
        message = "not within business hours"
        raise CalendarError(message)

    def _opens(self, day: date) -> datetime:
        return datetime.combine(day, self.hours.opens, self.zone).astimezone(UTC)

    def _closes(self, day: date) -> datetime:
        past_midnight = self.hours.closes <= self.hours.opens
        return datetime.combine(
            day + timedelta(days=1) if past_midnight else day, self.hours.closes, self.zone
        ).astimezone(UTC)
