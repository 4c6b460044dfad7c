"""What an applicant may know of a case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.case_parts import Decided
from shared.domain.delivery import Delivery
from shared.domain.events import EventKind
from shared.domain.kinds import DecisionKind, ReasonCode
from shared.domain.mails import MailKind, OwedMail
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.presentation.status import status_view
from tests.unit.presentation.samples import (
    OPENS,
    application,
    decided,
    every_event,
    in_state,
    owed,
    refusing_guards,
)


def test_events_of_staff_and_guards_are_not_told() -> None:
    view = status_view(application(), every_event(), (), attempts_left=5)
    told = {line.event for line in view.history}
    hidden = {
        EventKind.APPROVED_ONCE,
        EventKind.ATTENTION_NEEDED,
        EventKind.AUDIT_DIFFERED,
        EventKind.BLOCK_LIFTED,
        EventKind.CARD_REFUSED,
        EventKind.CONTESTED,
        EventKind.COUNTER_REFUSED,
        EventKind.DECISION_REFUSED,
        EventKind.OWNER_CONFIRMED,
        EventKind.PASS_FOUND_FOREIGN,
        EventKind.REQUEST_TOO_LATE,
        EventKind.RESPONSE_DIFFERED,
        EventKind.REVIEW_OVERDUE,
        EventKind.RUN_AGAIN,
        EventKind.SESSIONS_NOT_ENDED,
    }
    assert set(EventKind) - told == hidden


def test_an_approval_s_message_is_not_told() -> None:
    spoke = Decided(1, DecisionKind.APPROVE.value, "確認 花子", OPENS, None, "between us")
    assert status_view(application(State.APPROVED, decided=spoke), (), (), attempts_left=5).message == ""
    returned = application(State.RETURNED, decided=decided(DecisionKind.RETURN, ReasonCode.OTHER))
    assert status_view(returned, (), (), attempts_left=5).reason_code is ReasonCode.OTHER


def test_the_reason_of_attention_is_not_told() -> None:
    view = status_view(in_state(State.ATTENTION), (), (), attempts_left=5)
    assert view.state is State.IN_REVIEW
    assert "guard" not in repr(view)


def test_only_mails_that_carried_the_link_count_as_sent_to() -> None:
    typed = OwedMail(MailKind.PICKUP, 1, "x@private.example.com", OPENS, with_link=False)
    mails = (owed(MailKind.PICKUP), replace(owed(MailKind.PICKUP), round=2), typed, owed(MailKind.RECEIPT))
    view = status_view(application(State.APPROVED), (), mails, attempts_left=5)
    assert view.link_sent_to == ("t•••@m•••.com",)


def test_an_address_from_which_the_link_came_back_is_not_named() -> None:
    link = owed(MailKind.PICKUP).sent(OPENS)
    mails = (link.came_back(Delivery.BOUNCED, OPENS), replace(link, to="x@private.example.com"))
    view = status_view(application(State.APPROVED), (), mails, attempts_left=5)
    assert view.link_sent_to == ("x•••@p•••.com",)


@pytest.mark.parametrize(
    ("state", "shown"), [(State.SUBMITTED, True), (State.ATTENTION, True), (State.CANCELLED, False)]
)
def test_no_usable_address_is_said_at_once(state: State, *, shown: bool) -> None:
    case = application(state, addresses=(), guards=refusing_guards())
    assert status_view(case, (), (), attempts_left=5).no_usable_address is shown


def test_before_the_prechecks_nobody_is_told_that_addresses_are_missing() -> None:
    case = application(State.SUBMITTED, addresses=(), guards=())
    assert not status_view(case, (), (), attempts_left=5).no_usable_address


def test_dates_belong_to_their_state() -> None:
    held = status_view(application(State.HELD), (), (), attempts_left=5)
    assert (held.looked_at_from, held.promised_by, held.deadline) == (OPENS, OPENS + timedelta(hours=4), None)
    approved = status_view(application(State.APPROVED), (), (), attempts_left=5)
    assert (approved.looked_at_from, approved.promised_by) == (None, None)
    assert approved.deadline == OPENS + timedelta(hours=4)


@pytest.mark.parametrize("kind", list(RequestKind))
def test_requests_of_staff_and_owner_are_not_told(kind: RequestKind) -> None:
    view = status_view(application(), (), (), attempts_left=5, asked=kind)
    own = {"submit", "photo", "withdraw", "pickup", "trouble", "registered"}
    assert (view.told_asked is kind) == (kind.value in own)
