"""What the page about personal data is given: how long each kind of it is kept."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class PrivacyView:
    """Whole days, as people count them; a setting of half a day is told as one."""

    photo_days: int
    details_days: int
    contest_days: int
    case_days: int
    unconfirmed_days: int


def privacy_view(rules: Rules) -> PrivacyView:
    """The spans that are in force now."""
    kept = rules.retention
    return PrivacyView(
        photo_days=_days(rules.photo_retention),
        details_days=_days(kept.details),
        contest_days=_days(rules.contest_for),
        case_days=_days(max(kept.case, rules.contest_for)),
        unconfirmed_days=_days(kept.unconfirmed),
    )


def _days(span: timedelta) -> int:
    return -(-span // timedelta(days=1))
