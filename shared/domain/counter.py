"""Verbs of the counter: the look-up, its end without a confirmation, the confirmation, the slip.

A look-up is a case from its first moment, so that it is audited and survives a crash, but one that nobody is told of and that
holds no lock. Only the clerk's confirmation makes it an application.
"""

from dataclasses import replace
from datetime import datetime

from shared.domain import closing
from shared.domain.accounts import AccountFacts, Method
from shared.domain.addressees import to_owner, to_staff
from shared.domain.application import Application, Change, move, note, with_facts
from shared.domain.case_parts import Approval, Decided
from shared.domain.events import EventKind, Party
from shared.domain.kinds import CardKind, CounterBar, DecisionKind, Language, Reason
from shared.domain.mails import MailKind
from shared.domain.requests import Outcome, Request
from shared.domain.rules import Rules
from shared.domain.staff import Decider
from shared.domain.states import State

_SLIP_ALERT = 5_000_000
"""Numbers of alerts about slips; other alerts of a case have other ranges."""


def open_counter(
    application: Application,
    clerk: Decider,
    account: AccountFacts,
    methods: tuple[Method, ...],
    now: datetime,
    rules: Rules,
) -> Change:
    """The clerk sees name and affiliation and compares them with the card. Nothing is decided, nobody is told.

    They also see which methods are still registered: perhaps one of them works, and nothing needs to be done.
    """
    opened = move(
        replace(with_facts(_by(application, clerk), account), subject=account.oid),
        State.IN_REVIEW,
        EventKind.COUNTER_OPENED,
        now,
        party=Party.CLERK,
        actor=_oid(clerk),
    )
    comparing = replace(
        opened.application,
        methods_seen=tuple(each for each in methods if each.kind.is_mfa),
        due_at=now + rules.counter_within,
    )
    return replace(opened, application=comparing)


def refuse_counter(
    application: Application, bar: CounterBar, clerk: Decider | None, now: datetime, rules: Rules
) -> Change:
    """The clerk cannot go on with this account, and learns nothing of it but why."""
    barred = replace(_by(application, clerk), counter_bar=bar)
    return closing.refuse(
        barred,
        now,
        rules,
        event=EventKind.COUNTER_REFUSED,
        why=bar.value,
        party=Party.CLERK,
        actor=_oid(clerk),
    )


def leave(application: Application, request: Request, now: datetime, rules: Rules) -> Change:
    """The clerk gives the look-up up."""
    change = closing.forget(application, now, rules, party=Party.CLERK, actor=application.clerk)
    return change.answering(request, now)


def refuse_leave(application: Application, request: Request, now: datetime) -> Change:
    """Somebody else than the clerk of the case wants to end the look-up: it ends by itself soon enough."""
    change = note(application, EventKind.REQUEST_TOO_LATE, now, request=request.kind.value, why="refused")
    return change.answering(request, now, Outcome.REFUSED)


def run_out(application: Application, now: datetime, rules: Rules) -> Change:
    """The clerk neither confirmed nor left in time."""
    return closing.forget(application, now, rules, party=Party.SYSTEM, actor="")


def confirm(application: Application, request: Request, clerk: Decider, now: datetime) -> Change:
    """The clerk vouches for the person: from here on it is an application, which lock and guards may still stop."""
    body = request.body
    contact = body.get("contact_email", "")
    confirmation = Approval(
        _oid(clerk),
        application.clerk_name,
        clerk.employee_id,
        application.round,
        request.evidence,
        request.stamped_at or now,
    )
    card = CardKind(body["card"])
    vouched = replace(
        application,
        vouched=True,
        approvals=(confirmation,),
        decided=Decided(
            round=application.round,
            kind=DecisionKind.APPROVE.value,
            by=application.clerk_name,
            at=now,
            oid=confirmation.oid,
        ),
        checks=(card.value, *(each for each in ("face", "valid") if body.get(each))),
        reason=Reason(body["reason"]),
        language=Language(body["language"]),
        contact_email=contact,
        contact_confirmed=bool(contact) and bool(body.get("contact_confirmed")),
        guards=(),
        blocks=(),
        blocks_seen=False,
        due_at=None,
    )
    change = note(vouched, EventKind.VOUCHED, now, party=Party.CLERK, actor=confirmation.oid, card=card.value)
    return change.answering(request, now)


def refuse_confirmation(
    application: Application, request: Request, why: str, now: datetime, rules: Rules
) -> Change:
    """A confirmation that does not verify opens the next round: it must not stand in the way of the clerk's own."""
    change = note(application, EventKind.DECISION_REFUSED, now, why=why)
    again = replace(change.application, round=application.round + 1)
    alert = to_staff(rules.operators, MailKind.OPERATOR_ALERT, now, round_=again.round)
    return replace(change, application=again).owing(*alert).answering(request, now, Outcome.REFUSED)


def ask_again(application: Application, now: datetime) -> Change:
    """An operator let a confirmed case run again: the confirmation stands, lock and guards are asked anew."""
    back = move(application, State.IN_REVIEW, EventKind.REVIEW_OPENED, now, round=str(application.round))
    return replace(back, application=replace(back.application, guards=(), due_at=None))


def print_slip(
    application: Application, now: datetime, rules: Rules, *, party: Party, actor: str = ""
) -> Change:
    """A slip with the pickup link is printed: it voids the older one, and every address on file is told."""
    number = application.slips + 1
    until = now + rules.slip_life
    if application.pickup_until is not None:
        until = min(until, application.pickup_until)
    change = note(application, EventKind.SLIP_PRINTED, now, party=party, actor=actor, number=str(number))
    printed = replace(change.application, slips=number, slip_until=until)
    return replace(change, application=printed).owing(
        *to_owner(printed, MailKind.SLIP_PRINTED, now, round_=number)
    )


def refuse_slip(application: Application, request: Request, now: datetime, rules: Rules) -> Change:
    """Somebody else than the clerk of the case wants a slip: operators are told. The older slip goes on working."""
    change = note(application, EventKind.REQUEST_TOO_LATE, now, request=request.kind.value, why="refused")
    return change.owing(
        *to_staff(rules.operators, MailKind.OPERATOR_ALERT, now, round_=_SLIP_ALERT + request.slot)
    )


def _oid(clerk: Decider | None) -> str:
    return clerk.staff.oid if clerk is not None and clerk.staff is not None else ""


def _by(application: Application, clerk: Decider | None) -> Application:
    """The case with its clerk, as far as their token was verified."""
    if clerk is None or clerk.staff is None:
        return application
    return replace(application, clerk=clerk.staff.oid, clerk_name=clerk.staff.name)
