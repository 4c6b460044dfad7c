"""What counts as a risk, and the shipped policy for the flags. Both are settings; the reasons are in ``docs/risk-flags.md``."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.kinds import Flag

SECOND_APPROVER_FLAGS: frozenset[Flag] = frozenset({Flag.EARLIER_CONTEST, Flag.REPEATED_APPLICATIONS})
"""Two people look where an owner said "not me" before, and where somebody tries until a reviewer lets them through."""
COOLING_OFF_FLAGS: frozenset[Flag] = frozenset(
    {Flag.EARLIER_CONTEST, Flag.RECENT_PASSWORD_CHANGE, Flag.SOON_AFTER_COMPLETION}
)
"""The owner gets time to say no where somebody else may have come by the password a moment ago."""
OFFICE_FLAGS: frozenset[Flag] = frozenset({Flag.PHOTO_OF_ANOTHER_ACCOUNT})
"""A photo that served for somebody else's account proves nothing: the card itself must be seen."""


@dataclass(frozen=True)
class RiskLimits:
    """What counts as recent or repeated.

    Attributes:
        password_within: A password changed within this time before the application is a recent one.
        completed_within: An application this soon after a completed one is unusual.
        repeated_within: Span in which applications of one account are counted.
        repeated_from: From this many in that span they are repeated, this one included.
    """

    password_within: timedelta = timedelta(days=3)
    completed_within: timedelta = timedelta(days=14)
    repeated_within: timedelta = timedelta(days=30)
    repeated_from: int = 3
