"""Verbs from the application's arrival to the decision."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.accounts import AccountFacts, GuardResult, Method, refused
from shared.domain.addressees import receipt, to_applicant, to_owner, to_staff
from shared.domain.application import Application, Change, move, note, with_facts
from shared.domain.case_parts import Proof
from shared.domain.closing import need_attention
from shared.domain.events import EventKind, Party
from shared.domain.flag_policy import needed_approvals
from shared.domain.kinds import SUBMITTED_BY_WEB, Attention, Channel, Language, Reason
from shared.domain.mails import MailKind
from shared.domain.photo import PhotoDoubt, StoredPhoto
from shared.domain.requests import Request
from shared.domain.risks import Earlier, PhotoUse, RiskFindings, flagged, flagged_anew
from shared.domain.rules import Rules
from shared.domain.states import State

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference_of(application: str) -> str:
    """A short reference that a person can read out on the phone (Crockford base 32 of the id's first 40 bits)."""
    value = int(application[:10], 16)
    digits = "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(35, -5, -5))
    return f"{digits[:4]}-{digits[4:]}"


def submit(request: Request, now: datetime, rules: Rules, *, salt: str = "") -> Change:
    """The application begins with what the door took in; nothing of the directory is known yet.

    Only the website's door knows the account; the other channels bring evidence, and the worker finds out whose it is. Object
    ids are written in small letters, as Entra writes them: one account must not have two locks. ``salt`` is random, for the marks
    by which the audit trail names the person.
    """
    body = request.body
    channel = Channel(body["channel"])
    application = Application(
        id=request.application,
        reference=reference_of(request.application),
        channel=channel,
        subject=body.get("subject", "").lower() if channel in SUBMITTED_BY_WEB else "",
        language=Language(body["language"]),
        reason=Reason(body["reason"]),
        state=State.SUBMITTED,
        received_at=request.received_at,
        entered_at=now,
        promised_by=_first_promise(request.received_at, rules) if channel.held_until_open else None,
        details=body.get("details", ""),
        contact_email=body.get("contact_email", ""),
        photo=photo_of(request),
        account=body.get("account", ""),
        proof=_proof(request, channel),
        source=body.get("source", ""),
        salt=salt,
        trace=request.trace,
    )
    return note(
        application,
        EventKind.SUBMITTED,
        request.received_at,
        party=Party.CLERK if channel is Channel.OFFICE else Party.APPLICANT,
        actor=application.subject,
        channel=channel.value,
    )


def photo_of(request: Request) -> StoredPhoto | None:
    """The photo that came with a request, as web stored it."""
    name = request.body.get("photo", "")
    doubts = tuple(PhotoDoubt(each) for each in request.body.get("doubts", "").split(",") if each)
    return StoredPhoto(name, doubts, upload=request.body.get("upload", "")) if name else None


def _proof(request: Request, channel: Channel) -> Proof | None:
    if channel in SUBMITTED_BY_WEB or request.stamped_at is None:
        return None
    return Proof(request.evidence, request.stamped_at)


def identified(application: Application, subject: str) -> Change:
    """What came with the application was verified, and this is the account it is about."""
    return Change(replace(application, subject=subject))


def _first_promise(received_at: datetime, rules: Rules) -> datetime:
    """By when staff will have looked, as it can be said before anything is known of the account."""
    calendar = rules.calendar
    start = received_at if calendar.is_open(received_at) else calendar.next_opening(received_at)
    return calendar.after_open_time(start, rules.review_within)


@dataclass(frozen=True)
class Prechecks:
    """What the prechecks found out."""

    account: AccountFacts | None
    guards: tuple[GuardResult, ...]
    methods: tuple[Method, ...]
    earlier: int
    contested_before: bool = False
    history: tuple[Earlier, ...] = ()
    photo: PhotoUse = field(default_factory=PhotoUse)
    blocks: tuple[str, ...] = ()
    block_lifted: bool = False
    lifters: tuple[str, ...] = ()


def precheck(application: Application, found: Prechecks, now: datetime, rules: Rules) -> Change:
    """Judge the account, tell its owner, and open the review, hold it, or ask the operator."""
    known = replace(judged(application, found, rules), approvals=())
    notices = (*to_owner(known, MailKind.OWNER_NOTICE, now, round_=known.round), *receipt(known, now))
    if refused(found.guards):
        return need_attention(known, Attention.GUARD, now, rules).owing(*notices)
    return enter_queue(known, known.received_at, now, rules).owing(*notices)


def judged(application: Application, found: Prechecks, rules: Rules) -> Application:
    """The application with everything that was found out about its account, and what is unusual about it."""
    known = application if found.account is None else with_facts(application, found.account)
    office = known.channel is Channel.OFFICE
    known = replace(
        known,
        guards=found.guards,
        methods_seen=tuple(each for each in found.methods if each.kind.is_mfa),
        blocks=known.blocks if known.blocks_seen else found.blocks if office else (),
        blocks_seen=office,
    )
    known = with_operators(known, found.lifters)
    risks = RiskFindings(found.account, found.earlier, found.contested_before, found.history, found.photo)
    return flagged(known, risks, rules.risk_limits)


def with_operators(application: Application, marks: Iterable[str]) -> Application:
    """The application, in which these decide nothing: they acted as operators for its account."""
    fresh = (each for each in marks if each not in application.operators)
    return replace(application, operators=(*application.operators, *fresh))


def enter_queue(application: Application, received_at: datetime, now: datetime, rules: Rules) -> Change:
    """To review at once, or held until the next opening: decided by when it reached the door."""
    if application.channel.held_until_open and not rules.calendar.is_open(received_at):
        opening = rules.calendar.next_opening(received_at)
        if now < opening:
            held = move(application, State.HELD, EventKind.HELD, now)
            promise = rules.calendar.after_open_time(opening, rules.review_within)
            return replace(held, application=replace(held.application, due_at=opening, promised_by=promise))
    return open_review(application, now, rules)


def hold_longer(application: Application, now: datetime, rules: Rules) -> Change:
    """The opening passed and nobody is there (a closure declared later, a worker that was down): a new promise.

    The person is told of it.
    """
    opening = rules.calendar.next_opening(now)
    promise = rules.calendar.after_open_time(opening, rules.review_within)
    held = note(application, EventKind.HELD, now, again="1")
    longer = replace(held.application, due_at=opening, promised_by=promise)
    number = int(opening.timestamp()) // 60
    return replace(held, application=longer).owing(
        *to_applicant(longer, MailKind.PROMISE_CHANGED, now, round_=number)
    )


def open_review(application: Application, now: datetime, rules: Rules) -> Change:
    """Staff move next: each reviewer is told; the promise is counted in open time."""
    promise = rules.calendar.after_open_time(now, rules.review_within)
    opened = move(application, State.IN_REVIEW, EventKind.REVIEW_OPENED, now, round=str(application.round))
    reviewing = replace(
        opened.application,
        due_at=promise,
        promised_by=promise,
        overdue=0,
        needs=needed_approvals(application, rules),
    )
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


def replace_photo(
    application: Application, request: Request, use: PhotoUse, now: datetime, rules: Rules
) -> Change:
    """The applicant sent a better photo: the next round begins, by the time it reached the door."""
    renewed = replace(
        discard_photo(application),
        photo=photo_of(request),
        round=application.round + 1,
        approvals=(),  # an approval was given for the photo that was seen
    )
    renewed = flagged_anew(renewed, use)
    noted = note(renewed, EventKind.PHOTO_REPLACED, now, party=Party.APPLICANT, actor=application.subject)
    return noted.also(enter_queue(noted.application, request.received_at, now, rules)).answering(request, now)


def discard_photo(application: Application) -> Application:
    """The photo is no longer wanted: the loop erases it at once."""
    if application.photo is None or application.photo.erased_at is not None:
        return replace(application, photo=None)
    return replace(application, photo=None, discarded=(*application.discarded, application.photo.name))
