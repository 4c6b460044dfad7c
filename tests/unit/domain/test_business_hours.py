"""Business hours of the shipped default (Tokyo, national holidays) and of calendars that strain the rules."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.holiday_calendar import business_calendar
from shared.domain.business_hours import BusinessCalendar
from shared.domain.errors import CalendarError

TOKYO = ZoneInfo("Asia/Tokyo")
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def calendar(**changes: Any) -> BusinessCalendar:  # noqa: ANN401
    plain: dict[str, Any] = {
        "zone": "Asia/Tokyo",
        "opens": "10:00",
        "closes": "17:00",
        "closures": ["12-29/01-03", "2026-08-10/2026-08-15"],
    }
    return business_calendar(**plain | changes)


def tokyo(text: str) -> datetime:
    """A local time as an instant in UTC, as everything stored is."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO).astimezone(UTC)


UTOKYO = calendar()


@pytest.mark.parametrize(
    "day",
    [
        "2026-05-06",  # substitute: 5/3 is a Sunday, chain over 5/4 and 5/5
        "2026-09-22",  # citizens' holiday between 9/21 and 9/23
        "2027-03-22",  # substitute for the equinox on Sunday 3/21
        "2025-11-24",  # substitute
        "2019-04-30",  # citizens' holidays of the accession
        "2019-05-02",
        "2020-07-23",  # Olympic moves
        "2020-07-24",
        "2020-08-10",
        "2021-07-22",
        "2021-07-23",
        "2021-08-09",
        "2026-08-10",  # closures
        "2026-08-14",
        "2026-12-29",  # year end, in any year
        "2027-01-01",
        "2031-01-03",
        "2026-06-13",  # a Saturday
        "2026-06-14",
    ],
)
def test_days_off(day: str) -> None:
    assert not UTOKYO.is_business_day(date.fromisoformat(day))
    assert not UTOKYO.is_open(tokyo(f"{day}T12:00"))


@pytest.mark.parametrize(
    "day",
    [
        "2026-05-07",
        "2026-09-24",
        "2020-07-20",
        "2020-10-12",
        "2026-08-17",
        "2026-12-28",
        "2027-01-04",
        "2026-06-09",
    ],
)
def test_business_days(day: str) -> None:
    assert UTOKYO.is_business_day(date.fromisoformat(day))
    assert UTOKYO.is_open(tokyo(f"{day}T12:00"))


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-06-09T09:59:59.999999", False),
        ("2026-06-09T10:00:00", True),
        ("2026-06-09T16:59:59.999999", True),
        ("2026-06-09T17:00:00", False),
    ],
)
def test_open_from_the_opening_second_up_to_the_closing_second(at: str, *, is_open: bool) -> None:
    assert UTOKYO.is_open(tokyo(at)) is is_open


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-06-09T09:59", "2026-06-09T10:00"),
        ("2026-06-09T10:00", "2026-06-10T10:00"),  # the next one is after it, not at it
        ("2026-06-12T17:00", "2026-06-15T10:00"),  # Friday after closing
        ("2026-09-18T17:00", "2026-09-24T10:00"),  # the evening before five days off
        ("2026-12-28T18:00", "2027-01-04T10:00"),  # over the year end
        ("2026-08-07T20:00", "2026-08-17T10:00"),  # summer closure
        ("2019-04-26T18:00", "2019-05-07T10:00"),  # ten days off
    ],
)
def test_next_opening(at: str, opens: str) -> None:
    assert UTOKYO.next_opening(tokyo(at)) == tokyo(opens)


def test_a_closure_declared_later_moves_the_opening() -> None:
    friday = tokyo("2026-06-12T18:00")
    assert UTOKYO.next_opening(friday) == tokyo("2026-06-15T10:00")
    assert calendar(closures=["2026-06-15"]).next_opening(friday) == tokyo("2026-06-16T10:00")


def test_an_extra_day_opens_on_a_weekend_a_holiday_and_in_a_closure() -> None:
    extra = calendar(extra_days=["2026-08-15", "2026-09-22", "2026-06-13/2026-06-14"])
    for day in ("2026-08-15", "2026-09-22", "2026-06-13", "2026-06-14"):
        assert extra.is_open(tokyo(f"{day}T12:00"))


@pytest.mark.parametrize(
    ("at", "days", "closes"),
    [
        ("2026-06-09T12:00", 5, "2026-06-16T17:00"),
        ("2026-06-12T18:00", 1, "2026-06-15T17:00"),
        ("2026-06-13T12:00", 1, "2026-06-15T17:00"),
        ("2026-09-18T12:00", 1, "2026-09-24T17:00"),
        ("2026-12-25T12:00", 5, "2027-01-07T17:00"),
    ],
)
def test_windows_count_business_days(at: str, days: int, closes: str) -> None:
    assert UTOKYO.closing_after_days(tokyo(at), days) == tokyo(closes)


