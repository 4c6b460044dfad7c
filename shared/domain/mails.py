"""Mails that an application owes, their order of urgency, and the budget of the mail service."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.delivery import Delivery
from shared.domain.links import Purpose


class MailKind(StrEnum):
    """What a mail is about; each has a folder of the same name in ``shared/presentation/mail``."""

    RECEIPT = "receipt"
    OWNER_NOTICE = "owner_notice"
    REVIEW = "review"
    REVIEW_REMINDER = "review_reminder"
    OPERATOR_ALERT = "operator_alert"
    PROMISE_CHANGED = "promise_changed"
    RETURNED = "returned"
    REJECTED = "rejected"
    COOLING_OFF = "cooling_off"
    PICKUP = "pickup"
    PASS_ISSUED = "pass_issued"
    COMPLETED = "completed"
    CLOSED = "closed"
    SLIP_PRINTED = "slip_printed"
    VERIFY_AGAIN = "verify_again"
    BLOCK_LIFTED = "block_lifted"


class Urgency(StrEnum):
    """Classes in which the budget is given out."""

    FIRST = "first"
    STAFF = "staff"
    LATER = "later"
    SKIPPABLE = "skippable"


CAN_WAIT = frozenset({Urgency.LATER, Urgency.SKIPPABLE})

URGENCY: dict[MailKind, Urgency] = {
    MailKind.RECEIPT: Urgency.SKIPPABLE,
    MailKind.OWNER_NOTICE: Urgency.FIRST,
    MailKind.REVIEW: Urgency.STAFF,
    MailKind.REVIEW_REMINDER: Urgency.STAFF,
    MailKind.OPERATOR_ALERT: Urgency.STAFF,
    MailKind.PROMISE_CHANGED: Urgency.LATER,
    MailKind.RETURNED: Urgency.FIRST,
    MailKind.REJECTED: Urgency.FIRST,
    MailKind.COOLING_OFF: Urgency.LATER,
    MailKind.PICKUP: Urgency.FIRST,
    MailKind.PASS_ISSUED: Urgency.FIRST,
    MailKind.COMPLETED: Urgency.LATER,
    MailKind.SLIP_PRINTED: Urgency.FIRST,
    MailKind.VERIFY_AGAIN: Urgency.FIRST,
    MailKind.CLOSED: Urgency.LATER,
    MailKind.BLOCK_LIFTED: Urgency.FIRST,
}

LINK_PURPOSE: dict[MailKind, Purpose] = {
    MailKind.REVIEW: Purpose.REVIEW,
    MailKind.REVIEW_REMINDER: Purpose.REVIEW,
    MailKind.PICKUP: Purpose.PICKUP,
}

SKIP_RECEIPT_AFTER = timedelta(hours=1)
CLOCKS_APART = timedelta(minutes=5)
"""Workers' clocks may differ by so much: a window that one of them began is not yet another one for the others."""
_FRESH = timedelta(minutes=10)
_TURN = timedelta(minutes=2)
"""Those who were turned away come back within so long: the timer runs every minute."""
_SPREAD = timedelta(seconds=30)
_OLDEST = timedelta(hours=24)


class MailState(StrEnum):
    """What became of a mail owed."""

    OWED = "owed"
    SENT = "sent"
    SKIPPED = "skipped"
    REFUSED = "refused"
    BOUNCED = "bounced"
    """Accepted by the mail service, and later reported as not delivered."""


_FOLLOWED_BY: dict[MailState, frozenset[MailState]] = {
    MailState.OWED: frozenset(MailState),
    MailState.SENT: frozenset({MailState.BOUNCED}),
    MailState.SKIPPED: frozenset({MailState.SENT, MailState.BOUNCED}),
}


