"""Verbs of the decision: approve, reject, return, and what a second approval or a security delay adds."""

from dataclasses import replace
from datetime import datetime

from shared.domain.accounts import refused
from shared.domain.addressees import to_applicant, to_collect, to_owner, to_staff
from shared.domain.application import Application, Change, move, note
from shared.domain.case_parts import Approval, Decided, marks_of
from shared.domain.closing import need_attention, stop
from shared.domain.counter import print_slip
from shared.domain.errors import NotAllowedError
from shared.domain.events import EventKind, Party
from shared.domain.flag_policy import asks_besides_clerk, cools_off, in_person_only
from shared.domain.kinds import Attention, Channel, Closing, DecisionKind, ReasonCode
from shared.domain.mails import MailKind
from shared.domain.requests import Outcome, Request
from shared.domain.reviewing import Prechecks, discard_photo, judged
from shared.domain.rules import Rules
from shared.domain.staff import Decider, StaffIdentity, bar_to_decide
from shared.domain.states import State


def decide(
    application: Application, request: Request, decider: Decider, now: datetime, rules: Rules
) -> Change:
    """Carry out a reviewer's decision, after checking who made it.

    A decision of an earlier round is answered "too late". One whose token does not verify, or whose maker may not
    decide, opens the next round and alerts the operator: it must not block the case by being the first. So does an approval
    where a flag leaves only the office or the card: no page of ours offers it.
    """
    if application.state is not State.IN_REVIEW or request.slot != application.round:
        late = note(application, EventKind.REQUEST_TOO_LATE, now, request=request.kind.value)
        return late.answering(request, now, Outcome.TOO_LATE)
    bar = bar_to_decide(application, decider.staff, employee_id=decider.employee_id)
    staff = decider.staff
    if bar is not None or staff is None:
        return _next_round_after_refusal(application, request, now, rules, why=bar.value if bar else "")
    if request.body["decision"] == DecisionKind.APPROVE and in_person_only(application, rules):
        return _next_round_after_refusal(application, request, now, rules, why="in_person_only")
    decided = Decided(
        round=application.round,
        kind=request.body["decision"],
        by=staff.name,
        at=now,
        reason_code=_reason_code(request),
        message=request.body.get("message", ""),
        oid=staff.oid,
    )
    judged = replace(application, decided=decided)
    match DecisionKind(request.body["decision"]):
        case DecisionKind.APPROVE:
            change = _approve(judged, request, staff, decider.employee_id, now, rules)
        case DecisionKind.REJECT:
            why, actor = Closing.REJECTED, staff.oid
            change = stop(judged, why, now, rules, party=Party.REVIEWER, actor=actor)
        case DecisionKind.RETURN:
            change = _return(judged, staff.oid, now, rules)
        case _:  # WRONG_DOCUMENT: the photo is erased at once
            change = _return(discard_photo(judged), staff.oid, now, rules)
    return change.answering(request, now)


def approve_after_delay(application: Application, now: datetime, rules: Rules) -> Change:
    """The security delay is over and nobody stopped it."""
    return _approved(application, now, rules, party=Party.SYSTEM, actor="")


def cool_off_without_second(application: Application, now: datetime, rules: Rules) -> Change:
    """No second approver in time: the case cools off instead, and is never approved by one alone without delay."""
    return _cool_off(application, "", now, rules, party=Party.SYSTEM)


def decide_by_card(application: Application, linked_at: datetime, now: datetime, rules: Rules) -> Change:
    """Identity verification needs no reviewer; a link younger than a few days cools off first.

    Decided at its first look it owes no mail: the person has the page before them. Whoever was left waiting is told.

    Args:
        application: A submitted case whose prechecks passed.
        linked_at: When account and card were linked (UTC).
        now: The present instant (UTC).
        rules: ``link_cooling`` is the age a link must have.

    Raises:
        NotAllowedError: another channel.
    """
    _must_be(application, Channel.IDENTITY_VERIFICATION)
    ripe = linked_at + rules.link_cooling
    application = replace(application, vouched=True)
    if now >= ripe:
        change = _approved(application, now, rules, party=Party.SYSTEM, actor="")
        return change if application.interventions else replace(change, mails=())
    change = move(application, State.COOLING_OFF, EventKind.COOLING_OFF_STARTED, now)
    cooling = replace(change.application, due_at=ripe, promised_by=ripe)
    return replace(change, application=cooling).owing(
        *to_owner(cooling, MailKind.COOLING_OFF, now, round_=cooling.round)
    )


