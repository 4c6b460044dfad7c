"""What can be wrong with an environment: a closed list of codes, what they are about, and the report that the worker keeps.

A finding names a table, a permission or a setting of ours, never a person, an address or a value. What each code means and
how to mend it is told by the operator's command and in ``docs/doctor.md``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.domain.business_hours import BusinessCalendar
from shared.domain.errors import CalendarError


class HealthCode(StrEnum):
    """What is wrong."""

    SETTINGS_INCOMPLETE = "settings_incomplete"
    STORAGE_REFUSED = "storage_refused"
    STORAGE_MISSING = "storage_missing"
    STORAGE_SILENT = "storage_silent"
    POISON_WAITING = "poison_waiting"
    POISON_PARKED = "poison_parked"
    GRAPH_REFUSED = "graph_refused"
    GRAPH_SILENT = "graph_silent"
    PASS_POLICY_OFF = "pass_policy_off"
    MAIL_REFUSED = "mail_refused"
    MAIL_SILENT = "mail_silent"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_SILENT = "sign_in_silent"
    CALENDAR_CLOSED = "calendar_closed"
    HOLIDAYS_UNKNOWN = "holidays_unknown"
    CLOSURES_PAST = "closures_past"
    KEY_OLD = "key_old"
    BACKUP_OLD = "backup_old"
    CLOCK_SKEWED = "clock_skewed"
    CHECK_BROKEN = "check_broken"
    WORKER_SILENT = "worker_silent"
    REPORT_MISSING = "report_missing"
    REPORT_OLD = "report_old"


WARNINGS: Final = frozenset(
    {
        HealthCode.POISON_WAITING,
        HealthCode.POISON_PARKED,
        HealthCode.HOLIDAYS_UNKNOWN,
        HealthCode.CLOSURES_PAST,
        HealthCode.KEY_OLD,
        HealthCode.BACKUP_OLD,
    }
)
"""To be looked at in daylight: the service does its work all the same, and stays ready."""

REPORT_OLD_AFTER: Final = timedelta(minutes=25)
"""The worker checks every ten minutes: two runs may fail before its report says nothing any more."""
KEY_OLD_AFTER: Final = timedelta(days=200)
"""Keys that can be rotated are rotated twice a year; the rest is for holidays and the order of things."""
MOST_SKEW: Final = timedelta(seconds=60)
"""No write to Graph comes later than 90 s before the deadline of a claim: two clocks that differ by more would eat that up."""
OPENS_WITHIN: Final = timedelta(days=31)
"""A desk that does not open for a month is a mistake in the settings."""
_LOOKED_AHEAD: Final = 366


class GraphCall(StrEnum):
    """Each permission of the worker that one harmless call shows; the value is the app role that is missing if Graph says no."""

    USERS = "User.Read.All"
    ROLES = "RoleManagement.Read.Directory"
    ELIGIBLE_ROLES = "RoleEligibilitySchedule.Read.Directory"
    PASS_POLICY = "Policy.Read.AuthenticationMethod"
    METHODS = "UserAuthenticationMethod.Read.All"
    PASSES = "UserAuthMethod-TAP.ReadWrite.All"
    SESSIONS = "User.RevokeSessions.All"
    PHONES = "UserAuthMethod-Phone.ReadWrite.All"
    AUTHENTICATORS = "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All"
    SOFTWARE_TOKENS = "UserAuthMethod-SoftwareOATH.ReadWrite.All"
    PASSKEYS = "UserAuthMethod-Passkey.ReadWrite.All"
    WINDOWS_HELLO = "UserAuthMethod-WindowsHello.ReadWrite.All"
    PLATFORM_CREDENTIALS = "UserAuthMethod-PlatformCred.ReadWrite.All"


REMOVALS: Final = frozenset(
    {
        GraphCall.PHONES,
        GraphCall.AUTHENTICATORS,
        GraphCall.SOFTWARE_TOKENS,
        GraphCall.PASSKEYS,
        GraphCall.WINDOWS_HELLO,
        GraphCall.PLATFORM_CREDENTIALS,
    }
)
"""Needed only where old methods are removed: with OLD_METHODS=keep the templates give none of them."""


class SignInAs(StrEnum):
    """The app registrations as which web signs people in."""

    APPLICANTS = "applicants"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        code: What.
        about: Which table, queue, container, permission, setting or check of ours, by its fixed name; may be empty.
    """

    code: HealthCode
    about: str = ""

    @property
    def warning(self) -> bool:
        """Whether the service does its work all the same."""
        return self.code in WARNINGS


