"""NCRONTAB (reference: functions-bindings-timer; atifaziz/NCrontab)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from local.host.schedule import Schedule, ScheduleError

TUESDAY = datetime(2026, 11, 24, 4, 7, 30, 500, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("* * * * * *", "2026-11-24T04:07:31"),
        ("*/20 * * * * *", "2026-11-24T04:07:40"),
        ("0 * * * * *", "2026-11-24T04:08:00"),
        ("30 7 4 * * *", "2026-11-25T04:07:30"),  # strictly later: half a millisecond ago is past
        ("0 */5 * * * *", "2026-11-24T04:10:00"),
        ("0 3/10 * * * *", "2026-11-24T04:13:00"),
        ("0 0 9-17/4 * * *", "2026-11-24T09:00:00"),
        ("0 0,30 22 * * *", "2026-11-24T22:00:00"),
        ("0 0 0 1 * *", "2026-12-01T00:00:00"),
        ("0 0 0 * JAN *", "2027-01-01T00:00:00"),
        ("0 0 0 * january Mon-Fri", "2027-01-01T00:00:00"),
        ("0 0 9 * * 1", "2026-11-30T09:00:00"),
        ("0 0 9 * * sun", "2026-11-29T09:00:00"),
        ("0 0 0 13 * 5", "2027-08-13T00:00:00"),  # both day fields must match, unlike cron
        ("0 0 0 29 2 *", "2028-02-29T00:00:00"),
        ("0 0 0 29 2 0", "2032-02-29T00:00:00"),
        ("0 0 0 31 4,5 *", "2027-05-31T00:00:00"),
        ("15 * * * *", "2026-11-24T04:15:00"),  # five fields begin at the minute
    ],
)
def test_the_next_time(expression: str, expected: str) -> None:
    assert Schedule.parse(expression).next(TUESDAY) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_schedules_are_in_utc_whatever_zone_the_question_has() -> None:
    tokyo = TUESDAY.astimezone(timezone(timedelta(hours=9)))

    assert Schedule.parse("0 0 9 * * *").next(tokyo) == datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    ["", "* * * *", "* * * * * * *", "60 * * * * *", "* * 24 * * *", "* * * 0 * *", "* * * * 13 *", "* * * * * 7",
     "*/0 * * * * *", "5-1 * * * * *", "x * * * * *", "* * * * ja *", "1, * * * * *", "-1 * * * * *", "0 0 0 30 2 *",
     "00:05:00"],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(ScheduleError):
        Schedule.parse(expression)


@pytest.mark.parametrize(
    ("expression", "too_frequent"),
    [("*/30 * * * * *", True), ("0,59 0 0 * * *", True), ("0 * * * * *", False), ("0 0 0 * * *", False)],
)
def test_only_what_fires_at_most_once_a_minute_is_monitored(expression: str, *, too_frequent: bool) -> None:
    assert Schedule.parse(expression).is_too_frequent_to_monitor(TUESDAY) is too_frequent
