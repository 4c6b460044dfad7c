"""Small values of the domain: references, channels, links, guards, addressees, the mail budget."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.accounts import Address, Method, MethodKind, account_guards, refused
from shared.domain.addressees import receipt, still_wanted, to_applicant, to_owner, to_staff
from shared.domain.errors import LinkError, LinkExpiredError
from shared.domain.kinds import Channel, Guard
from shared.domain.links import LinkClaims, Purpose
from shared.domain.mails import URGENCY, MailBudget, MailKind, MailLimits, OwedMail, Urgency, in_turn
from shared.domain.reviewing import reference_of
from shared.domain.states import State
from tests.unit import people
from tests.unit.domain.cases import ID, NOW, case_in

_PROTECTED = frozenset({people.PROTECTED_GROUP})
_LIMITS = MailLimits()


def test_a_reference_is_short_readable_and_always_the_same() -> None:
    assert reference_of(ID) == "04HM-ASW9"
    assert reference_of("0" * 32) == "0000-0000"
    assert reference_of("f" * 32) == "ZZZZ-ZZZZ"
    assert not set("ILOU") & set(reference_of("fedcba9876543210fedcba9876543210"))


def test_channels_are_ordered_by_the_strength_of_their_evidence() -> None:
    assert [each.value for each in sorted(Channel, key=lambda each: each.strength)] == [
        "form",
        "website",
        "office",
        "identity_verification",
    ]
    assert [each for each in Channel if each.held_until_open] == [Channel.FORM, Channel.WEBSITE]


def test_a_link_is_good_until_the_second_it_expires() -> None:
    claims = LinkClaims(Purpose.PICKUP, ID, "addressee", 1, NOW)
    claims.check(NOW - timedelta(seconds=1))
    for now in (NOW, NOW + timedelta(days=1)):
        with pytest.raises(LinkExpiredError):
            claims.check(now)
    assert issubclass(LinkExpiredError, LinkError)


# --- guards -------------------------------------------------------------------------------------------


def test_an_ordinary_account_passes_every_guard() -> None:
    results = account_guards(people.STUDENT, protected=_PROTECTED)
    assert not refused(results)
    assert {each.guard for each in results} == set(Guard) - {
        Guard.OWNER_NOTIFIED,
        Guard.NOT_BLOCKED,
        Guard.NOT_FROZEN,
        Guard.IN_PERSON_ONLY,
    }


@pytest.mark.parametrize("guard", people.REFUSED_ACCOUNTS)
def test_each_guard_refuses_alone(guard: str) -> None:
    results = account_guards(people.REFUSED_ACCOUNTS[guard], protected=_PROTECTED)
    assert [each.guard.value for each in refused(results)] == [guard]


def test_several_doubts_are_all_named_and_counted_without_naming_groups_or_roles() -> None:
    facts = people.account(
        "x", enabled=False, directory_roles=frozenset({"a", "b"}), groups=_PROTECTED | {"other"}
    )
    results = refused(account_guards(facts, protected=_PROTECTED))
    assert [(each.guard.value, each.detail) for each in results] == [
        ("account_enabled", ""),
        ("no_directory_role", "2"),
        ("not_protected", "1"),
    ]


def test_what_identifies_a_method() -> None:
    slot = Method(MethodKind.PHONE, "mobile", fingerprint="one")
    assert slot.identity == Method(MethodKind.PHONE, "mobile", fingerprint="one", label="other").identity
    assert slot.identity != replace(slot, fingerprint="two").identity
    assert slot.identity != replace(slot, kind=MethodKind.SOFTWARE_OATH).identity
    assert people.AUTHENTICATOR.identity != replace(people.AUTHENTICATOR, created_at=NOW).identity
    assert [each.value for each in MethodKind if not each.is_mfa] == [
        "password",
        "email",
        "temporaryAccessPass",
        "unknown",
    ]


# --- who gets what ------------------------------------------------------------------------------------


def test_the_own_mailbox_gets_news_only_if_there_is_no_other_address() -> None:
    case = case_in(State.APPROVED)
    assert [each.to for each in to_applicant(case, MailKind.PICKUP, NOW, round_=1)] == [people.OUTSIDE]
    only = replace(case, addresses=(Address(people.OWN_MAILBOX, own_mailbox=True),))
    assert [each.to for each in to_applicant(only, MailKind.PICKUP, NOW, round_=1)] == [people.OWN_MAILBOX]


def test_the_owner_is_told_at_every_address_on_file() -> None:
    mails = to_owner(case_in(State.APPROVED), MailKind.OWNER_NOTICE, NOW, round_=1)
    assert [(each.to, each.on_file) for each in mails] == [(people.OUTSIDE, True), (people.OWN_MAILBOX, True)]


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_typed_address_gets_news_and_a_link_only_if_it_was_confirmed(confirmed: bool) -> None:  # noqa: FBT001
    case = case_in(State.APPROVED, contact_email=people.TYPED, contact_confirmed=confirmed)
    typed = to_applicant(case, MailKind.PICKUP, NOW, round_=1)[-1]
    assert (typed.to, typed.on_file, typed.with_link) == (people.TYPED, False, confirmed)


def test_a_typed_address_that_is_on_file_is_written_to_once() -> None:
    case = case_in(State.APPROVED, contact_email=people.OUTSIDE.upper())
    assert [each.to for each in to_applicant(case, MailKind.PICKUP, NOW, round_=1)] == [people.OUTSIDE]
    assert receipt(case, NOW) == ()


def test_staff_are_told_one_by_one() -> None:
    mails = to_staff(people.REVIEWERS, MailKind.REVIEW, NOW, round_=3)
    assert [each.key for each in mails] == [("review", 3, each) for each in people.REVIEWERS]


@pytest.mark.parametrize(
    ("kind", "state", "wanted"),
    [
        (MailKind.OWNER_NOTICE, State.CANCELLED, True),
        (MailKind.REVIEW, State.IN_REVIEW, True),
        (MailKind.REVIEW, State.APPROVED, False),
        (MailKind.REVIEW_REMINDER, State.RETURNED, False),
        (MailKind.RETURNED, State.IN_REVIEW, False),
        (MailKind.PICKUP, State.ISSUED, True),
        (MailKind.PICKUP, State.STOPPING, False),
        (MailKind.PICKUP, State.COMPLETED, False),
        (MailKind.PASS_ISSUED, State.COMPLETED, True),
        (MailKind.CLOSED, State.CANCELLED, True),
        (MailKind.OPERATOR_ALERT, State.SUBMITTED, True),
    ],
)
def test_a_mail_is_wanted_while_it_is_true(kind: MailKind, state: State, wanted: bool) -> None:  # noqa: FBT001
    assert still_wanted(OwedMail(kind, 1, "a@b", NOW), case_in(state)) is wanted


# --- the budget ---------------------------------------------------------------------------------------


def test_a_fresh_bucket_gives_a_minutes_worth() -> None:
    assert MailBudget.fresh(NOW).room(Urgency.FIRST, _LIMITS, NOW) == 30


@pytest.mark.parametrize(
    ("urgency", "left"),
    [(Urgency.STAFF, 40), (Urgency.FIRST, 15), (Urgency.LATER, 7), (Urgency.SKIPPABLE, 0)],
)
def test_each_class_leaves_what_more_urgent_ones_may_need(urgency: Urgency, left: int) -> None:
    limits = MailLimits(per_minute=1000, per_hour=100)
    assert MailBudget(NOW, 0, NOW, 60).room(urgency, limits, NOW) == left


def test_what_can_wait_never_takes_more_than_a_quarter_of_the_hour() -> None:
    limits = MailLimits(per_minute=1000, per_hour=100)
    bucket = MailBudget.fresh(NOW)
    for urgency, most in ((Urgency.SKIPPABLE, 12), (Urgency.LATER, 25)):
        room = bucket.room(urgency, limits, NOW)
        bucket = bucket.taken(room, NOW, staff=False, waited=True)
        assert bucket.hour_sent == most
        assert bucket.room(urgency, limits, NOW) == 0
    assert bucket.room(Urgency.FIRST, limits, NOW) == 50
    assert bucket.room(Urgency.LATER, limits, NOW + timedelta(hours=1)) == 25


def test_what_can_wait_has_its_part_although_much_else_was_sent() -> None:
    busy = MailBudget(NOW, 0, NOW, 50)
    assert busy.room(Urgency.LATER, MailLimits(per_minute=1000), NOW) == 17
    least = MailLimits(per_minute=1, per_hour=1)
    assert MailBudget.fresh(NOW).room(Urgency.LATER, least, NOW) == 1


def test_the_minute_and_the_hour_begin_anew_when_they_have_passed() -> None:
    spent = MailBudget(NOW, 30, NOW, 30)
    assert spent.room(Urgency.FIRST, _LIMITS, NOW + timedelta(seconds=59)) == 0
    assert spent.room(Urgency.FIRST, _LIMITS, NOW + timedelta(seconds=60)) == 30
    full = MailBudget(NOW, 0, NOW, 100)
    assert full.room(Urgency.STAFF, _LIMITS, NOW + timedelta(minutes=59, seconds=59)) == 0
    assert full.room(Urgency.STAFF, _LIMITS, NOW + timedelta(hours=1)) == 30


def test_a_clock_that_was_set_back_does_not_block_the_mail() -> None:
    spent = MailBudget(NOW, 30, NOW, 100, staff_at=NOW)
    before = NOW - timedelta(days=1)
    assert spent.room(Urgency.FIRST, _LIMITS, before) == 30
    assert spent.staff_may_be_told(_LIMITS, before)


def test_never_more_than_the_service_takes() -> None:
    bucket = MailBudget.fresh(NOW)
    for second in range(0, 3600, 7):
        now = NOW + timedelta(seconds=second)
        for urgency in Urgency:
            bucket = bucket.taken(bucket.room(urgency, _LIMITS, now), now, staff=False)
        assert bucket.minute_sent <= 30
        assert bucket.hour_sent <= 100
    assert bucket.hour_sent == 100


def test_staff_wait_for_their_digest_only_when_half_the_hour_is_spent() -> None:
    told = MailBudget(NOW, 0, NOW, 49, staff_at=NOW)
    assert told.staff_may_be_told(_LIMITS, NOW + timedelta(minutes=1))
    busy = replace(told, hour_sent=50)
    assert not busy.staff_may_be_told(_LIMITS, NOW + timedelta(minutes=9, seconds=59))
    assert busy.staff_may_be_told(_LIMITS, NOW + timedelta(minutes=10))
    assert replace(busy, staff_at=None).staff_may_be_told(_LIMITS, NOW)


def test_when_it_is_worth_asking_again() -> None:
    first = Urgency.FIRST
    assert MailBudget(NOW, 30, NOW, 30).next_chance(first, _LIMITS, NOW) == NOW + timedelta(minutes=1)
    now = NOW + timedelta(minutes=5)
    assert MailBudget(now, 30, NOW, 75).next_chance(first, _LIMITS, now) == NOW + timedelta(minutes=10)
    late = NOW + timedelta(minutes=55)
    assert MailBudget(late, 0, NOW, 75).next_chance(first, _LIMITS, late) == NOW + timedelta(hours=1)
    staff = Urgency.STAFF
    assert MailBudget(now, 30, NOW, 75).next_chance(staff, _LIMITS, now) == now + timedelta(minutes=1)


def test_a_worker_whose_clock_is_minutes_behind_does_not_begin_the_window_anew() -> None:
    ahead = MailBudget(NOW, 30, NOW, 100, staff_at=NOW)
    behind = NOW - timedelta(minutes=4)
    assert ahead.room(Urgency.STAFF, _LIMITS, behind) == 0
    assert not ahead.staff_may_be_told(_LIMITS, behind)


def test_who_waits_longer_asks_first_at_the_next_chance() -> None:
    waits = [timedelta(minutes=minutes) for minutes in (600, 90, 89, 1, 0)]
    turns = [in_turn(NOW, NOW - wait, NOW) for wait in waits]
    assert turns == sorted(turns)
    assert len(set(turns)) == len(turns)
    assert all(NOW <= each <= NOW + timedelta(seconds=30) for each in turns)


def test_what_is_owed_only_now_stands_back_until_those_turned_away_had_their_turn() -> None:
    back = NOW + timedelta(minutes=20)
    bucket = MailBudget.fresh(NOW).turned_away(back, NOW)
    at = back + timedelta(seconds=30)
    assert bucket.stands_back(at, at) == back + timedelta(minutes=2)
    assert bucket.stands_back(at - timedelta(minutes=10), at) is None
    assert bucket.stands_back(back, back + timedelta(minutes=2)) is None
    assert bucket.stands_back(NOW - timedelta(days=1), NOW - timedelta(days=1)) is None


def test_the_later_return_of_two_counts_while_it_is_to_come() -> None:
    soon, later = NOW + timedelta(minutes=1), NOW + timedelta(hours=1)
    bucket = MailBudget.fresh(NOW).turned_away(later, NOW)
    assert bucket.turned_away(soon, NOW).back_at == later
    assert bucket.turned_away(later + timedelta(minutes=1), later).back_at == later + timedelta(minutes=1)


def test_only_a_receipt_may_be_dropped() -> None:
    assert [kind for kind, urgency in URGENCY.items() if urgency is Urgency.SKIPPABLE] == [MailKind.RECEIPT]
    assert set(URGENCY) == set(MailKind)
    for kind in MailKind:
        mail = OwedMail(kind, 1, "a@b", NOW)
        assert not mail.is_stale_receipt(NOW + timedelta(minutes=59))
        assert mail.is_stale_receipt(NOW + timedelta(hours=1)) is (kind is MailKind.RECEIPT)
