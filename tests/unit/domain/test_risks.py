"""Each flag is raised by what it says and by nothing else, and stays when time passes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.accounts import Address
from shared.domain.case_parts import FlagFact
from shared.domain.kinds import Channel, Flag
from shared.domain.photo import PhotoDoubt, StoredPhoto
from shared.domain.risk_limits import RiskLimits
from shared.domain.risks import Earlier, PhotoUse, RiskFindings, flagged, flagged_anew
from shared.domain.states import State
from tests.unit import people
from tests.unit.domain.cases import NOW, case_in

CASE = case_in(State.SUBMITTED)
LIMITS = RiskLimits()
SECOND = timedelta(seconds=1)
OTHER = "fedcba9876543210fedcba9876543210"


def facts(found: RiskFindings | None = None, **differs: object) -> dict[Flag, FlagFact]:
    """What is told of a case that differs so, with these findings."""
    told = flagged(replace(CASE, **differs), found or RiskFindings(), LIMITS)  # type: ignore[arg-type]
    assert told.flags == tuple(each.flag for each in told.flag_facts)
    return {each.flag: each for each in told.flag_facts}


def test_an_ordinary_case_has_no_flag() -> None:
    assert facts(RiskFindings(people.STUDENT)) == {}


def test_a_typed_address_that_is_not_on_file_is_told() -> None:
    assert set(facts(contact_email=people.TYPED)) == {Flag.CONTACT_NOT_ON_FILE}
    assert facts(contact_email=people.OUTSIDE.upper()) == {}
    assert facts(contact_email=people.TYPED, vouched=True, contact_confirmed=True) == {}


def test_an_account_with_its_own_mailbox_alone_is_told() -> None:
    own = (Address(people.OWN_MAILBOX, own_mailbox=True),)
    assert set(facts(addresses=own)) == {Flag.OWN_MAILBOX_ONLY}


def test_methods_that_are_still_registered_are_counted() -> None:
    told = facts(methods_seen=(people.AUTHENTICATOR, people.NUMBER))
    assert told == {
        Flag.METHODS_STILL_REGISTERED: FlagFact(
            Flag.METHODS_STILL_REGISTERED, 2, people.AUTHENTICATOR.created_at
        )
    }


@pytest.mark.parametrize(
    ("changed", "raised"),
    [
        (NOW - timedelta(days=3), 1),
        (NOW - timedelta(days=3) - SECOND, 0),
        (NOW + timedelta(hours=1), 1),
        (None, 0),
    ],
)
def test_a_password_changed_within_three_days_before_or_since_is_recent(
    changed: datetime | None, raised: int
) -> None:
    told = facts(RiskFindings(people.account("hanako", password_changed_at=changed)))
    assert told == (
        {Flag.RECENT_PASSWORD_CHANGE: FlagFact(Flag.RECENT_PASSWORD_CHANGE, 1, changed)} if raised else {}
    )


def test_earlier_applications_are_counted_all_of_them() -> None:
    long_ago = NOW - timedelta(days=300)
    told = facts(RiskFindings(earlier=7, history=(Earlier(long_ago),)))
    assert told == {Flag.EARLIER_APPLICATIONS: FlagFact(Flag.EARLIER_APPLICATIONS, 7, long_ago)}


def test_an_earlier_contest_is_told() -> None:
    assert set(facts(RiskFindings(contested_before=True))) == {Flag.EARLIER_CONTEST}


@pytest.mark.parametrize(("age", "raised"), [(timedelta(days=14), 1), (timedelta(days=14) + SECOND, 0)])
def test_an_application_within_two_weeks_after_a_completion_is_told(age: timedelta, raised: int) -> None:
    completed = NOW - age
    told = facts(RiskFindings(history=(Earlier(NOW - timedelta(days=60), completed),)))
    expected = {Flag.SOON_AFTER_COMPLETION: FlagFact(Flag.SOON_AFTER_COMPLETION, 1, completed)}
    assert told == (expected if raised else {})


def test_the_third_application_within_thirty_days_is_repeated() -> None:
    month = timedelta(days=30)
    tries = (Earlier(NOW - timedelta(days=1)), Earlier(NOW - month))
    told = facts(RiskFindings(history=tries))
    assert told == {
        Flag.REPEATED_APPLICATIONS: FlagFact(Flag.REPEATED_APPLICATIONS, 3, NOW - timedelta(days=1))
    }
    assert facts(RiskFindings(history=(tries[0], Earlier(NOW - month - SECOND)))) == {}


def test_an_application_that_made_way_for_a_stronger_one_is_no_try() -> None:
    made_way = Earlier(NOW - timedelta(hours=2), replaced=True)
    assert facts(RiskFindings(history=(made_way, Earlier(NOW - timedelta(hours=3))))) == {}


def test_a_photo_of_another_persons_application_is_told_with_that_application() -> None:
    told = facts(RiskFindings(photo=PhotoUse((OTHER,), NOW)))
    expected = FlagFact(Flag.PHOTO_OF_ANOTHER_ACCOUNT, 1, NOW, (OTHER,))
    assert told == {Flag.PHOTO_OF_ANOTHER_ACCOUNT: expected}


def test_a_photo_hard_to_judge_and_a_missing_one_are_told() -> None:
    assert set(facts(photo=StoredPhoto("p", (PhotoDoubt.DARK,)))) == {Flag.PHOTO_UNCLEAR}
    assert set(facts(photo=None)) == {Flag.NO_PHOTO}
    assert facts(photo=None, channel=Channel.OFFICE) == {}


def test_a_better_photo_takes_away_what_was_said_of_the_old_one_alone() -> None:
    before = flagged(
        replace(CASE, contact_email=people.TYPED, photo=StoredPhoto("p", (PhotoDoubt.DARK,))),
        RiskFindings(),
        LIMITS,
    )
    after = flagged_anew(replace(before, photo=StoredPhoto("q")), PhotoUse())
    assert after.flags == (Flag.CONTACT_NOT_ON_FILE,)
    again = flagged_anew(replace(before, photo=StoredPhoto("q", (PhotoDoubt.BLURRED,))), PhotoUse())
    assert again.flags == (Flag.CONTACT_NOT_ON_FILE, Flag.PHOTO_UNCLEAR)


def test_another_photo_does_not_undo_that_the_first_one_was_somebody_elses() -> None:
    before = flagged(CASE, RiskFindings(photo=PhotoUse((OTHER,), NOW)), LIMITS)
    after = flagged_anew(replace(before, photo=StoredPhoto("q")), PhotoUse())
    assert after.flag_facts == before.flag_facts
    rerun = flagged(after, RiskFindings(), LIMITS)
    assert rerun.flag_facts == before.flag_facts
    third = flagged_anew(after, PhotoUse(("another",), NOW + SECOND))
    assert third.flag_facts == (FlagFact(Flag.PHOTO_OF_ANOTHER_ACCOUNT, 2, NOW + SECOND, (OTHER, "another")),)


def test_flags_of_a_case_stored_by_an_earlier_version_stay_after_a_better_photo() -> None:
    old = replace(CASE, flags=(Flag.EARLIER_CONTEST, Flag.PHOTO_UNCLEAR))
    assert flagged_anew(old, PhotoUse()).flags == (Flag.EARLIER_CONTEST,)


def test_waiting_does_not_make_a_flag_go_away() -> None:
    """Everything is measured from when the application reached our door, so that no second look sees less."""
    changed = datetime(2026, 7, 13, tzinfo=UTC)
    found = RiskFindings(people.account("hanako", password_changed_at=changed))
    later = flagged(replace(CASE, entered_at=NOW + timedelta(days=20)), found, LIMITS)
    assert later.flags == (Flag.RECENT_PASSWORD_CHANGE,)
