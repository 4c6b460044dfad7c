"""The decisions of the channels that need no reviewer, or not only one, and what supersedes what."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain import closing, counter, deciding
from shared.domain.accounts import account_guards
from shared.domain.application import Application
from shared.domain.case_parts import Approval, Attempt
from shared.domain.errors import NotAllowedError
from shared.domain.events import Party
from shared.domain.kinds import Attention, Channel, Closing, CounterBar, Flag, Language, Reason
from shared.domain.mails import MailKind
from shared.domain.reviewing import Prechecks
from shared.domain.staff import Decider, StaffIdentity, bar_at_counter
from shared.domain.states import State
from tests.unit import people
from tests.unit.university import WEDNESDAY_MORNING as NOW
from tests.unit.university import rules_of

RULES = rules_of()
CLERK = Approval("clerk", "Clerk", "employee-clerk", 1, "token", NOW)
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
    clerk="clerk",
    clerk_name="Clerk",
    vouched=True,
    approvals=(CLERK,),
)
CARD = replace(OFFICE, channel=Channel.IDENTITY_VERIFICATION, state=State.SUBMITTED, approvals=())


def found(**differs: object) -> Prechecks:
    """What the prechecks find of an ordinary account."""
    guards = account_guards(people.STUDENT, protected=frozenset(), in_person=True)
    ordinary: dict[str, object] = {
        "account": people.STUDENT,
        "guards": guards,
        "methods": (people.AUTHENTICATOR,),
        "earlier": 2,
    }
    return Prechecks(**(ordinary | differs))  # type: ignore[arg-type]  # tests name the fields of Prechecks


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


def test_the_clerks_confirmation_is_the_decision_whatever_brought_the_person_there() -> None:
    change = deciding.decide_at_counter(OFFICE, found(), NOW, RULES)

    assert change.application.state is State.APPROVED
    assert change.application.flags == (Flag.METHODS_STILL_REGISTERED, Flag.EARLIER_APPLICATIONS)
    assert [each.kind.value for each in change.events] == ["approved", "slip_printed"]
    assert {each.kind for each in change.mails} == {MailKind.PICKUP, MailKind.SLIP_PRINTED}


def test_the_first_slip_is_printed_with_the_approval_and_works_for_a_day() -> None:
    case = deciding.decide_at_counter(OFFICE, found(), NOW, RULES).application

    assert (case.slips, case.slip_until) == (1, NOW + timedelta(hours=24))


def test_a_slip_never_works_longer_than_the_pass_may_be_collected() -> None:
    case = deciding.decide_at_counter(OFFICE, found(), NOW, RULES).application
    until = NOW + timedelta(hours=2)
    ending = replace(case, pickup_until=until)

    assert counter.print_slip(ending, NOW, RULES, party=Party.CLERK).application.slip_until == until


def test_a_risk_flag_asks_a_reviewer_besides_the_clerk_and_the_owner_is_told() -> None:
    change = deciding.decide_at_counter(OFFICE, found(contested_before=True), NOW, RULES)
    case = change.application

    assert (case.state, case.needs, case.round, case.slips) == (State.IN_REVIEW, 2, 2, 0)
    assert case.due_at == case.promised_by == NOW + timedelta(hours=4)
    assert {each.kind for each in change.mails} == {MailKind.REVIEW, MailKind.OWNER_NOTICE}


def test_a_university_may_ask_a_second_approver_for_more_flags() -> None:
    rules = rules_of(second_approver_for=frozenset({Flag.EARLIER_APPLICATIONS}))

    assert deciding.decide_at_counter(OFFICE, found(), NOW, rules).application.state is State.IN_REVIEW


def test_a_guard_that_refuses_at_the_counter_asks_the_operator() -> None:
    guards = account_guards(people.STUDENT, protected=frozenset({"group-of-everybody"}), in_person=True)
    change = deciding.decide_at_counter(OFFICE, found(guards=guards), NOW, RULES)

    assert (change.application.state, change.application.attention) == (State.ATTENTION, Attention.GUARD)
    assert {each.kind for each in change.mails} == {MailKind.OPERATOR_ALERT, MailKind.OWNER_NOTICE}


@pytest.mark.parametrize(("oid", "employee"), [("hanako", "employee-1"), ("other", "employee-hanako")])
def test_a_clerk_never_confirms_for_themself(oid: str, employee: str) -> None:
    themself = replace(OFFICE, clerk=oid, approvals=(replace(CLERK, oid=oid, employee_id=employee),))

    with pytest.raises(NotAllowedError):
        deciding.decide_at_counter(themself, found(), NOW, RULES)


@pytest.mark.parametrize("differs", [{"vouched": False}, {"approvals": ()}, {"clerk": "somebody-else"}])
def test_nothing_is_decided_at_the_counter_without_the_clerks_confirmation(
    differs: dict[str, object],
) -> None:
    with pytest.raises(NotAllowedError):
        deciding.decide_at_counter(replace(OFFICE, **differs), found(), NOW, RULES)  # type: ignore[arg-type]


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
        deciding.decide_at_counter(replace(OFFICE, channel=channel), found(), NOW, RULES)
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
        replace(OFFICE, id="1" * 32),
        replace(OFFICE, channel=Channel.FORM),
        replace(OFFICE, subject="somebody-else"),
    ],
)
def test_nothing_equal_weaker_or_of_another_account_supersedes(by: Application) -> None:
    website = replace(OFFICE, id="1" * 32, channel=Channel.WEBSITE, state=State.HELD)

    with pytest.raises(NotAllowedError):
        closing.superseded(website, by, NOW, RULES)


def test_a_new_confirmation_at_the_counter_takes_over_an_older_one() -> None:
    older = replace(OFFICE, id="1" * 32, state=State.APPROVED)

    assert closing.superseded(older, OFFICE, NOW, RULES).application.state is State.CANCELLED


@pytest.mark.parametrize("by", list(Channel))
@pytest.mark.parametrize("parked", list(Channel))
def test_what_is_parked_gives_way_but_what_was_confirmed_in_person_only_to_somebody_in_person(
    parked: Channel, by: Channel
) -> None:
    confirmed = parked in {Channel.OFFICE, Channel.IDENTITY_VERIFICATION}
    case = replace(OFFICE, id="1" * 32, channel=parked, state=State.ATTENTION, vouched=confirmed)
    other = by is not parked or by is Channel.OFFICE
    in_person = by in {Channel.OFFICE, Channel.IDENTITY_VERIFICATION}

    assert closing.gives_way(case, by) is (other and (in_person or not confirmed))


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.APPROVED, State.ATTENTION])
@pytest.mark.parametrize("channel", [Channel.FORM, Channel.WEBSITE, Channel.OFFICE])
@pytest.mark.parametrize(("age", "ripe"), [(7, True), (6, False), (None, False)])
def test_a_card_takes_over_only_with_a_link_of_some_age(
    channel: Channel, state: State, age: int | None, *, ripe: bool
) -> None:
    linked_at = None if age is None else NOW - timedelta(days=age)
    case = replace(OFFICE, id="1" * 32, channel=channel, state=state)

    assert closing.gives_way_to(case, replace(CARD, linked_at=linked_at), NOW, RULES) is ripe


@pytest.mark.parametrize(
    ("state", "claimed", "gives_way"),
    [
        (State.COOLING_OFF, False, True),
        (State.APPROVED, False, True),
        (State.APPROVED, True, False),
        (State.ISSUED, True, False),
        (State.SUBMITTED, False, False),
    ],
)
def test_what_a_card_began_and_has_not_used_gives_way_to_the_counter(
    state: State, *, claimed: bool, gives_way: bool
) -> None:
    attempt = Attempt(1, NOW, "key", "session") if claimed else None
    case = replace(CARD, id="1" * 32, state=state, attempt=attempt)

    assert closing.gives_way(case, Channel.OFFICE) is gives_way
    assert not closing.gives_way(case, Channel.WEBSITE)


def test_a_look_up_that_ends_tells_nobody_whatever_ends_it() -> None:
    looking = replace(OFFICE, vouched=False, approvals=())
    for why in set(Closing) - {Closing.NOT_ME}:
        ended = closing.stop(looking, why, NOW, RULES, party=Party.SYSTEM)
        assert not ended.mails
    parked = closing.need_attention(looking, Attention.POISON, NOW, RULES).application
    stopping = closing.stop(parked, Closing.OPERATOR, NOW, RULES, party=Party.OPERATOR).application
    assert not closing.stopped(stopping, NOW, RULES).mails


# --- who may act for whom at the counter ----------------------------------------------------------------

_CLEO = StaffIdentity("cleo", "Cleo", frozenset({"OfficeClerk"}))
_SCOPES = {"Group-Of-Letters": frozenset({"faculty of samples"}), "group-of-all": frozenset({"*"})}


@pytest.mark.parametrize(
    ("clerk", "differs", "bar"),
    [
        (Decider(_CLEO, "e-cleo", frozenset({"group-of-letters"})), {}, None),
        (Decider(_CLEO, "e-cleo", frozenset({"group-of-all"})), {"affiliation": "Elsewhere"}, None),
        (
            Decider(_CLEO, "e-cleo", frozenset({"group-of-letters"})),
            {"affiliation": "Elsewhere"},
            CounterBar.NOT_IN_SCOPE,
        ),
        (
            Decider(_CLEO, "e-cleo", frozenset({"group-of-letters"})),
            {"affiliation": "", "groups": frozenset({"FACULTY OF SAMPLES"})},
            None,
        ),
        (Decider(_CLEO, "e-cleo", frozenset({"group-of-others"})), {}, CounterBar.NOT_IN_SCOPE),
        (Decider(_CLEO, "e-cleo", frozenset()), {}, CounterBar.NOT_IN_SCOPE),
        (Decider(_CLEO, "e-cleo", frozenset({"group-of-all"})), {"oid": "cleo"}, CounterBar.OWN_CASE),
        (
            Decider(_CLEO, "employee-hanako", frozenset({"group-of-all"})),
            {},
            CounterBar.OWN_CASE,
        ),
        (Decider(_CLEO, "", frozenset({"group-of-all"})), {"employee_id": ""}, None),
        (Decider(None), {}, CounterBar.NOT_VERIFIED),
        (
            Decider(StaffIdentity("rei", "Rei", frozenset({"Reviewer"})), "e", frozenset({"group-of-all"})),
            {},
            CounterBar.NOT_VERIFIED,
        ),
    ],
)
def test_for_whom_a_clerk_may_act(clerk: Decider, differs: dict[str, object], bar: CounterBar | None) -> None:
    account = people.account("hanako", **differs) if "oid" not in differs else people.account("cleo")
    assert bar_at_counter(clerk, account, _SCOPES) is bar


def test_no_scope_at_all_means_nobody() -> None:
    everybody = Decider(_CLEO, "e-cleo", frozenset({"group-of-all", ""}))

    assert bar_at_counter(everybody, people.STUDENT, {}) is CounterBar.NOT_IN_SCOPE
    blank = people.account("hanako", affiliation="")
    assert bar_at_counter(everybody, blank, {"": frozenset({""})}) is CounterBar.NOT_IN_SCOPE
