"""The sample university: its clock, its holiday and its rules."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from shared.domain.business_hours import BusinessCalendar, Hours
from shared.domain.limits import DEFAULTS, Limit
from shared.domain.rules import Rules
from tests.unit import people

TOKYO = ZoneInfo("Asia/Tokyo")
HOLIDAY = date(2026, 7, 20)
"""Marine Day, a Monday."""


def tokyo(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """An instant of 2026, told in Tokyo."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=TOKYO).astimezone(UTC)


WEDNESDAY_MORNING = tokyo(7, 15, 10)
FRIDAY_EVENING = tokyo(7, 17, 20)
TUESDAY_OPENING = tokyo(7, 21, 9)


_LIMITS = {**DEFAULTS, Limit.APPLICATIONS: replace(DEFAULTS[Limit.APPLICATIONS], most=1000)}
"""One student applies as often as a test wants; what the limits do is tested at the doors, by limits of its own."""


def rules_of(**differs: object) -> Rules:
    """Monday to Friday, 9:00 to 17:00 in Tokyo, and the shipped defaults."""
    calendar = BusinessCalendar(
        zone=TOKYO, hours=Hours(time(9), time(17)), is_holiday=lambda day: day == HOLIDAY
    )
    ordinary: dict[str, object] = {
        "calendar": calendar,
        "reviewers": people.REVIEWERS,
        "operators": people.OPERATORS,
        "protected": frozenset({people.PROTECTED_GROUP}),
        "office_scopes": people.OFFICE_SCOPES,
        "limits": _LIMITS,
    }
    return Rules(**(ordinary | differs))  # type: ignore[arg-type]  # tests name the fields of Rules
