"""Verbs from the application's arrival to the decision."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.accounts import AccountFacts, GuardResult, Method, refused
from shared.domain.addressees import receipt, to_applicant, to_owner, to_staff
from shared.domain.application import Application, Approval, Change, Decided, move, note, with_facts
from shared.domain.closing import need_attention
from shared.domain.errors import NotAllowedError
from shared.domain.events import EventKind, Party
from shared.domain.kinds import Attention, Channel, DecisionKind, Flag, Language, Reason, ReasonCode
from shared.domain.mails import MailKind
from shared.domain.photo import PhotoDoubt, StoredPhoto
from shared.domain.requests import Outcome, Request
from shared.domain.rules import Rules
from shared.domain.staff import StaffIdentity, bar_to_decide
from shared.domain.states import State

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference_of(application: str) -> str:
    """A short reference that a person can read out on the phone (Crockford base 32 of the id's first 40 bits)."""
    value = int(application[:10], 16)
    digits = "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(35, -5, -5))
    return f"{digits[:4]}-{digits[4:]}"


def submit(request: Request) -> Change:
    """The application begins with what the door took in; nothing of the directory is known yet."""
    body = request.body
    name = body.get("photo", "")
    doubts = tuple(PhotoDoubt(each) for each in body.get("doubts", "").split(",") if each)
    application = Application(
        id=request.application,
        reference=reference_of(request.application),
        channel=Channel(body["channel"]),
        subject=body["subject"],
        language=Language(body["language"]),
        reason=Reason(body["reason"]),
        state=State.SUBMITTED,
        received_at=request.received_at,
        entered_at=request.received_at,
        details=body.get("details", ""),
        contact_email=body.get("contact_email", ""),
        photo=StoredPhoto(name, doubts) if name else None,
    )
    return note(
        application,
        EventKind.SUBMITTED,
        request.received_at,
        party=Party.APPLICANT,
        actor=application.subject,
        channel=application.channel.value,
    )


@dataclass(frozen=True)
class Prechecks:
    """What the prechecks found out."""

    account: AccountFacts | None
    guards: tuple[GuardResult, ...]
    methods: tuple[Method, ...]
    earlier: int
    contested_before: bool = False


def precheck(application: Application, found: Prechecks, now: datetime, rules: Rules) -> Change:
    """Judge the account, tell its owner, and open the review, hold it, or ask the operator."""
    known = application if found.account is None else with_facts(application, found.account)
    known = replace(
        known,
        guards=found.guards,
        methods_seen=tuple(each for each in found.methods if each.kind.is_mfa),
        approvals=(),
    )
    known = replace(known, flags=_flags(known, found))
    notices = (*to_owner(known, MailKind.OWNER_NOTICE, now, round_=known.round), *receipt(known, now))
    if refused(found.guards):
        return need_attention(known, Attention.GUARD, now, rules).owing(*notices)
    return enter_queue(known, known.received_at, now, rules).owing(*notices)


def enter_queue(application: Application, received_at: datetime, now: datetime, rules: Rules) -> Change:
    """To review at once, or held until the next opening: decided by when it reached the door."""
    if application.channel.held_until_open and not rules.calendar.is_open(received_at):
        opening = rules.calendar.next_opening(received_at)
        if now < opening:
            held = move(application, State.HELD, EventKind.HELD, now)
            promise = rules.calendar.after_open_time(opening, rules.review_within)
            return replace(held, application=replace(held.application, due_at=opening, promised_by=promise))
    return open_review(application, now, rules)


def open_review(application: Application, now: datetime, rules: Rules) -> Change:
    """Staff move next: each reviewer is told; the promise is counted in open time."""
    promise = rules.calendar.after_open_time(now, rules.review_within)
    opened = move(application, State.IN_REVIEW, EventKind.REVIEW_OPENED, now, round=str(application.round))
    reviewing = replace(opened.application, due_at=promise, promised_by=promise, overdue=0)
    return replace(opened, application=reviewing).owing(
        *to_staff(rules.reviewers, MailKind.REVIEW, now, round_=reviewing.round)
    )


def remind(application: Application, now: datetime, rules: Rules) -> Change:
    """Staff are late: all reviewers are reminded, then the operator; the person gets a new promise. Nothing ends."""
    count = application.overdue + 1
    promise = rules.calendar.after_open_time(now, rules.review_within)
    late = note(application, EventKind.REVIEW_OVERDUE, now, times=str(count))
    waiting = replace(late.application, overdue=count, due_at=promise, promised_by=promise)
    number = application.round * 1000 + count
    mails = to_staff(rules.reviewers, MailKind.REVIEW_REMINDER, now, round_=number)
    if count > 1:
        mails += to_staff(rules.operators, MailKind.OPERATOR_ALERT, now, round_=number)
    return replace(late, application=waiting).owing(
        *mails, *to_applicant(waiting, MailKind.PROMISE_CHANGED, now, round_=number)
    )


@dataclass(frozen=True)
class Decider:
    """Whom the decision's own token names, with the employee id the directory has for them."""

    staff: StaffIdentity | None
    employee_id: str = ""


def decide(
    application: Application, request: Request, decider: Decider, now: datetime, rules: Rules
) -> Change:
    """Carry out a reviewer's decision, after checking who made it.

    A decision of an earlier round is answered "too late". One whose token does not verify, or whose maker may not
    decide, opens the next round and alerts the operator: it must not block the case by being the first.
    """
    if application.state is not State.IN_REVIEW or request.slot != application.round:
        late = note(application, EventKind.REQUEST_TOO_LATE, now, request=request.kind.value)
        return late.answering(request, now, Outcome.TOO_LATE)
    bar = bar_to_decide(application, decider.staff, employee_id=decider.employee_id)
    staff = decider.staff
    if bar is not None or staff is None:
        return _next_round_after_refusal(application, request, now, rules, why=bar.value if bar else "")
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
            change = _reject(judged, staff.oid, now, rules)
        case DecisionKind.RETURN:
            change = _return(judged, staff.oid, now, rules)
        case _:  # WRONG_DOCUMENT: the photo is erased at once
            change = _return(discard_photo(judged), staff.oid, now, rules)
    return change.answering(request, now)


def replace_photo(application: Application, request: Request, now: datetime, rules: Rules) -> Change:
    """The applicant sent a better photo: the next round begins, by the time it reached the door."""
    doubts = tuple(PhotoDoubt(each) for each in request.body.get("doubts", "").split(",") if each)
    renewed = replace(
        discard_photo(application),
        photo=StoredPhoto(request.body["photo"], doubts),
        round=application.round + 1,
        flags=_photo_flags(application.flags, doubts),
    )
    noted = note(renewed, EventKind.PHOTO_REPLACED, now, party=Party.APPLICANT, actor=application.subject)
    return noted.also(enter_queue(noted.application, request.received_at, now, rules)).answering(request, now)


def approve_after_delay(application: Application, now: datetime, rules: Rules) -> Change:
    """The security delay is over and nobody stopped it."""
    return _approved(application, now, rules, party=Party.SYSTEM, actor="")


def approve_by_card(application: Application, now: datetime, rules: Rules) -> Change:
    """Identity verification needs no reviewer.

    Raises:
        NotAllowedError: another channel.
    """
    application_must_be(application, Channel.IDENTITY_VERIFICATION)
    return _approved(application, now, rules, party=Party.SYSTEM, actor="")


def application_must_be(application: Application, channel: Channel) -> None:
    """Refuse a verb that belongs to another channel.

    Raises:
        NotAllowedError: another channel.
    """
    if application.channel is not channel:
        raise NotAllowedError(application.channel.value)


def discard_photo(application: Application) -> Application:
    """The photo is no longer wanted: the loop erases it at once."""
    if application.photo is None or application.photo.erased_at is not None:
        return replace(application, photo=None)
    return replace(application, photo=None, discarded=(*application.discarded, application.photo.name))


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
    if confirmed and not approved.contact_on_file:
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
    return replace(change, application=ready).owing(
        *to_applicant(ready, MailKind.PICKUP, now, round_=ready.round)
    )


def _cool_off(application: Application, actor: str, now: datetime, rules: Rules) -> Change:
    change = move(
        application, State.COOLING_OFF, EventKind.COOLING_OFF_STARTED, now, party=Party.REVIEWER, actor=actor
    )
    until = now + rules.cooling_off
    cooling = replace(
        keep_photo_until(change.application, now + rules.photo_retention), due_at=until, promised_by=until
    )
    return replace(change, application=cooling).owing(
        *to_owner(cooling, MailKind.COOLING_OFF, now, round_=cooling.round)
    )


def _reject(application: Application, actor: str, now: datetime, rules: Rules) -> Change:
    change = move(application, State.REJECTED, EventKind.REJECTED, now, party=Party.REVIEWER, actor=actor)
    ended = replace(
        keep_photo_until(change.application, now + rules.photo_retention), due_at=None, promised_by=None
    )
    return replace(change, application=ended).owing(
        *to_applicant(ended, MailKind.REJECTED, now, round_=ended.round)
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


def _flags(application: Application, found: Prechecks) -> tuple[Flag, ...]:
    doubts = application.photo.doubts if application.photo else ()
    outside = any(not each.own_mailbox for each in application.addresses)
    told = {
        Flag.CONTACT_NOT_ON_FILE: bool(application.contact_email) and not application.contact_on_file,
        Flag.METHODS_STILL_REGISTERED: bool(application.methods_seen),
        Flag.EARLIER_APPLICATIONS: found.earlier > 0,
        Flag.EARLIER_CONTEST: found.contested_before,
        Flag.PHOTO_UNCLEAR: bool(doubts),
        Flag.NO_PHOTO: application.photo is None,
        Flag.OWN_MAILBOX_ONLY: bool(application.addresses) and not outside,
    }
    return tuple(flag for flag, raised in told.items() if raised)


def _photo_flags(flags: tuple[Flag, ...], doubts: tuple[PhotoDoubt, ...]) -> tuple[Flag, ...]:
    kept = tuple(each for each in flags if each not in {Flag.PHOTO_UNCLEAR, Flag.NO_PHOTO})
    return (*kept, Flag.PHOTO_UNCLEAR) if doubts else kept
