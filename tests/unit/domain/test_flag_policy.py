"""What flags ask for: in each way in, by the shipped policy, and never less than before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain import deciding, reviewing
from shared.domain.accounts import account_guards
from shared.domain.application import Application
from shared.domain.flag_policy import (
    Consequence,
    asks_besides_clerk,
    cools_off,
    explained,
    in_person_only,
    needed_approvals,
    policy_guard,
)
from shared.domain.kinds import Channel, DecisionKind, Flag, Guard
from shared.domain.mails import MailKind
from shared.domain.requests import Outcome, RequestKind
from shared.domain.reviewing import Prechecks
from shared.domain.risks import PhotoUse
from shared.domain.rules import Rules
from shared.domain.staff import Decider
from shared.domain.states import State
from tests.unit import people
from tests.unit.domain.cases import NOW, REI, REN, RULES, case_in, request
from tests.unit.university import rules_of

ORDINARY = {
    Flag.METHODS_STILL_REGISTERED,
    Flag.EARLIER_APPLICATIONS,
    Flag.PHOTO_UNCLEAR,
    Flag.NO_PHOTO,
    Flag.OWN_MAILBOX_ONLY,
    Flag.CONTACT_NOT_ON_FILE,
}
"""Flags that honest people have every day: with these one reviewer is enough."""
BY_PASSWORD = [Channel.FORM, Channel.WEBSITE]
FLAGS = st.frozensets(st.sampled_from(list(Flag)))


def approve(case: Application, rules: Rules = RULES, by: Decider | None = None) -> Application:
    """A reviewer approves in the present round."""
    asked = request(RequestKind.DECISION, case.round, decision=DecisionKind.APPROVE.value)
    return deciding.decide(case, asked, by or Decider(REI, "employee-rei"), NOW, rules).application


@pytest.mark.parametrize("flag", sorted(ORDINARY))
def test_what_honest_people_have_every_day_needs_one_reviewer_and_no_delay(flag: Flag) -> None:
    case = reviewing.open_review(case_in(State.SUBMITTED, flags=(flag,)), NOW, RULES).application
    assert case.needs == 1
    assert approve(case).state is State.APPROVED


@pytest.mark.parametrize(
    ("flag", "asked"),
    [
        (Flag.EARLIER_CONTEST, (Consequence.SECOND_APPROVER, Consequence.COOLING_OFF)),
        (Flag.REPEATED_APPLICATIONS, (Consequence.SECOND_APPROVER,)),
        (Flag.RECENT_PASSWORD_CHANGE, (Consequence.COOLING_OFF,)),
        (Flag.SOON_AFTER_COMPLETION, (Consequence.COOLING_OFF,)),
        (Flag.PHOTO_OF_ANOTHER_ACCOUNT, (Consequence.OFFICE,)),
    ],
)
@pytest.mark.parametrize("channel", BY_PASSWORD)
def test_the_shipped_policy(channel: Channel, flag: Flag, asked: tuple[Consequence, ...]) -> None:
    case = case_in(State.IN_REVIEW, flags=(flag,), channel=channel)
    (told,) = explained(case, RULES)
    assert (told.fact.flag, told.consequences) == (flag, asked)


def test_two_people_approve_where_the_flag_asks_for_it() -> None:
    rules = rules_of(second_approver_for=frozenset({Flag.NO_PHOTO}))
    case = reviewing.open_review(case_in(State.SUBMITTED, flags=(Flag.NO_PHOTO,)), NOW, rules).application
    once = approve(case, rules)
    assert (once.state, once.needs) == (State.IN_REVIEW, 2)
    assert approve(once, rules, Decider(REN, "employee-ren")).state is State.APPROVED


@pytest.mark.parametrize("channel", BY_PASSWORD)
def test_an_approved_case_cools_off_where_the_flag_asks_for_it_and_the_owner_is_told(
    channel: Channel,
) -> None:
    case = case_in(State.IN_REVIEW, flags=(Flag.RECENT_PASSWORD_CHANGE,), channel=channel)
    asked = request(RequestKind.DECISION, case.round, decision=DecisionKind.APPROVE.value)
    change = deciding.decide(case, asked, Decider(REI, "employee-rei"), NOW, RULES)
    assert (change.application.state, change.application.due_at) == (
        State.COOLING_OFF,
        NOW + timedelta(hours=24),
    )
    assert {each.kind for each in change.mails} == {MailKind.COOLING_OFF}


def test_an_approval_that_a_flag_forbids_is_refused_and_told_to_the_operator() -> None:
    """No page of ours offers it: a web in other hands does."""
    case = case_in(State.IN_REVIEW, flags=(Flag.PHOTO_OF_ANOTHER_ACCOUNT,))
    asked = request(RequestKind.DECISION, case.round, decision=DecisionKind.APPROVE.value)
    change = deciding.decide(case, asked, Decider(REI, "employee-rei"), NOW, RULES)
    after = change.application
    assert (after.state, after.round, after.approvals) == (State.IN_REVIEW, case.round + 1, ())
    assert change.answers[0].outcome is Outcome.REFUSED
    assert change.events[-1].detail["why"] == "in_person_only"
    assert MailKind.OPERATOR_ALERT in {each.kind for each in change.mails}


def test_it_can_be_sent_to_the_office() -> None:
    case = case_in(State.IN_REVIEW, flags=(Flag.PHOTO_OF_ANOTHER_ACCOUNT,))
    asked = request(RequestKind.DECISION, case.round, decision="reject", reason_code="use_office")
    assert deciding.decide(case, asked, Decider(REI, "e"), NOW, RULES).application.state is State.REJECTED


@pytest.mark.parametrize("channel", list(Channel))
def test_the_office_rule_is_a_guard_of_its_own_before_the_pass(channel: Channel) -> None:
    case = case_in(State.APPROVED, flags=(Flag.PHOTO_OF_ANOTHER_ACCOUNT,), channel=channel)
    guard = policy_guard(case, RULES)
    assert (guard.guard, guard.passed) == (Guard.IN_PERSON_ONLY, channel not in BY_PASSWORD)


@settings(deadline=None)
@given(flags=FLAGS)
def test_a_person_who_was_there_is_neither_delayed_nor_sent_to_the_office(flags: frozenset[Flag]) -> None:
    rules = rules_of(cooling_off_for=frozenset(Flag), office_for=frozenset(Flag))
    for channel in set(Channel) - set(BY_PASSWORD):
        case = case_in(State.IN_REVIEW, flags=tuple(flags), channel=channel)
        assert not cools_off(case, rules)
        assert not in_person_only(case, rules)


def test_at_the_counter_a_contest_asks_a_reviewer_whatever_is_set_and_repeated_tries_do_not() -> None:
    nothing = rules_of(second_approver_for=frozenset())
    everything = rules_of(second_approver_for=frozenset(Flag))
    assert asks_besides_clerk({Flag.EARLIER_CONTEST}, nothing)
    assert not asks_besides_clerk({Flag.REPEATED_APPLICATIONS}, everything)
    assert asks_besides_clerk({Flag.METHODS_STILL_REGISTERED}, everything)
    assert not asks_besides_clerk(set(Flag) - {Flag.EARLIER_CONTEST}, nothing)


@settings(deadline=None)
@given(before=FLAGS, after=FLAGS, second=FLAGS, needs=st.integers(1, 2))
def test_the_number_of_approvals_never_falls(
    before: frozenset[Flag], after: frozenset[Flag], second: frozenset[Flag], needs: int
) -> None:
    """Whatever flags a later look or a better photo leaves, and whatever an operator lets run again."""
    rules = rules_of(second_approver_for=second, office_for=frozenset())
    case = case_in(State.SUBMITTED, flags=tuple(before), needs=needs)
    opened = reviewing.open_review(case, NOW, rules).application
    assert opened.needs == needed_approvals(case, rules) >= needs
    back = replace(opened, state=State.RETURNED, flags=tuple(after))
    photo = request(RequestKind.PHOTO, back.round, photo="f" * 32)
    again = reviewing.replace_photo(back, photo, PhotoUse(), NOW, rules).application
    assert again.needs >= opened.needs
    rerun = replace(again, state=State.SUBMITTED)
    found = Prechecks(people.STUDENT, account_guards(people.STUDENT, protected=frozenset()), (), 0)
    assert reviewing.precheck(rerun, found, NOW, rules).application.needs >= again.needs


def test_a_case_of_an_earlier_version_shows_its_flags_without_what_is_known() -> None:
    (told,) = explained(case_in(State.IN_REVIEW, flags=(Flag.NO_PHOTO,)), RULES)
    assert (told.fact.count, told.fact.at, told.fact.about) == (0, None, ())
