"""The verbs of the application: what each leaves behind, and that it says so in exactly one event."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from shared.domain import closing, deciding, issuing, reviewing
from shared.domain.accounts import account_guards
from shared.domain.application import Change
from shared.domain.case_parts import Approval
from shared.domain.errors import IllegalMoveError, NotAllowedError
from shared.domain.events import Party
from shared.domain.issuing import Minted
from shared.domain.kinds import Attention, Channel, Closing
from shared.domain.mails import MailKind, OwedMail
from shared.domain.requests import Outcome, RequestKind
from shared.domain.reviewing import Prechecks
from shared.domain.risks import PhotoUse
from shared.domain.staff import Decider, DecisionBar, StaffIdentity, bar_to_decide
from shared.domain.states import TERMINAL, State
from tests.unit import people
from tests.unit.domain.cases import NOW, REI, REN, RULES, case_in, request

_RETENTION = NOW + timedelta(days=7)


def _decide(kind: str, staff: StaffIdentity = REI, employee_id: str = "", **differs: object) -> Change:
    case = case_in(State.IN_REVIEW, **differs)
    asked = request(RequestKind.DECISION, case.round, decision=kind)
    return deciding.decide(case, asked, Decider(staff, employee_id), NOW, RULES)


def _precheck(at_night: bool = False) -> Change:  # noqa: FBT001, FBT002 - read at its one call
    now = NOW + timedelta(hours=10) if at_night else NOW
    guards = account_guards(people.STUDENT, protected=frozenset())
    found = Prechecks(people.STUDENT, guards, (people.AUTHENTICATOR,), earlier=0)
    return reviewing.precheck(case_in(State.SUBMITTED, received_at=now), found, now, RULES)


def _stop(state: State, why: Closing) -> Change:
    return closing.stop(case_in(state), why, NOW, RULES, party=Party.SYSTEM)


_PICKUP = request(RequestKind.PICKUP, 1, public_key="key", session="session")
_CASES: list[tuple[State, State, Callable[[], Change]]] = [
    (State.SUBMITTED, State.IN_REVIEW, _precheck),
    (State.SUBMITTED, State.HELD, lambda: _precheck(at_night=True)),
    (State.HELD, State.IN_REVIEW, lambda: reviewing.open_review(case_in(State.HELD), NOW, RULES)),
    (State.IN_REVIEW, State.APPROVED, lambda: _decide("approve")),
    (State.IN_REVIEW, State.REJECTED, lambda: _decide("reject")),
    (State.IN_REVIEW, State.RETURNED, lambda: _decide("return")),
    (State.IN_REVIEW, State.RETURNED, lambda: _decide("wrong_document")),
    (
        State.IN_REVIEW,
        State.COOLING_OFF,
        lambda: _decide("approve", contact_email=people.TYPED, contact_confirmed=True),
    ),
    (
        State.RETURNED,
        State.IN_REVIEW,
        lambda: reviewing.replace_photo(
            case_in(State.RETURNED), request(RequestKind.PHOTO, photo="photo-2"), PhotoUse(), NOW, RULES
        ),
    ),
    (
        State.COOLING_OFF,
        State.APPROVED,
        lambda: deciding.approve_after_delay(case_in(State.COOLING_OFF), NOW, RULES),
    ),
    (State.APPROVED, State.ISSUING, lambda: issuing.claim(case_in(State.APPROVED), _PICKUP, (), NOW, RULES)),
    (State.ISSUED, State.ISSUING, lambda: issuing.claim(case_in(State.ISSUED), _PICKUP, (), NOW, RULES)),
    (State.ISSUING, State.APPROVED, lambda: issuing.not_issued(case_in(State.ISSUING), "late", NOW)),
    (
        State.ISSUING,
        State.ISSUED,
        lambda: issuing.record(
            case_in(State.ISSUING), Minted(1, "pass-1", "sealed", NOW + timedelta(hours=1)), NOW
        ),
    ),
    (State.ISSUING, State.ATTENTION, lambda: issuing.graph_refused(case_in(State.ISSUING), NOW, RULES)),
    (State.ISSUED, State.APPROVED, lambda: issuing.found_dead(case_in(State.ISSUED), NOW)),
    (State.ISSUED, State.APPROVED, lambda: issuing.found_foreign(case_in(State.ISSUED), NOW)),
    (
        State.ISSUED,
        State.COMPLETED,
        lambda: issuing.complete(case_in(State.ISSUED), (people.NEW_METHOD,), NOW, RULES),
    ),
    (
        State.ISSUED,
        State.ATTENTION,
        lambda: issuing.trouble(
            case_in(State.ISSUED, troubles=1), request(RequestKind.TROUBLE, 2), NOW, RULES
        ),
    ),
    (State.IN_REVIEW, State.CANCELLED, lambda: _stop(State.IN_REVIEW, Closing.WITHDRAWN)),
    (State.IN_REVIEW, State.STOPPING, lambda: _stop(State.IN_REVIEW, Closing.NOT_ME)),
    (State.RETURNED, State.EXPIRED, lambda: _stop(State.RETURNED, Closing.EXPIRED)),
    (State.APPROVED, State.EXPIRED, lambda: _stop(State.APPROVED, Closing.EXPIRED)),
    (State.ISSUED, State.STOPPING, lambda: _stop(State.ISSUED, Closing.WITHDRAWN)),
    (State.ATTENTION, State.STOPPING, lambda: _stop(State.ATTENTION, Closing.OPERATOR)),
    (State.STOPPING, State.CANCELLED, lambda: closing.stopped(case_in(State.STOPPING), NOW, RULES)),
    (
        State.STOPPING,
        State.EXPIRED,
        lambda: closing.stopped(case_in(State.STOPPING, stop_as=Closing.EXPIRED), NOW, RULES),
    ),
    (
        State.SUBMITTED,
        State.CANCELLED,
        lambda: closing.duplicate(case_in(State.SUBMITTED), "other", NOW, RULES),
    ),
    (
        State.COMPLETED,
        State.ATTENTION,
        lambda: closing.contest(case_in(State.COMPLETED), request(RequestKind.NOT_ME), NOW, RULES),
    ),
    (
        State.ATTENTION,
        State.SUBMITTED,
        lambda: closing.run_again(
            case_in(State.ATTENTION),
            request(RequestKind.RUN_AGAIN),
            Decider(StaffIdentity("ope", "Ope", frozenset({"Operator"}))),
            NOW,
            RULES,
            decision_verifies=True,
        ),
    ),
]


@pytest.mark.parametrize(
    ("start", "end", "verb"), _CASES, ids=[f"{a}-{b}-{n}" for n, (a, b, _) in enumerate(_CASES)]
)
def test_a_verb_changes_the_state_in_exactly_one_event(
    start: State, end: State, verb: Callable[[], Change]
) -> None:
    change = verb()
    assert change.application.state is end
    states = [start, *(each.state for each in change.events)]
    assert sum(a is not b for a, b in pairwise(states)) == 1
    assert states[-1] is end
    assert change.application.events == 1 + len(change.events)
    keys = [each.key for each in change.mails]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("state", [each for each in State if each is not State.ISSUED])
def test_a_verb_in_a_state_it_is_not_for_raises(state: State) -> None:
    with pytest.raises(IllegalMoveError):
        issuing.complete(case_in(state), (), NOW, RULES)


# --- approvals ----------------------------------------------------------------------------------------


def test_two_approvals_need_two_people() -> None:
    once = _decide("approve", needs=2, approvals=())
    assert once.application.state is State.IN_REVIEW
    assert once.application.round == 2
    assert [each.kind.value for each in once.events] == ["approved_once"]
    assert [each.kind for each in once.mails] == [MailKind.REVIEW, MailKind.REVIEW]

    asked = request(RequestKind.DECISION, 2, decision="approve")
    again = deciding.decide(once.application, asked, Decider(REI), NOW, RULES)
    assert again.application.state is State.IN_REVIEW
    assert again.answers[0].outcome is Outcome.REFUSED
    assert len(again.application.approvals) == 1

    other = deciding.decide(once.application, asked, Decider(REN), NOW, RULES)
    assert other.application.state is State.APPROVED
    assert [each.oid for each in other.application.approvals] == ["rei", "ren"]


def test_two_accounts_of_one_person_are_one_approver() -> None:
    once = _decide("approve", employee_id="E1", needs=2)
    asked = request(RequestKind.DECISION, 2, decision="approve")
    again = deciding.decide(once.application, asked, Decider(REN, "E1"), NOW, RULES)
    assert again.application.state is State.IN_REVIEW
    assert again.answers[0].outcome is Outcome.REFUSED


def test_the_evidence_of_an_approval_is_kept() -> None:
    (approval,) = _decide("approve", employee_id="E1").application.approvals
    assert approval == Approval("rei", "Rei", "E1", 1, "token", NOW)


_APPROVED_BY_REN = (Approval("ren", "Ren", "E2", 1, "token", NOW),)


@pytest.mark.parametrize(
    ("staff", "employee_id", "differs", "bar"),
    [
        (REI, "E1", {}, None),
        (None, "", {}, DecisionBar.NOT_VERIFIED),
        (StaffIdentity("rei", "Rei", frozenset({"Operator", "Auditor"})), "", {}, DecisionBar.NO_ROLE),
        (replace(REI, oid=people.STUDENT.oid), "", {}, DecisionBar.OWN_CASE),
        (REI, people.STUDENT.employee_id, {}, DecisionBar.OWN_CASE),
        (REI, "", {"employee_id": ""}, None),
        (REI, "", {"operators": ("ope", "rei")}, DecisionBar.OPERATED),
        (REN, "", {"approvals": _APPROVED_BY_REN}, DecisionBar.APPROVED_ALREADY),
        (REI, "E2", {"approvals": _APPROVED_BY_REN}, DecisionBar.APPROVED_ALREADY),
        (REI, "E1", {"approvals": _APPROVED_BY_REN}, None),
    ],
)
def test_who_may_not_decide(
    staff: StaffIdentity | None, employee_id: str, differs: dict[str, object], bar: DecisionBar | None
) -> None:
    assert bar_to_decide(case_in(State.IN_REVIEW, **differs), staff, employee_id=employee_id) is bar


def test_a_decision_of_another_round_is_too_late() -> None:
    asked = request(RequestKind.DECISION, 2, decision="approve")
    change = deciding.decide(case_in(State.IN_REVIEW), asked, Decider(REI), NOW, RULES)
    assert change.application.state is State.IN_REVIEW
    assert [each.outcome for each in change.answers] == [Outcome.TOO_LATE]


def test_only_the_card_approves_without_a_reviewer() -> None:
    long_ago = NOW - timedelta(days=365)
    card = case_in(State.SUBMITTED, channel=Channel.IDENTITY_VERIFICATION)
    assert deciding.decide_by_card(card, long_ago, NOW, RULES).application.state is State.APPROVED
    fresh = deciding.decide_by_card(card, NOW - timedelta(days=1), NOW, RULES)
    assert fresh.application.state is State.COOLING_OFF
    for channel in set(Channel) - {Channel.IDENTITY_VERIFICATION}:
        with pytest.raises(NotAllowedError):
            deciding.decide_by_card(case_in(State.SUBMITTED, channel=channel), long_ago, NOW, RULES)


@pytest.mark.parametrize("weaker", list(Channel))
@pytest.mark.parametrize("stronger", list(Channel))
def test_only_a_stronger_channel_supersedes(weaker: Channel, stronger: Channel) -> None:
    case = case_in(State.IN_REVIEW, channel=weaker)
    by = replace(case, id="f" * 32, channel=stronger, linked_at=NOW - RULES.link_cooling)
    if stronger.strength > weaker.strength or stronger is weaker is Channel.OFFICE:
        after = closing.superseded(case, by, NOW, RULES).application
        assert (after.state, after.duplicate_of, after.stop_as) == (
            State.CANCELLED,
            by.id,
            Closing.SUPERSEDED,
        )
        return
    with pytest.raises(NotAllowedError):
        closing.superseded(case, by, NOW, RULES)


# --- photos -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["approve", "reject"])
def test_after_a_decision_the_photo_has_a_date_by_which_it_goes(kind: str) -> None:
    photo = _decide(kind).application.photo
    assert photo is not None
    assert photo.erase_at == _RETENTION


def test_a_returned_photo_stays_and_a_wrong_document_goes_at_once() -> None:
    returned = _decide("return").application
    assert returned.photo is not None
    assert returned.photo.erase_at is None
    wrong = _decide("wrong_document").application
    assert (wrong.photo, wrong.discarded) == (None, ("photo-1",))


def test_a_case_that_ends_without_a_decision_keeps_its_photo_no_longer_either() -> None:
    photo = _stop(State.RETURNED, Closing.EXPIRED).application.photo
    assert photo is not None
    assert photo.erase_at == _RETENTION


def test_the_date_of_a_photo_is_not_put_off() -> None:
    first = _decide("approve").application
    later = closing.stop(
        replace(first, attempt=None), Closing.EXPIRED, NOW + timedelta(days=5), RULES, party=Party.SYSTEM
    )
    assert later.application.photo is not None
    assert later.application.photo.erase_at == _RETENTION


def test_an_erased_photo_leaves_an_event() -> None:
    case = replace(_decide("reject").application, discarded=("photo-0",))
    change = closing.photos_erased(case, {"photo-0", "photo-1"}, NOW)
    assert [(each.kind.value, each.detail) for each in change.events] == [("photo_erased", {"count": "2"})]
    assert change.application.discarded == ()
    assert change.application.photo is not None
    assert change.application.photo.erased_at == NOW


# --- stopping and parking -----------------------------------------------------------------------------


def test_who_ever_claimed_an_attempt_ends_only_through_stopping() -> None:
    claimed = issuing.claim(case_in(State.APPROVED), _PICKUP, (), NOW, RULES).application
    back = issuing.not_issued(claimed, "late", NOW).application
    for why in Closing:
        assert closing.stop(back, why, NOW, RULES, party=Party.SYSTEM).application.state is State.STOPPING


def test_not_me_is_remembered_whatever_stops_the_case_later() -> None:
    stopping = _stop(State.ISSUED, Closing.NOT_ME).application
    parked = closing.need_attention(stopping, Attention.POISON, NOW, RULES).application
    again = closing.stop(parked, Closing.OPERATOR, NOW, RULES, party=Party.OPERATOR).application
    assert again.stop_as is Closing.NOT_ME


@pytest.mark.parametrize("state", [each for each in State if each not in {State.ATTENTION, *TERMINAL}])
def test_parking_leaves_one_clock_and_tells_each_operator(state: State) -> None:
    change = closing.need_attention(case_in(state, check_at=NOW), Attention.POISON, NOW, RULES)
    case = change.application
    assert (case.attention, case.attention_from, case.due_at, case.check_at) == (
        Attention.POISON,
        state,
        RULES.calendar.closing_after_days(NOW, 1),  # nobody moves it but the operator, who is told again then
        None,
    )
    assert [(each.kind, each.to) for each in change.mails] == [
        (MailKind.OPERATOR_ALERT, each) for each in people.OPERATORS
    ]


def test_one_mail_is_never_owed_twice_in_a_change() -> None:
    mail = OwedMail(MailKind.CLOSED, 1, "a@b", NOW)
    change = Change(case_in(State.IN_REVIEW)).owing(mail, mail).owing(mail)
    assert change.mails == (mail,)


def test_the_methods_of_the_first_claim_are_remembered_for_good() -> None:
    first = issuing.claim(case_in(State.APPROVED), _PICKUP, (people.AUTHENTICATOR,), NOW, RULES).application
    assert first.remembered == (people.AUTHENTICATOR,)
    back = issuing.not_issued(first, "late", NOW).application
    both = (people.AUTHENTICATOR, people.NEW_METHOD)
    again = issuing.claim(back, _PICKUP, both, NOW, RULES).application
    assert again.remembered == (people.AUTHENTICATOR,)
    assert issuing.new_methods(again, both) == (people.NEW_METHOD,)
    assert issuing.old_methods(again, both) == (people.AUTHENTICATOR,)
