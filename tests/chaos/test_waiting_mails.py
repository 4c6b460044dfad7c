"""More applications in an hour than the mail service takes mails: the order is kept, staff hear in time, nothing is dropped."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from shared.domain.mails import MailKind, MailState, OwedMail, Urgency
from shared.services.wake_due import LOOKS_IN_THIS_RUN
from tests.chaos.conftest import Scale
from tests.chaos.house import House
from tests.chaos.people import Desk, Walk
from tests.chaos.reckoning import Books, read_books

_PEOPLE_AT_ONCE = 4
_DIGEST_WITHIN = timedelta(minutes=15)
_SAME_TIME = timedelta(minutes=10)
"""Mails owed within one span of the budget's retry count as owed together."""
_LONGEST = timedelta(hours=14)
_SIDE_BY_SIDE = 48
"""Beyond the cases that one run of the timer looks at in order, the queues have so many looked at side by side by two workers."""


@dataclass(frozen=True)
class Budget:
    """What the mail service takes, how many people apply within the hour, and the steps of the clock between groups of them."""

    per_minute: int
    per_hour: int
    people: int
    steps: int


@pytest.fixture
def budget(house: House, scale: Scale) -> Budget:
    """The limits of a new domain in the long form; a tenth of them in the short one. Service and mail service have the same."""
    chosen = Budget(30, 100, scale.people, 1) if scale.long else Budget(8, 24, 12, 10)
    limits = {"MAIL_PER_MINUTE": str(chosen.per_minute), "MAIL_PER_HOUR": str(chosen.per_hour)}
    # A quarter of the hour is kept for staff: at 24 an hour that is one reviewer's six digests.
    one = {} if scale.long else {"REVIEWER_ADDRESSES": house.cloud.people("reviewer")[0]["upn"]}
    house.hire(**limits, **one)
    house.at(datetime.fromisoformat("2026-11-18T10:00:00+09:00"))  # nothing was sent in this hour yet
    return chosen


def test_more_mails_than_the_service_takes_come_late_but_in_order(
    house: House, budget: Budget, scale: Scale
) -> None:
    accepted: dict[str, str] = {}
    begun = house.now()
    applies(house, budget, accepted)
    assert len(accepted) == budget.people
    while waiting(books := read_books(house.settings.storage), accepted):
        assert house.now() - begun < _LONGEST, "mails are still owed"
        house.later(minutes=2)
        time.sleep(scale.of(0, 1))
    mails = [mail for case in accepted for mail in books.cases[case].mails]

    assert dropped(mails) == []
    assert late_digests(mails) == []
    assert overtaken(mails, by=0 if budget.people <= LOOKS_IN_THIS_RUN else _SIDE_BY_SIDE) == []
    assert before_owners(mails) == []
    scale.note(
        f"{budget.people} applications in an hour against {budget.per_hour} mails an hour: "
        f"{sum(each.state is MailState.SENT for each in mails)} sent over "
        f"{(house.now() - begun).total_seconds() / 3600:.1f} h, staff told within {longest_wait(mails)}"
    )


def applies(house: House, budget: Budget, accepted: dict[str, str]) -> None:
    """Everybody applies in the course of an hour of business time."""
    desk = Desk(house)
    walks = [Walk(house, person, desk, accepted) for person in house.people(budget.people)]
    for number in range(0, budget.people, _PEOPLE_AT_ONCE):
        threads = [threading.Thread(target=each.applies) for each in walks[number : number + _PEOPLE_AT_ONCE]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for _ in range(budget.steps):
            house.later(minutes=60 * _PEOPLE_AT_ONCE / budget.people / budget.steps)


def waiting(books: Books, accepted: dict[str, str]) -> int:
    """How many mails are still owed; an application that no worker has seen yet counts as one."""
    unseen = [case for case in accepted if case not in books.cases]
    mails = [mail for case in accepted if case in books.cases for mail in books.cases[case].mails]
    return len(unseen) + sum(each.state is MailState.OWED for each in mails)


def dropped(mails: list[OwedMail]) -> list[OwedMail]:
    """Mails that were not sent, receipts apart."""
    return [
        each for each in mails if each.state is not MailState.SENT and each.urgency is not Urgency.SKIPPABLE
    ]


def late_digests(mails: list[OwedMail]) -> list[timedelta]:
    """How long reviewers waited where that was too long."""
    waits = [_wait(each) for each in mails if each.kind is MailKind.REVIEW]
    return [each for each in waits if each > _DIGEST_WITHIN]


def longest_wait(mails: list[OwedMail]) -> timedelta:
    """How long a reviewer waited at most."""
    return max(_wait(each) for each in mails if each.kind is MailKind.REVIEW)


def overtaken(mails: list[OwedMail], *, by: int) -> list[str]:
    """Mails of the first class that came after more than ``by`` others that were owed clearly later."""
    first = sorted((each for each in mails if each.urgency is Urgency.FIRST), key=lambda each: each.owed_at)
    found: list[str] = []
    for place, each in enumerate(first):
        later = [other for other in first[place:] if other.owed_at - each.owed_at > _SAME_TIME]
        sooner = sum(_done(each) - _done(other) > _SAME_TIME for other in later)
        if sooner > by:
            found.append(f"owed {each.owed_at:%H:%M}, sent {_done(each):%H:%M}, overtaken by {sooner}")
    return found


def before_owners(mails: list[OwedMail]) -> list[str]:
    """Mails that can wait, sent while one that cannot was owed already and waited on."""
    first = [each for each in mails if each.urgency is Urgency.FIRST]
    return [
        f"{each.kind} at {_done(each):%H:%M}"
        for each in mails
        if each.urgency in {Urgency.LATER, Urgency.SKIPPABLE} and each.state is MailState.SENT
        if any(other.owed_at + _SAME_TIME < _done(each) < _done(other) - _SAME_TIME for other in first)
    ]


def _wait(mail: OwedMail) -> timedelta:
    return _done(mail) - mail.owed_at


def _done(mail: OwedMail) -> datetime:
    assert mail.done_at is not None
    return mail.done_at