@dataclass(frozen=True, slots=True)
class KeySeen:
    """Since when the worker has signed with a key.

    Attributes:
        name: The setting.
        mark: Twelve hexadecimal digits of a keyed hash: tells keys apart, and nothing about them.
        since: When the worker first used it (UTC); a key may be older than that, never younger.
    """

    name: str
    mark: str
    since: datetime


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What the worker found when it last looked.

    Attributes:
        at: The business time, UTC.
        findings: What is wrong.
        keys: Since when each key is used.
        package: The mark of the package that the worker runs from; empty: none has said.
    """

    at: datetime
    findings: tuple[Finding, ...] = ()
    keys: tuple[KeySeen, ...] = ()
    package: str = ""

    @property
    def failed(self) -> tuple[HealthCode, ...]:
        """The codes that keep the service from its work, each once, in their order."""
        return tuple(sorted({each.code for each in self.findings if not each.warning}))

    def is_old(self, now: datetime) -> bool:
        """Whether it says nothing about the present any more; so does one from the future."""
        return abs(now - self.at) > REPORT_OLD_AFTER


def calendar_findings(calendar: BusinessCalendar, now: datetime, *, has_country: bool) -> list[Finding]:
    """Whether the calendar knows enough of the coming year.

    Args:
        calendar: The configured one.
        now: UTC.
        has_country: Whether national holidays are asked for at all.
    """
    found = []
    try:
        opens = calendar.next_opening(now)
    except CalendarError:
        opens = None
    if not calendar.is_open(now) and (opens is None or opens - now > OPENS_WITHIN):
        found.append(Finding(HealthCode.CALENDAR_CLOSED))
    today = now.astimezone(calendar.zone).date()
    if has_country and not any(
        calendar.is_holiday(today + timedelta(days=number)) for number in range(_LOOKED_AHEAD)
    ):
        found.append(Finding(HealthCode.HOLIDAYS_UNKNOWN))
    if calendar.closures and max(calendar.closures) < today:
        found.append(Finding(HealthCode.CLOSURES_PAST, "CLOSURES"))
    return found


def keys_seen(marks: dict[str, str], before: tuple[KeySeen, ...], now: datetime) -> tuple[KeySeen, ...]:
    """The keys in use, each with the time since it is: taken over from ``before`` as long as it is the same one."""
    known = {(each.name, each.mark): each for each in before}
    return tuple(known.get((name, mark)) or KeySeen(name, mark, now) for name, mark in sorted(marks.items()))


def key_findings(keys: tuple[KeySeen, ...], now: datetime) -> list[Finding]:
    """The keys that should have been rotated."""
    return [Finding(HealthCode.KEY_OLD, each.name) for each in keys if now - each.since > KEY_OLD_AFTER]


def backup_findings(
    newest: datetime | None, every: timedelta, keys: tuple[KeySeen, ...], now: datetime
) -> list[Finding]:
    """Whether exports of the tables have stopped: none was brought to its end for twice the time after which one is due.

    Args:
        newest: When the newest whole export was begun (UTC); None if there is none.
        every: How long after one export the next is due; zero: none is made.
        keys: Where there is no export at all, the time counts from when this worker first used one of its keys.
        now: UTC.
    """
    since = newest or min((each.since for each in keys), default=None)
    if every and (since is None or now - since > 2 * every):
        return [Finding(HealthCode.BACKUP_OLD)]
    return []
