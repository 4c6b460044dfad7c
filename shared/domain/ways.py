"""Which way in fits whom, and how long it takes now: the guided choice as values, without words and without I/O."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from shared.domain.business_hours import BusinessCalendar
from shared.domain.kinds import Channel


class Situation(StrEnum):
    """What happened, as people say it on the first page; the order is the one in which they are asked."""

    NEW_PHONE = "new_phone"
    BROKEN_PHONE = "broken_phone"
    LOST_PHONE = "lost_phone"
    SECOND_METHOD = "second_method"
    UNFINISHED_SETUP = "unfinished_setup"
    LINKED_CARD = "linked_card"
    FORGOT_PASSWORD = "forgot_password"


class Beginning(StrEnum):
    """When something happens after an application by one way, made now."""

    AT_ONCE = "at_once"
    STAFF_ARE_THERE = "staff_are_there"
    NEXT_OPENING = "next_opening"
    AT_THE_COUNTER = "at_the_counter"
    COUNTER_CLOSED = "counter_closed"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long a way in takes now.

    Attributes:
        begins: What happens next, and by whom.
        at: From when (UTC); for ``COUNTER_CLOSED`` only its day counts, since each office has hours of its own.
    """

    begins: Beginning
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WayIn:
    """One way in, as it is offered now."""

    channel: Channel
    waiting: Waiting


_BY_APPLICATION: Final = (Channel.WEBSITE, Channel.OFFICE, Channel.IDENTITY_VERIFICATION)

FITTING: Final[dict[Situation, tuple[Channel, ...]]] = {
    Situation.NEW_PHONE: _BY_APPLICATION,
    Situation.BROKEN_PHONE: _BY_APPLICATION,
    Situation.LOST_PHONE: _BY_APPLICATION,
    Situation.SECOND_METHOD: _BY_APPLICATION,
    # Nobody can have linked a card before the first set-up was finished, and only there is a sign-in without MFA possible.
    Situation.UNFINISHED_SETUP: (Channel.FORM, Channel.WEBSITE, Channel.OFFICE),
    Situation.LINKED_CARD: (Channel.IDENTITY_VERIFICATION, Channel.WEBSITE, Channel.OFFICE),
    Situation.FORGOT_PASSWORD: _BY_APPLICATION,
}
"""The ways in that fit a situation, the best one first (the university's procedure, steps 1 and 2)."""

_SHOWN_IN_ORDER: Final = (
    Channel.IDENTITY_VERIFICATION,
    Channel.WEBSITE,
    Channel.OFFICE,
    Channel.FORM,
)


def in_order(on: frozenset[Channel]) -> tuple[Channel, ...]:
    """The ways that are on, in the order in which pages list them: quickest first, the one for few people last."""
    return tuple(each for each in _SHOWN_IN_ORDER if each in on)


def ways_for(situation: Situation, on: frozenset[Channel]) -> tuple[Channel, ...]:
    """The ways to offer in this situation, best first; only such as are on, and never none while any is on."""
    fitting = tuple(each for each in FITTING[situation] if each in on)
    return fitting or in_order(on)


def situations(on: frozenset[Channel]) -> tuple[Situation, ...]:
    """The situations to ask about: nobody is asked for a card that this university does not take."""
    card = Channel.IDENTITY_VERIFICATION in on
    return tuple(each for each in Situation if card or each is not Situation.LINKED_CARD)


def waiting(channel: Channel, now: datetime, calendar: BusinessCalendar) -> Waiting:
    """How long this way takes for somebody who begins now.

    Raises:
        CalendarError: the calendar has no business day within a year.
    """
    if channel is Channel.IDENTITY_VERIFICATION:
        return Waiting(Beginning.AT_ONCE)
    opening = now if calendar.is_open(now) else calendar.next_opening(now)
    if channel is Channel.OFFICE:
        # The desk's calendar tells the working days; the hours of each office are words (a setting).
        today = _local_day(opening, calendar) == _local_day(now, calendar)
        return Waiting(Beginning.AT_THE_COUNTER) if today else Waiting(Beginning.COUNTER_CLOSED, opening)
    begins = Beginning.STAFF_ARE_THERE if opening == now else Beginning.NEXT_OPENING
    return Waiting(begins, opening)


def ways_in(channels: tuple[Channel, ...], now: datetime, calendar: BusinessCalendar) -> tuple[WayIn, ...]:
    """These ways with their waiting times now.

    Raises:
        CalendarError: the calendar has no business day within a year.
    """
    return tuple(WayIn(each, waiting(each, now, calendar)) for each in channels)


def _local_day(at: datetime, calendar: BusinessCalendar) -> date:
    return at.astimezone(calendar.zone).date()