@dataclass(frozen=True, slots=True)
class OwedMail:
    """One message to one person, owed by a commit, sent at least once.

    Attributes:
        kind: What it is about.
        round: Round or attempt it belongs to; with kind and ``to`` it names the mail.
        to: Address; personal data, therefore only ever in the application's own row.
        owed_at: When the commit that owes it was made (UTC).
        on_file: Whether the address is one the university already trusts.
        with_link: Whether it may carry a link with power; a typed, unconfirmed address never gets one.
        state: Owed, sent or skipped.
        done_at: When it was accepted by the mail service, or skipped (UTC).
        message: Id under which the mail service accepted it; its delivery report names it.
        delivery: Why it came back; None unless it did.
        back_at: When we heard that (UTC).
    """

    kind: MailKind
    round: int
    to: str
    owed_at: datetime
    on_file: bool = False
    with_link: bool = True
    state: MailState = MailState.OWED
    done_at: datetime | None = None
    message: str = ""
    delivery: Delivery | None = None
    back_at: datetime | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        """What makes it one mail: kind, round and addressee."""
        return (self.kind.value, self.round, self.to)

    @property
    def urgency(self) -> Urgency:
        """Its class in the order of DESIGN section 3."""
        return URGENCY[self.kind]

    @property
    def lost(self) -> bool:
        """Whether it surely reached nobody: refused, or come back."""
        return self.state in {MailState.REFUSED, MailState.BOUNCED}

    def sent(self, at: datetime, message: str = "") -> "OwedMail":
        """The same mail, accepted by the mail service under the id ``message``."""
        return replace(self, state=MailState.SENT, done_at=at, message=message)

    def came_back(self, why: Delivery, at: datetime) -> "OwedMail":
        """The same mail, of which a report says that it was not delivered; the report may be faster than our own row."""
        return replace(self, state=MailState.BOUNCED, delivery=why, back_at=at, done_at=self.done_at or at)

    def gives_way_to(self, later: "OwedMail") -> bool:
        """Whether ``later`` may be written in its place: what is owed may become anything, what was sent may come back.

        One that was given up and went out all the same did go out: another worker was about it, or a report proves it.
        """
        return later.state in _FOLLOWED_BY.get(self.state, frozenset())

    def skipped(self, at: datetime) -> "OwedMail":
        """The same mail, given up: only a receipt may be."""
        return replace(self, state=MailState.SKIPPED, done_at=at)

    def refused(self, at: datetime) -> "OwedMail":
        """The same mail, refused by the mail service for good."""
        return replace(self, state=MailState.REFUSED, done_at=at)

    def is_stale_receipt(self, now: datetime) -> bool:
        """Whether it is a receipt that has waited too long to be worth sending."""
        return self.urgency is Urgency.SKIPPABLE and now - self.owed_at >= SKIP_RECEIPT_AFTER


