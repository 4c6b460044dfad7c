"""NCRONTAB: the six-field schedules of timer triggers, in UTC.

`{second} {minute} {hour} {day} {month} {day of week}`; five fields begin at the minute. Each field takes `*`,
numbers, names (months, days), lists `a,b`, ranges `a-b` and steps `*/n`, `a-b/n`, `a/n`. Unlike cron's, a
day must match *both* day fields. Source: learn.microsoft.com/azure/azure-functions/functions-bindings-timer
and atifaziz/NCrontab, which the platform uses.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
_SHORTEST_NAME = 3
_FIELDS_WITH_SECONDS = 6
# 29 February on a given day of the week comes back within 40 years (28, over a year like 2100: 40).
_LONGEST_SEARCH = timedelta(days=366 * 40)
_OCCURRENCES_LOOKED_AT = 10
# The host forces useMonitor off for anything more frequent. Source: webjobs-sdk-extensions TimerSchedule.cs.
_SHORTEST_MONITORED = timedelta(minutes=1)


class ScheduleError(ValueError):
    """The expression is not NCRONTAB; the text names the expression and the field."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, tuple(_MONTHS)),
    _Field("day of week", 0, 6, tuple(_DAYS)),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The allowed values of each field, ascending."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, expression: str) -> Self:
        """Read an expression. Raises ScheduleError when it is not NCRONTAB or can never come true."""
        parts = expression.split()
        if len(parts) == _FIELDS_WITH_SECONDS - 1:
            parts.insert(0, "0")
        if len(parts) != _FIELDS_WITH_SECONDS:
            raise ScheduleError(f"schedule {expression!r} has {len(parts)} fields; it needs six")
        values = [_read(part, field, expression) for part, field in zip(parts, _FIELDS, strict=True)]
        seconds, minutes, hours = (tuple(sorted(v)) for v in values[:3])
        schedule = cls(seconds, minutes, hours, *(frozenset(v) for v in values[3:]))
        schedule.next(datetime(2000, 1, 1, tzinfo=UTC))
        return schedule

    def next(self, after: datetime) -> datetime:
        """Give the first time later than `after` (aware); the answer is in UTC, whole seconds."""
        first = after.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        day, midnight = first.date(), first.replace(hour=0, minute=0, second=0)
        while midnight - first < _LONGEST_SEARCH:
            if self._is_day(midnight) and (
                found := self._within(midnight, first if midnight.date() == day else None)
            ):
                return found
            midnight += timedelta(days=1)
        raise ScheduleError("the schedule names a day that no year has")

    def is_too_frequent_to_monitor(self, now: datetime) -> bool:
        """Whether it fires more than once a minute: then the platform keeps no record of its last run."""
        for _ in range(_OCCURRENCES_LOOKED_AT):
            earlier, now = now, self.next(now)
            if _ and now - earlier < _SHORTEST_MONITORED:
                return True
        return False

    def _is_day(self, day: datetime) -> bool:
        return day.day in self.days and day.month in self.months and (day.isoweekday() % 7) in self.weekdays

    def _within(self, day: datetime, first: datetime | None) -> datetime | None:
        for hour in self.hours:
            if first and hour < first.hour:
                continue
            for minute in self.minutes:
                if first and (hour, minute) < (first.hour, first.minute):
                    continue
                for second in self.seconds:
                    moment = day.replace(hour=hour, minute=minute, second=second)
                    if first is None or moment >= first:
                        return moment
        return None


def _read(text: str, field: _Field, expression: str) -> set[int]:
    try:
        return {value for part in text.split(",") for value in _read_part(part, field)}
    except ValueError as error:
        raise ScheduleError(f"schedule {expression!r}: {text!r} is not a {field.name}: {error}") from error


def _read_part(part: str, field: _Field) -> range:
    body, has_step, step_text = part.partition("/")
    step = int(step_text) if has_step else 1
    if step < 1:
        raise ValueError("a step is at least 1")
    if body == "*":
        return range(field.low, field.high + 1, step)
    low_text, is_range, high_text = body.partition("-")
    low = _value(low_text, field)
    open_end = field.high if has_step else low
    high = _value(high_text, field) if is_range else open_end
    if low > high:
        raise ValueError("the range runs backwards")
    return range(low, high + 1, step)


def _value(text: str, field: _Field) -> int:
    if text.isdecimal():
        value = int(text)
        if not field.low <= value <= field.high:
            raise ValueError(f"{value} is not within {field.low} to {field.high}")
        return value
    for position, name in enumerate(field.names):
        if len(text) >= _SHORTEST_NAME and name.startswith(text.lower()):
            return field.low + position
    raise ValueError(f"{text!r} is neither a number nor a name")
