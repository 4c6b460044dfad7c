"""The guided choice: every situation leads to a way that is on, and waiting times follow the calendar."""

from datetime import UTC, datetime
from itertools import chain, combinations
from zoneinfo import ZoneInfo

import pytest

from shared.adapters.holiday_calendar import business_calendar
from shared.domain.errors import CalendarError
from shared.domain.kinds import Channel
from shared.domain.ways import (
    FITTING,
    Beginning,
    Situation,
    Waiting,
    in_order,
    situations,
    waiting,
    ways_for,
    ways_in,
)

TOKYO = ZoneInfo("Asia/Tokyo")
CALENDAR = business_calendar(zone="Asia/Tokyo", opens="09:00", closes="17:00", closures=["12-29/01-03"])
EVERY = frozenset(Channel)
SOME_ON = [
    frozenset(each) for each in chain.from_iterable(combinations(Channel, size) for size in range(1, 5))
]


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO).astimezone(UTC)


@pytest.mark.parametrize("on", SOME_ON, ids=lambda on: "+".join(sorted(on)))
@pytest.mark.parametrize("situation", list(Situation))
def test_every_situation_leads_to_a_way_that_is_on_and_to_no_other(
    situation: Situation, on: frozenset[Channel]
) -> None:
    offered = ways_for(situation, on)

    assert offered
    assert set(offered) <= on
    assert len(set(offered)) == len(offered)


@pytest.mark.parametrize(
    ("situation", "best"),
    [
        (Situation.NEW_PHONE, Channel.WEBSITE),
        (Situation.BROKEN_PHONE, Channel.WEBSITE),
        (Situation.LOST_PHONE, Channel.WEBSITE),
        (Situation.SECOND_METHOD, Channel.WEBSITE),
        (Situation.UNFINISHED_SETUP, Channel.FORM),
        (Situation.LINKED_CARD, Channel.IDENTITY_VERIFICATION),
        (Situation.FORGOT_PASSWORD, Channel.WEBSITE),
    ],
)
def test_the_way_that_fits_best_comes_first(situation: Situation, best: Channel) -> None:
    assert ways_for(situation, EVERY)[0] is best


def test_the_form_is_for_trouble_in_the_first_set_up_alone() -> None:
    """Everywhere else its sign-in asks for the very method that is missing."""
    fitting = {situation for situation, ways in FITTING.items() if Channel.FORM in ways}

    assert fitting == {Situation.UNFINISHED_SETUP}


def test_who_never_finished_the_set_up_is_not_sent_to_a_card_that_they_cannot_have_linked() -> None:
    assert Channel.IDENTITY_VERIFICATION not in ways_for(Situation.UNFINISHED_SETUP, EVERY)


def test_nobody_is_asked_for_a_card_where_the_card_is_off() -> None:
    without = EVERY - {Channel.IDENTITY_VERIFICATION}

    assert set(situations(EVERY)) == set(Situation)
    assert set(Situation) - set(situations(without)) == {Situation.LINKED_CARD}


def test_lists_hold_each_way_that_is_on_once() -> None:
    for on in SOME_ON:
        assert set(in_order(on)) == on
        assert len(in_order(on)) == len(on)


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2026-11-20T16:59:59", None),  # a Friday, a second before closing
        ("2026-11-20T17:00:00", "2026-11-24T09:00:00"),  # the Monday is a holiday
        ("2026-11-23T12:00:00", "2026-11-24T09:00:00"),
        ("2026-11-24T08:59:59", "2026-11-24T09:00:00"),
        ("2026-11-24T09:00:00", None),
        ("2026-12-28T20:00:00", "2027-01-04T09:00:00"),  # the year-end closure
        ("2026-09-18T18:00:00", "2026-09-24T09:00:00"),  # five days off
    ],
)
@pytest.mark.parametrize("channel", [Channel.WEBSITE, Channel.FORM])
def test_what_staff_review_waits_for_the_next_opening(
    channel: Channel, now: str, opening: str | None
) -> None:
    found = waiting(channel, tokyo(now), CALENDAR)

    if opening is None:
        assert found == Waiting(Beginning.STAFF_ARE_THERE, tokyo(now))
    else:
        assert found == Waiting(Beginning.NEXT_OPENING, tokyo(opening))


@pytest.mark.parametrize("now", ["2026-11-22T03:00:00", "2026-12-31T23:59:59", "2026-11-24T10:00:00"])
def test_the_card_works_at_any_hour(now: str) -> None:
    assert waiting(Channel.IDENTITY_VERIFICATION, tokyo(now), CALENDAR) == Waiting(Beginning.AT_ONCE)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-20T08:00:00", None),  # it opens later today: the hours are the office's own
        ("2026-11-20T12:00:00", None),
        ("2026-11-20T18:00:00", "2026-11-24"),
        ("2026-11-21T12:00:00", "2026-11-24"),  # a Saturday
        ("2026-12-30T12:00:00", "2027-01-04"),
    ],
)
def test_the_office_is_told_by_days(now: str, day: str | None) -> None:
    found = waiting(Channel.OFFICE, tokyo(now), CALENDAR)

    if day is None:
        assert found == Waiting(Beginning.AT_THE_COUNTER)
    else:
        assert found.begins is Beginning.COUNTER_CLOSED
        assert found.at is not None
        assert found.at.astimezone(TOKYO).date().isoformat() == day


def test_a_desk_that_is_open_past_midnight_has_an_office_that_is_open_too() -> None:
    night = business_calendar(zone="Asia/Tokyo", opens="18:00", closes="02:00")

    assert waiting(Channel.OFFICE, tokyo("2026-11-21T01:00:00"), night) == Waiting(Beginning.AT_THE_COUNTER)


def test_each_way_carries_its_own_waiting_time() -> None:
    sunday = tokyo("2026-11-22T12:00:00")

    found = ways_in((Channel.IDENTITY_VERIFICATION, Channel.WEBSITE, Channel.OFFICE), sunday, CALENDAR)

    assert [each.waiting.begins for each in found] == [
        Beginning.AT_ONCE,
        Beginning.NEXT_OPENING,
        Beginning.COUNTER_CLOSED,
    ]


def test_a_calendar_that_never_opens_says_so() -> None:
    never = business_calendar(zone="Asia/Tokyo", opens="09:00", closes="17:00", weekdays=[])

    with pytest.raises(CalendarError):
        waiting(Channel.WEBSITE, tokyo("2026-11-20T12:00:00"), never)