@dataclass(frozen=True, slots=True)
class MailLimits:
    """What the mail service takes (forms-and-mail.md 7.1): by default a custom domain's 30 a minute, 100 an hour."""

    per_minute: int = 30
    per_hour: int = 100
    digest_every: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class MailBudget:
    """The shared bucket: what was sent in the present minute and hour, and when staff last got a digest.

    Windows are counted backwards from their start, so a window begins with the first mail in it.

    Attributes:
        back_at: When those that were turned away come back (UTC): until they had their turn, what is owed only now stands back.
        hour_waited: How many of the present hour's messages could have waited; they have a part of it that they cannot exceed.
    """

    minute_from: datetime
    minute_sent: int
    hour_from: datetime
    hour_sent: int
    staff_at: datetime | None = None
    back_at: datetime | None = None
    hour_waited: int = 0

    @staticmethod
    def fresh(now: datetime) -> "MailBudget":
        """A bucket from which nothing was taken yet."""
        return MailBudget(minute_from=now, minute_sent=0, hour_from=now, hour_sent=0)

    def rolled(self, now: datetime) -> "MailBudget":
        """The bucket at ``now``: windows that have passed (or lie in the future after a clock step) begin anew."""
        bucket = self
        if not -CLOCKS_APART <= now - bucket.minute_from < timedelta(minutes=1):
            bucket = replace(bucket, minute_from=now, minute_sent=0)
        if not -CLOCKS_APART <= now - bucket.hour_from < timedelta(hours=1):
            bucket = replace(bucket, hour_from=now, hour_sent=0, hour_waited=0)
        return bucket

    def room(self, urgency: Urgency, limits: MailLimits, now: datetime) -> int:
        """How many messages of this class may be sent now.

        Staff have a quarter of the hour reserved. What can wait has a quarter at most, however much of it there is, and receipts
        half of that: so half of the hour is left to what cannot wait, and nobody fills it with mails that are cheap to cause.
        """
        bucket = self.rolled(now)
        left = min(limits.per_minute - bucket.minute_sent, limits.per_hour - bucket.hour_sent)
        if urgency in CAN_WAIT:
            part = max(1, limits.per_hour // (8 if urgency is Urgency.SKIPPABLE else 4))
            left = min(left, part - bucket.hour_waited)
        reserve = {
            Urgency.STAFF: 0,
            Urgency.FIRST: limits.per_hour // 4,
            Urgency.LATER: limits.per_hour // 3,
            Urgency.SKIPPABLE: limits.per_hour // 2,
        }[urgency]
        return max(0, min(left, limits.per_hour - bucket.hour_sent - reserve))

    def staff_may_be_told(self, limits: MailLimits, now: datetime) -> bool:
        """Whether staff may be written to now: at once while less than half the hour is spent, else every ten minutes."""
        bucket = self.rolled(now)
        if bucket.staff_at is None or not -CLOCKS_APART <= now - bucket.staff_at < limits.digest_every:
            return True
        return bucket.hour_sent * 2 < limits.per_hour

    def taken(self, count: int, now: datetime, *, staff: bool, waited: bool = False) -> "MailBudget":
        """The bucket after ``count`` messages; ``waited``: they were of a class that can wait."""
        bucket = self.rolled(now)
        return replace(
            bucket,
            minute_sent=bucket.minute_sent + count,
            hour_sent=bucket.hour_sent + count,
            hour_waited=bucket.hour_waited + (count if waited else 0),
            staff_at=now if staff else bucket.staff_at,
        )

    def next_chance(self, urgency: Urgency, limits: MailLimits, now: datetime) -> datetime:
        """When to ask again for this class: at the minute's end; if the hour is spent for it, at the end of its next ten minutes.

        Nobody who owes a mail sleeps for an hour; and all ask at the same moments, so that the next hour is given out in order.
        """
        bucket = self.rolled(now)
        if replace(bucket, minute_sent=0).room(urgency, limits, now):
            return bucket.minute_from + timedelta(minutes=1)
        past = (now - bucket.hour_from) % limits.digest_every
        return min(bucket.hour_from + timedelta(hours=1), now - past + limits.digest_every)

    def turned_away(self, until: datetime, now: datetime) -> "MailBudget":
        """The bucket after somebody was told to come back at ``until``."""
        back = self.back_at
        return self if back is not None and now < back and until <= back else replace(self, back_at=until)

    def stands_back(self, owed_at: datetime, now: datetime) -> datetime | None:
        """Until when a mail owed only now leaves the room to those that wait longer; None if nobody does."""
        if self.back_at is None or now - owed_at >= _FRESH:
            return None
        turn = self.back_at + _TURN
        return turn if self.back_at - timedelta(hours=1) <= now < turn else None


def in_turn(chance: datetime, owed_at: datetime, now: datetime) -> datetime:
    """When a mail that has waited since ``owed_at`` asks again at a chance that all have: the longer it waited the earlier."""
    waited = min(max(now - owed_at, timedelta(0)), _OLDEST)
    return chance + _SPREAD * (1 - waited / _OLDEST)
