"""The configured rules of one university: spans, limits and the people who are told. Pure values, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from shared.domain.business_hours import BusinessCalendar
from shared.domain.kinds import Channel, Flag
from shared.domain.limits import DEFAULTS, Counted, Limit
from shared.domain.mails import MailLimits
from shared.domain.retention import Retention
from shared.domain.risk_limits import COOLING_OFF_FLAGS, OFFICE_FLAGS, SECOND_APPROVER_FLAGS, RiskLimits
from shared.domain.surge import SurgeLimits


class Removal(StrEnum):
    """What becomes of the old methods once a new one is registered."""

    REMOVE_AFTER_REGISTRATION = "remove_after_registration"
    KEEP = "keep"


@dataclass(frozen=True)
class Rules:
    """What a university can set; the defaults follow the published UTokyo procedure where it says something.

    Attributes:
        calendar: Business hours of the support desk.
        reviewers: Addresses of the reviewers, told of each application.
        operators: Addresses of the operators, told of what needs attention.
        protected: Object ids of the groups for whose members no pass is ever made.
        review_within: Open time within which staff promise to look.
        second_approver_for: Flags that ask for a second approver; ``cooling_off_for`` for the security delay after approval,
            ``office_for`` for the office or the card instead of a reviewer (``flag_policy``).
        risk_limits: What counts as recent or repeated.
        photo_print_kept: How long the digest of a photo is kept to recognise it in another account's application.
        return_days: Business days the applicant has for a better photo.
        pickup_days: Business days the applicant has to collect the pass.
        cooling_off: Security delay, counted from the accepted owner notice.
        link_cooling: Age that a link between account and card must have before it is used without delay.
        contest_for: How long after completion the owner may still contest.
        photo_retention: How long a photo is kept after the decision.
        retention: How long the rest is kept after the end of the case.
        max_attempts: How often a pass may be asked for in one case.
        issue_deadline: Life of one claim of an attempt.
        write_margin: No Graph write later than this before the deadline.
        one_time_pass: Whether the pass is spent by its first use.
        removal: What becomes of old methods.
        office_scopes: For each group of clerks the groups and faculties (``*``: all) whose people they may act for.
        counter_within: How long a clerk may compare before the look-up at the counter is forgotten.
        slip_life: How long a printed slip works.
        card_passes_per_day: How many passes an account may get by card within 24 hours.
        forms_without_token: Whether a form may come with a shared key instead of the flow's token: weaker.
        channels: The ways in that are on; the worker refuses what comes by another one, whatever web let in.
        evaluation: Whether the service is only tried out: everything happens except the pass.
        limits: How often somebody may knock at a door.
        surge: The most passes of the whole service within an hour and a day.
        system_patience: How long the system may try before an operator is told.
    """

    calendar: BusinessCalendar
    reviewers: tuple[str, ...]
    operators: tuple[str, ...]
    protected: frozenset[str]
    review_within: timedelta = timedelta(hours=4)
    second_approver_for: frozenset[Flag] = SECOND_APPROVER_FLAGS
    cooling_off_for: frozenset[Flag] = COOLING_OFF_FLAGS
    office_for: frozenset[Flag] = OFFICE_FLAGS
    risk_limits: RiskLimits = field(default_factory=RiskLimits)
    photo_print_kept: timedelta = timedelta(days=400)
    return_days: int = 5
    pickup_days: int = 5
    cooling_off: timedelta = timedelta(hours=24)
    link_cooling: timedelta = timedelta(days=7)
    contest_for: timedelta = timedelta(days=30)
    photo_retention: timedelta = timedelta(days=7)
    retention: Retention = field(default_factory=Retention)
    max_attempts: int = 5
    issue_deadline: timedelta = timedelta(minutes=3)
    write_margin: timedelta = timedelta(seconds=90)
    one_time_pass: bool = True
    removal: Removal = Removal.REMOVE_AFTER_REGISTRATION
    system_patience: timedelta = timedelta(hours=1)
    mail_limits: MailLimits = field(default_factory=MailLimits)
    office_scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    counter_within: timedelta = timedelta(hours=1)
    slip_life: timedelta = timedelta(hours=24)
    card_passes_per_day: int = 3
    forms_without_token: bool = False
    channels: frozenset[Channel] = frozenset(Channel)
    surge: SurgeLimits = field(default_factory=SurgeLimits)
    evaluation: bool = False
    limits: Mapping[Limit, Counted] = field(default_factory=lambda: DEFAULTS)
