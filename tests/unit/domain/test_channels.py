"""The decisions of the channels that need no reviewer, or not only one, and what supersedes what."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain import closing, deciding
from shared.domain.application import Application, Approval
from shared.domain.errors import NotAllowedError
from shared.domain.kinds import Channel, Closing, Flag, Language, Reason
from shared.domain.mails import MailKind
from shared.domain.states import State
from tests.unit import people
from tests.unit.university import WEDNESDAY_MORNING as NOW
from tests.unit.university import rules_of

RULES = rules_of()
OFFICE = Application(
    id="0" * 32,
    reference="AAAA-BBBB",
    channel=Channel.OFFICE,
    subject="hanako",
    language=Language.EN,
    reason=Reason.LOST,
    state=State.IN_REVIEW,
    received_at=NOW,
    entered_at=NOW,
    employee_id="employee-hanako",
    addresses=people.STUDENT.addresses,
    flags=(Flag.NO_PHOTO,),
)
CARD = replace(OFFICE, channel=Channel.IDENTITY_VERIFICATION, state=State.SUBMITTED)
CLERK = Approval("clerk", "Clerk", "employee-clerk", 1, "token", NOW)


def test_the_channels_are_ranked_by_their_evidence() -> None:
    assert sorted(Channel, key=lambda each: each.strength) == [
        Channel.FORM,
        Channel.WEBSITE,
        Channel.OFFICE,
        Channel.IDENTITY_VERIFICATION,
    ]


def test_only_the_weaker_channels_are_held_until_staff_are_there() -> None:
    held = [each for each in Channel if each.held_until_open]

    assert held == [Channel.FORM, Channel.WEBSITE]


def test_the_clerks_confirmation_is_the_decision() -> None:
    change = deciding.decide_at_counter(OFFICE, CLERK, NOW, RULES)

    assert change.application.state is State.APPROVED
    assert change.application.approvals == (CLERK,)


def test_a_risk_flag_asks_a_reviewer_besides_the_clerk() -> None:
    flagged = replace(OFFICE, flags=(Flag.EARLIER_CONTEST,))

    change = deciding.decide_at_counter(flagged, CLERK, NOW, RULES)

    assert change.application.state is State.IN_REVIEW
    assert change.application.needs == 2
    assert {each.kind for each in change.mails} == {MailKind.REVIEW}


@pytest.mark.parametrize(("oid", "employee"), [("hanako", "employee-1"), ("other", "employee-hanako")])
def test_a_clerk_never_confirms_for_themself(oid: str, employee: str) -> None:
    themself = replace(CLERK, oid=oid, employee_id=employee)

    with pytest.raises(NotAllowedError):
        deciding.decide_at_counter(OFFICE, themself, NOW, RULES)


def test_a_card_that_was_linked_long_ago_decides_at_once() -> None:
    change = deciding.decide_by_card(CARD, NOW - timedelta(days=7), NOW, RULES)

    assert change.application.state is State.APPROVED


def test_a_young_link_cools_off_until_it_is_seven_days_old_and_the_owner_is_told() -> None:
    linked = NOW - timedelta(days=6)

    change = deciding.decide_by_card(CARD, linked, NOW, RULES)

    assert change.application.state is State.COOLING_OFF
    assert change.application.due_at == linked + timedelta(days=7)
    assert {each.kind for each in change.mails} == {MailKind.COOLING_OFF}


@pytest.mark.parametrize("channel", [Channel.FORM, Channel.WEBSITE])
def test_no_other_channel_is_decided_by_clerk_or_card(channel: Channel) -> None:
    with pytest.raises(NotAllowedError):
        deciding.decide_at_counter(replace(OFFICE, channel=channel), CLERK, NOW, RULES)
    with pytest.raises(NotAllowedError):
        deciding.decide_by_card(replace(CARD, channel=channel), NOW, NOW, RULES)


def test_a_stronger_channel_ends_the_weaker_case_which_points_to_it() -> None:
    website = replace(OFFICE, id="1" * 32, channel=Channel.WEBSITE, state=State.HELD)

    ended = closing.superseded(website, OFFICE, NOW, RULES).application

    assert ended.state is State.CANCELLED
    assert ended.stop_as is Closing.SUPERSEDED
    assert ended.duplicate_of == OFFICE.id


@pytest.mark.parametrize(
    "by",
    [
        replace(OFFICE, channel=Channel.WEBSITE),
        replace(OFFICE, channel=Channel.FORM),
        replace(OFFICE, subject="somebody-else"),
    ],
)
def test_nothing_equal_weaker_or_of_another_account_supersedes(by: Application) -> None:
    website = replace(OFFICE, id="1" * 32, channel=Channel.WEBSITE, state=State.HELD)

    with pytest.raises(NotAllowedError):
        closing.superseded(website, by, NOW, RULES)