@pytest.mark.parametrize(
    ("at", "hours", "by"),
    [
        ("2026-06-09T10:00", 4, "2026-06-09T14:00"),
        ("2026-06-09T15:00", 4, "2026-06-10T12:00"),
        ("2026-06-09T13:00", 4, "2026-06-09T17:00"),
        ("2026-06-09T08:00", 4, "2026-06-09T14:00"),
        ("2026-09-18T16:00", 4, "2026-09-24T13:00"),
        ("2026-06-09T12:00", 14, "2026-06-11T12:00"),
    ],
)
def test_promises_count_open_time(at: str, hours: int, by: str) -> None:
    assert UTOKYO.after_open_time(tokyo(at), timedelta(hours=hours)) == tokyo(by)


def test_a_desk_that_is_open_across_midnight() -> None:
    night = calendar(opens="22:00", closes="02:00")
    assert night.is_open(tokyo("2026-06-09T23:59"))
    assert night.is_open(tokyo("2026-06-10T01:59"))
    assert not night.is_open(tokyo("2026-06-10T02:00"))
    assert night.is_open(tokyo("2026-06-13T01:00"))  # Saturday, from Friday evening
    assert not night.is_open(tokyo("2026-06-14T01:00"))
    assert night.after_open_time(tokyo("2026-06-10T01:00"), 2 * HOUR) == tokyo("2026-06-10T23:00")


@pytest.mark.parametrize("text", ["2026-03-29T08:00", "2026-10-25T08:00"])
def test_the_opening_hour_stays_local_when_the_clocks_change(text: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    desk = calendar(zone="Europe/Berlin", country="DE", weekdays=range(1, 8), closures=[])
    opens = desk.next_opening(datetime.fromisoformat(text).replace(tzinfo=berlin))
    assert opens.astimezone(berlin).hour == 10
    assert opens.tzinfo is UTC


@pytest.mark.parametrize("closed", [{"weekdays": ()}, {"closures": ["01-01/12-31"]}])
def test_a_desk_that_never_opens_is_an_error_and_no_endless_loop(closed: dict[str, Any]) -> None:
    never = calendar(**closed)
    at = tokyo("2026-06-09T12:00")
    for ask in (never.next_opening, lambda each: never.closing_after_days(each, 1)):
        with pytest.raises(CalendarError):
            ask(at)
    with pytest.raises(CalendarError):
        never.after_open_time(at, HOUR)


def test_the_leap_day_belongs_to_a_yearly_closure() -> None:
    desk = calendar(closures=["02-28/03-01"])
    assert not desk.is_business_day(date(2028, 2, 29))
    assert not desk.is_business_day(date(2027, 3, 1))
    assert desk.is_business_day(date(2027, 3, 2))


def test_without_a_country_there_are_no_holidays() -> None:
    assert calendar(country="").is_business_day(date(2026, 9, 22))


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Asia/Atlantis"},
        {"zone": "../etc/passwd"},
        {"opens": "10h"},
        {"opens": "10:00+09:00"},
        {"weekdays": (0,)},
        {"weekdays": (8,)},
        {"country": "XX"},
        {"closures": ["2026-02-30"]},
        {"closures": ["2026-08-15/2026-08-10"]},
        {"closures": ["summer"]},
        {"closures": ["13-01"]},
        {"closures": ["2026-08-10/08-15"]},
        {"extra_days": ["12-29"]},
        {"extra_days": ["2026-01-01/2028-01-01"]},
    ],
    ids=str,
)
def test_configuration_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its words come from several libraries
        calendar(**wrong)


@given(at=st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1)))  # noqa: DTZ001 - the zone follows
def test_the_next_opening_is_the_first_open_instant_after_a_closed_one(at: datetime) -> None:
    local = at.replace(tzinfo=TOKYO)
    opens = UTOKYO.next_opening(local)
    assert opens > local
    assert UTOKYO.is_open(opens)
    assert not UTOKYO.is_open(opens - SECOND)
    if not UTOKYO.is_open(local):
        assert UTOKYO.next_opening(local + (opens - local) / 2) == opens


@given(
    at=st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1)),  # noqa: DTZ001 - the zone follows
    minutes=st.integers(1, 3000),
)
def test_open_time_adds_up(at: datetime, minutes: int) -> None:
    local, half = at.replace(tzinfo=TOKYO), timedelta(minutes=minutes)
    once = UTOKYO.after_open_time(local, 2 * half)
    twice = UTOKYO.after_open_time(UTOKYO.after_open_time(local, half), half)
    assert once == twice
