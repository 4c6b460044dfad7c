"""The reviewer's door: what they see, the photo, and their decision."""

from dataclasses import dataclass

from shared.domain.addressees import lost_everywhere
from shared.domain.application import Application
from shared.domain.flag_policy import ExplainedFlag, explained, in_person_only
from shared.domain.kinds import DecisionKind, Flag, ReasonCode
from shared.domain.links import LinkClaims
from shared.domain.mails import MailKind
from shared.domain.requests import RequestKind
from shared.domain.staff import DecisionBar, StaffIdentity, bar_to_decide
from shared.domain.states import State
from shared.ports import Access, MissingError
from shared.services.ask import ask, hint
from shared.services.find_case import read_case
from shared.services.refusals import Refusal, RefusedError
from shared.services.web_ports import WebPorts

_EARLIER_SHOWN = 5


@dataclass(frozen=True)
class Reviewing:
    """A case as a reviewer sees it.

    Attributes:
        application: The case.
        earlier: Earlier cases of the account, newest first.
        bar: Why this reviewer may not decide.
        closed: Nothing to decide any more through this link.
        flags: Its flags, each with what is known and what it asks for.
        office_only: A flag leaves only the office or the card: it can be rejected, not approved.
        unheard: The notice to the owner reached no address on file.
    """

    application: Application
    earlier: tuple[Application, ...]
    bar: DecisionBar | None
    closed: bool
    flags: tuple[ExplainedFlag, ...] = ()
    office_only: bool = False
    unheard: bool = False


@dataclass(frozen=True)
class DecisionForm:
    """What the reviewer decided."""

    decision: DecisionKind
    reason_code: ReasonCode | None
    message: str
    confirm_contact: bool


async def show_review(claims: LinkClaims, staff: StaffIdentity, ports: WebPorts) -> Reviewing:
    """The case that a signed link locates; that it was looked at is recorded before.

    Raises:
        RefusedError: there is no such case.
    """
    snapshot = await read_case(claims.application, ports)
    application = snapshot.application
    if staff.oid == application.subject:
        raise RefusedError(Refusal.OWN_CASE)
    earlier: list[Application] = []
    if Flag.EARLIER_APPLICATIONS in application.flags:
        lock = await ports.locks.read(application.subject)
        for each in (lock.earlier if lock else ())[:_EARLIER_SHOWN]:
            other = await ports.applications.read(each)
            if other is not None:
                earlier.append(other.application)
    closed = not _decidable(application, claims)
    await ports.accesses.record(Access(application.id, staff.oid, "review", ports.clock.now()))
    return Reviewing(
        application,
        tuple(earlier),
        bar_to_decide(application, staff),
        closed,
        explained(application, ports.rules),
        in_person_only(application, ports.rules),
        lost_everywhere(snapshot.mails, MailKind.OWNER_NOTICE),
    )


async def show_photo(claims: LinkClaims, staff: StaffIdentity, ports: WebPorts) -> bytes:
    """The photo, while the case is in review; that it was looked at is recorded before.

    Raises:
        RefusedError: not in review any more, or no photo (any more).
    """
    application = (await read_case(claims.application, ports)).application
    photo = application.photo
    if not _decidable(application, claims) or photo is None or photo.erased_at is not None:
        raise RefusedError(Refusal.GONE)
    if staff.oid == application.subject:
        raise RefusedError(Refusal.OWN_CASE)
    await ports.accesses.record(Access(application.id, staff.oid, "photo", ports.clock.now()))
    try:
        return await ports.photos.get(photo.name)
    except MissingError as error:
        raise RefusedError(Refusal.GONE) from error


async def decide(
    claims: LinkClaims, staff: StaffIdentity, token: str, form: DecisionForm, ports: WebPorts
) -> Application:
    """Put the decision into the inbox; of two in one round the first inserted wins.

    Raises:
        RefusedError: ``OWN_CASE``, ``FORBIDDEN`` (separation of duties), ``ALREADY_DECIDED`` with the winner's name,
            ``TOO_LATE`` when the case moved on otherwise, ``OFFICE_BY_POLICY`` for an approval that a flag forbids.
    """
    before = (await read_case(claims.application, ports)).application
    if staff.oid == before.subject:
        raise RefusedError(Refusal.OWN_CASE)
    if not _decidable(before, claims):
        if _decided_so(before, claims, staff, form):
            return before
        raise _moved_on(before)
    _check_bar(before, staff)
    if form.decision is DecisionKind.APPROVE and in_person_only(before, ports.rules):
        raise RefusedError(Refusal.OFFICE_BY_POLICY)
    body = {
        "decision": form.decision.value,
        "reason_code": form.reason_code.value if form.reason_code else "",
        "message": form.message,
        "confirm_contact": "on" if form.confirm_contact else "",
        "oid": staff.oid,
        "name": staff.name,
    }
    fresh = await ask(
        before.id, RequestKind.DECISION, claims.round, ports, body=body, evidence=token, lane=""
    )
    if not fresh:
        return await _not_first(before.id, claims, staff, form, ports)
    after = (await read_case(claims.application, ports)).application
    if not _decidable(after, claims) and (after.decided is None or after.decided.oid != staff.oid):
        raise _moved_on(after)
    await hint("review", before.id, ports)
    return after


def _decidable(application: Application, claims: LinkClaims) -> bool:
    return application.state is State.IN_REVIEW and application.round == claims.round


def _check_bar(application: Application, staff: StaffIdentity) -> None:
    bar = bar_to_decide(application, staff)
    if bar is DecisionBar.OWN_CASE:
        raise RefusedError(Refusal.OWN_CASE)
    if bar is not None:
        raise RefusedError(Refusal.FORBIDDEN)


def _moved_on(application: Application) -> RefusedError:
    if application.decided is not None:
        return RefusedError(Refusal.ALREADY_DECIDED, winner=application.decided.by)
    return RefusedError(Refusal.TOO_LATE)


def _decided_so(
    application: Application, claims: LinkClaims, staff: StaffIdentity, form: DecisionForm
) -> bool:
    """Whether this reviewer has decided this round in this very way: a reload or double click is no conflict."""
    decided = application.decided
    return decided is not None and (decided.round, decided.oid, decided.kind) == (
        claims.round,
        staff.oid,
        form.decision.value,
    )


async def _not_first(
    application: str, claims: LinkClaims, staff: StaffIdentity, form: DecisionForm, ports: WebPorts
) -> Application:
    """Somebody's decision of this round is in the inbox already; a reviewer's own, sent again, is no conflict."""
    now = (await read_case(application, ports)).application
    for each in await ports.inbox.waiting(application):
        if each.kind is RequestKind.DECISION and each.slot == claims.round:
            if (each.body.get("oid"), each.body.get("decision")) == (staff.oid, form.decision.value):
                return now
            raise RefusedError(Refusal.ALREADY_DECIDED, winner=each.body.get("name", ""))
    if _decided_so(now, claims, staff, form):
        return now
    raise _moved_on(now)