def decide_at_counter(application: Application, found: Prechecks, now: datetime, rules: Rules) -> Change:
    """The clerk's confirmation is the decision of the office channel, unless the prechecks say otherwise.

    A guard that refuses asks the operator, and so does a clerk who lifted a block of this account; a risk flag asks a reviewer
    too. Then the owner has the notice, otherwise the word that a slip was printed. A slip is printed only if the person is at
    the counter, not if others decided meanwhile.

    Args:
        application: A case that its clerk has confirmed.
        found: What the prechecks found out since.
        now: The present instant (UTC).
        rules: ``second_approver_for`` may add to the flags that ask for a reviewer (``flag_policy``).

    Raises:
        NotAllowedError: another channel, no confirmation, or the clerk's own case.
    """
    _must_be(application, Channel.OFFICE)
    known = judged(application, found, rules)
    clerk = next((each for each in known.approvals if each.oid == known.clerk), None)
    if clerk is None or not known.vouched:
        raise NotAllowedError("not confirmed")
    same_person = bool(clerk.employee_id) and clerk.employee_id == known.employee_id
    if clerk.oid == known.subject or same_person:
        raise NotAllowedError("own case")
    notices = to_owner(known, MailKind.OWNER_NOTICE, now, round_=known.round)
    if refused(found.guards) or set(marks_of(clerk)) & set(known.operators):
        return need_attention(known, Attention.GUARD, now, rules).owing(*notices)
    if not asks_besides_clerk(known.flags, rules):
        return _approved(known, now, rules, party=Party.CLERK, actor=clerk.oid)
    promise = rules.calendar.after_open_time(now, rules.review_within)
    asked = note(known, EventKind.APPROVED_ONCE, now, party=Party.CLERK, actor=clerk.oid)
    asking = replace(
        asked.application,
        needs=max(2, known.needs),
        round=known.round + 1,
        due_at=promise,
        promised_by=promise,
        overdue=0,
    )
    return replace(asked, application=asking).owing(
        *notices, *to_staff(rules.reviewers, MailKind.REVIEW, now, round_=asking.round)
    )


def _must_be(application: Application, channel: Channel) -> None:
    if application.channel is not channel:
        raise NotAllowedError(application.channel.value)


def keep_photo_until(application: Application, erase_at: datetime) -> Application:
    """After the decision the photo has a date by which it is gone."""
    if application.photo is None or application.photo.erase_at is not None:
        return application
    return replace(application, photo=replace(application.photo, erase_at=erase_at))


def _approve(
    application: Application,
    request: Request,
    staff: StaffIdentity,
    employee_id: str,
    now: datetime,
    rules: Rules,
) -> Change:
    in_person = application.vouched and application.contact_confirmed
    confirmed = application.contact_confirmed or bool(request.body.get("confirm_contact"))
    approval = Approval(
        staff.oid,
        staff.name,
        employee_id,
        application.round,
        request.evidence,
        request.stamped_at or now,
    )
    approved = replace(application, contact_confirmed=confirmed, approvals=(*application.approvals, approval))
    if len(approved.approvals) < approved.needs:
        once = note(approved, EventKind.APPROVED_ONCE, now, party=Party.REVIEWER, actor=staff.oid)
        again = replace(once.application, round=approved.round + 1)
        return replace(once, application=again).owing(
            *to_staff(rules.reviewers, MailKind.REVIEW, now, round_=again.round)
        )
    typed = confirmed and not in_person and not approved.contact_on_file
    if typed or cools_off(approved, rules):
        return _cool_off(approved, staff.oid, now, rules)
    return _approved(approved, now, rules, party=Party.REVIEWER, actor=staff.oid)


def _approved(application: Application, now: datetime, rules: Rules, *, party: Party, actor: str) -> Change:
    until = rules.calendar.closing_after_days(now, rules.pickup_days)
    change = move(application, State.APPROVED, EventKind.APPROVED, now, party=party, actor=actor)
    ready = replace(
        keep_photo_until(change.application, now + rules.photo_retention),
        due_at=until,
        promised_by=until,
        pickup_until=until,
    )
    change = replace(change, application=ready).owing(*to_collect(ready, now, round_=ready.round))
    if party is not Party.CLERK or application.interventions:
        return change  # nobody is at the counter: a slip would run out unseen, the clerk prints it later
    return change.also(print_slip(ready, now, rules, party=party, actor=actor))


def _cool_off(
    application: Application, actor: str, now: datetime, rules: Rules, *, party: Party = Party.REVIEWER
) -> Change:
    change = move(
        application, State.COOLING_OFF, EventKind.COOLING_OFF_STARTED, now, party=party, actor=actor
    )
    until = now + rules.cooling_off
    cooling = replace(
        keep_photo_until(change.application, now + rules.photo_retention), due_at=until, promised_by=until
    )
    return replace(change, application=cooling).owing(
        *to_owner(cooling, MailKind.COOLING_OFF, now, round_=cooling.round)
    )


def _return(application: Application, actor: str, now: datetime, rules: Rules) -> Change:
    change = move(application, State.RETURNED, EventKind.RETURNED, now, party=Party.REVIEWER, actor=actor)
    until = rules.calendar.closing_after_days(now, rules.return_days)
    returned = replace(change.application, due_at=until, promised_by=until)
    return replace(change, application=returned).owing(
        *to_applicant(returned, MailKind.RETURNED, now, round_=returned.round)
    )


def _next_round_after_refusal(
    application: Application, request: Request, now: datetime, rules: Rules, *, why: str
) -> Change:
    change = note(application, EventKind.DECISION_REFUSED, now, why=why)
    again = replace(change.application, round=application.round + 1)
    return (
        replace(change, application=again)
        .owing(
            *to_staff(rules.operators, MailKind.OPERATOR_ALERT, now, round_=again.round),
            *to_staff(rules.reviewers, MailKind.REVIEW, now, round_=again.round),
        )
        .answering(request, now, Outcome.REFUSED)
    )


def _reason_code(request: Request) -> ReasonCode | None:
    code = request.body.get("reason_code", "")
    return ReasonCode(code) if code else None
