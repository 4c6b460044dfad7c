"""Business calendar from plain configuration; national holidays by the ``holidays`` library.

The library was chosen over a table of our own: it knows substitute and citizens' holidays.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.domain.business_hours import BusinessCalendar, Hours

if TYPE_CHECKING:
    from holidays import HolidayBase

_DAY = r"\d{4}-\d{2}-\d{2}"
_MONTH_DAY = r"\d{2}-\d{2}"
_DATED = re.compile(rf"({_DAY})(?:/({_DAY}))?")
_YEARLY = re.compile(rf"({_MONTH_DAY})(?:/({_MONTH_DAY}))?")
_LEAP_YEAR = 2024
_LONGEST = 366
_WEEKDAYS = frozenset(range(1, 8))


def national_holidays(country: str) -> Callable[[date], bool]:
    """Whether a local date is a national holiday of a country (ISO 3166-1 alpha-2, such as ``JP``); empty: never.

    Raises:
        ValueError: the library does not know the country.
    """
    if not country:
        return _never
    holidays = _holidays_of(country)
    return lambda day: day in holidays


def business_calendar(
    *,
    zone: str,
    opens: str,
    closes: str,
    weekdays: Iterable[int] = (1, 2, 3, 4, 5),
    country: str = "JP",
    closures: Sequence[str] = (),
    extra_days: Sequence[str] = (),
) -> BusinessCalendar:
    """The business calendar that plain configuration describes.

    Args:
        zone: Name of the time zone, such as ``Asia/Tokyo``.
        opens: Local opening time, such as ``10:00``.
        closes: Local closing time; at or before ``opens`` it is on the next day.
        weekdays: ISO weekdays (Monday is 1).
        country: Country of the national holidays; empty for none.
        closures: Days or spans, last day included: ``2026-08-10/2026-08-15``, ``2026-05-01``, and every year
            ``12-29/01-03`` or ``04-12``.
        extra_days: Days or spans on which the desk opens all the same: ``2026-08-16``.

    Raises:
        ValueError: one of them cannot be understood; the text names it.
    """
    days = frozenset(weekdays)
    if not days <= _WEEKDAYS:
        raise ValueError("weekdays: ISO weekdays are 1 to 7")
    dated, yearly = closed_days(closures)
    return BusinessCalendar(
        zone=_zone(zone),
        hours=Hours(_time(opens), _time(closes)),
        is_holiday=national_holidays(country),
        weekdays=days,
        closures=dated,
        yearly_closures=yearly,
        extra_days=opened_days(extra_days),
    )


def closed_days(closures: Sequence[str]) -> tuple[frozenset[date], frozenset[tuple[int, int]]]:
    """The dated days, and the (month, day) pairs of every year, that configured closures mean.

    Raises:
        ValueError: one of them cannot be understood; the text names it.
    """
    yearly = [each for each in closures if _YEARLY.fullmatch(each)]
    dated = [each for each in closures if not _YEARLY.fullmatch(each)]
    return opened_days(dated), frozenset(day for each in yearly for day in _yearly_span(each))


def opened_days(spans: Sequence[str]) -> frozenset[date]:
    """The days that dated days and spans mean.

    Raises:
        ValueError: one of them cannot be understood; the text names it.
    """
    return frozenset(day for each in spans for day in _dated_span(each))


def _never(_: date) -> bool:
    return False


@cache
def _holidays_of(country: str) -> "HolidayBase":
    import holidays

    try:
        return holidays.country_holidays(country)
    except NotImplementedError as error:
        raise ValueError(f"holidays: no country {country!r}") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone {name!r}") from error


def _time(text: str) -> time:
    found = time.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError(f"{text!r}: opening hours are local, without a zone")
    return found


def _dated_span(text: str) -> set[date]:
    found = _DATED.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r}: neither a day nor a span of days")
    first = date.fromisoformat(found[1])
    last = date.fromisoformat(found[2] or found[1])
    if not 0 <= (last - first).days <= _LONGEST:
        raise ValueError(f"{text!r}: the span ends before it starts, or lasts over a year")
    return {first + timedelta(days=number) for number in range((last - first).days + 1)}


def _yearly_span(text: str) -> set[tuple[int, int]]:
    """The (month, day) pairs of a yearly span; one that ends before it starts goes over the new year."""
    found = _YEARLY.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r}: neither a day of the year nor a span of them")
    first = date.fromisoformat(f"{_LEAP_YEAR}-{found[1]}")
    last = date.fromisoformat(f"{_LEAP_YEAR}-{found[2] or found[1]}")
    if last < first:
        last = (
            last.replace(year=_LEAP_YEAR + 1)
            if (last.month, last.day) != (2, 29)
            else date(_LEAP_YEAR + 1, 3, 1)
        )
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {(day.month, day.day) for day in days}
