"""How often somebody may knock at a door within an hour or a day. What is over is refused kindly, and stores nothing.

Whole campuses share an address, so networks have generous limits and accounts have strict ones. Nothing that is counted before
a sign-in counts against an account: a stranger must not be able to lock its owner out. Passes are counted by case and by what
opened it, since the thief may have the password. "This was not me" and sign-ins of staff have no limit at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Whose(StrEnum):
    """Against whom something is counted; ``REVIEWER`` is any member of staff."""

    ACCOUNT = "account"
    CASE = "case"
    REVIEWER = "reviewer"
    NETWORK = "network"
    SERVICE = "service"


class Limit(StrEnum):
    """What is counted."""

    SIGN_INS = "sign_ins"
    UPLOADS_OF_NETWORK = "uploads_of_network"
    VERIFICATIONS = "verifications"
    WEBHOOK_POSTS = "webhook_posts"
    APPLICATIONS = "applications"
    UPLOADS = "uploads"
    PASS_REQUESTS = "pass_requests"
    DECISIONS = "decisions"
    PHOTO_VIEWS = "photo_views"
    LOOK_UPS = "look_ups"
    SUBMISSIONS = "submissions"
    FORM_RESPONSES = "form_responses"


@dataclass(frozen=True, slots=True)
class Counted:
    """How one thing is counted.

    Attributes:
        whose: Against whom.
        span: Length of the window; windows are fixed, and begin at multiples of it in UTC.
        most: How often within one window.
        open_if_unknown: Whether the door stays open when the count cannot be read. Only where nothing is given away and nothing
            stored behind it: a fault of storage must not keep people from signing in.
    """

    whose: Whose
    span: timedelta
    most: int
    open_if_unknown: bool = False


DEFAULTS: Final[Mapping[Limit, Counted]] = {
    Limit.SIGN_INS: Counted(Whose.NETWORK, HOUR, 3000, open_if_unknown=True),
    Limit.UPLOADS_OF_NETWORK: Counted(Whose.NETWORK, HOUR, 600),
    Limit.VERIFICATIONS: Counted(Whose.NETWORK, HOUR, 1000, open_if_unknown=True),
    Limit.WEBHOOK_POSTS: Counted(Whose.NETWORK, HOUR, 6000),
    Limit.APPLICATIONS: Counted(Whose.ACCOUNT, DAY, 5),
    Limit.UPLOADS: Counted(Whose.ACCOUNT, HOUR, 30),
    Limit.PASS_REQUESTS: Counted(Whose.CASE, HOUR, 20),
    Limit.DECISIONS: Counted(Whose.REVIEWER, HOUR, 60),
    Limit.PHOTO_VIEWS: Counted(Whose.REVIEWER, HOUR, 120),
    Limit.LOOK_UPS: Counted(Whose.REVIEWER, HOUR, 60),
    Limit.SUBMISSIONS: Counted(Whose.SERVICE, HOUR, 300),
    Limit.FORM_RESPONSES: Counted(Whose.SERVICE, HOUR, 300),
}


@dataclass(frozen=True, slots=True)
class Window:
    """One window in which something is counted, for one caller.

    Attributes:
        limit: What is counted.
        who: Account, case, member of staff or network; kept only as a keyed hash. Empty for the whole service.
        ends_at: When it ends (UTC).
        most: How often it may happen until then.
    """

    limit: Limit
    who: str
    ends_at: datetime
    most: int


def window_of(limit: Limit, counted: Counted, who: str, now: datetime) -> Window:
    """The present window; of the whole service there is one, whoever calls."""
    ends_at = _EPOCH + ((now - _EPOCH) // counted.span + 1) * counted.span
    return Window(limit, "" if counted.whose is Whose.SERVICE else who, ends_at, counted.most)
