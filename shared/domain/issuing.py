"""Verbs from the claim of an attempt to the completed registration."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.accounts import Method
from shared.domain.addressees import to_owner
from shared.domain.application import Application, Change, move, note
from shared.domain.case_parts import Attempt, IssuedPass, PutOff
from shared.domain.closing import need_attention
from shared.domain.events import EventKind, Party
from shared.domain.kinds import Attention, Reason
from shared.domain.mails import MailKind
from shared.domain.putting_off import FROZEN, TRIAL, standing_still
from shared.domain.requests import Outcome, Request
from shared.domain.rules import Removal, Rules
from shared.domain.states import State

_FIRST_CHECK = timedelta(minutes=5)
LOOK_AGAIN = timedelta(minutes=1)
"""Who says that a method is registered that is not seen yet: it is looked for again so soon, without being asked again."""
_TROUBLES_UNTIL_ATTENTION = 2

LISTED_WITHIN = timedelta(minutes=5)
"""Graph lists a new pass at the latest by then (replication takes up to a few minutes), used or not, until it is deleted."""

COLLECT_WITHIN = timedelta(minutes=10)
"""How long the sealed pass may be read by the page that asked for it."""


@dataclass(frozen=True, slots=True)
class Minted:
    """A pass was made and sealed for this attempt."""

    attempt: int
    pass_id: str
    sealed: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NotMinted:
    """No pass was made for this attempt, or what was made is gone again.

    Attributes:
        attempt: The attempt.
        why: A code for the audit trail.
        for_good: Graph refuses for good: an operator must look.
    """

    attempt: int
    why: str
    for_good: bool = False


def may_ask(application: Application, rules: Rules) -> bool:
    """Whether another pass may be asked for in this case."""
    return application.passes < rules.max_attempts


def claim(
    application: Application, request: Request, methods: tuple[Method, ...], now: datetime, rules: Rules
) -> Change:
    """Claim the next attempt: until its deadline only the worker that saved this may call Graph."""
    number = application.attempts + 1
    attempt = Attempt(
        number=number,
        deadline=now + rules.issue_deadline,
        public_key=request.body["public_key"],
        session=request.body["session"],
    )
    change = move(
        application,
        State.ISSUING,
        EventKind.PASS_REQUESTED,
        now,
        party=Party.APPLICANT,
        actor=application.subject,
        attempt=str(number),
    )
    remembered = application.remembered if application.remembered is not None else methods
    claimed = replace(
        change.application,
        attempts=number,
        attempt=attempt,
        remembered=remembered,
        due_at=attempt.deadline,
        promised_by=attempt.deadline,
        check_at=None,
        current_pass=None,
        put_off=None,
    )
    return replace(change, application=claimed).answering(request, now)


def refuse_claim(application: Application, request: Request, now: datetime) -> Change:
    """The few passes of a case are used up: the state stays, the page says where to go."""
    change = note(application, EventKind.PASS_NOT_ISSUED, now, why="too_many")
    return change.answering(request, now, Outcome.REFUSED)


def record(application: Application, minted: Minted, now: datetime) -> Change:
    """The pass exists and only its asker can read it; every address on file is told that one was made."""
    attempt = application.attempt
    change = move(application, State.ISSUED, EventKind.PASS_ISSUED, now, attempt=str(minted.attempt))
    issued = IssuedPass(
        id=minted.pass_id,
        attempt=minted.attempt,
        issued_at=now,
        expires_at=minted.expires_at,
        sealed=minted.sealed,
        session=attempt.session if attempt else "",
    )
    after = replace(
        change.application,
        current_pass=issued,
        passes=application.passes + 1,
        due_at=minted.expires_at,
        promised_by=minted.expires_at,
        check_at=min(now + _FIRST_CHECK, minted.expires_at),
    )
    return replace(change, application=after).owing(
        *to_owner(after, MailKind.PASS_ISSUED, now, round_=minted.attempt)
    )


def not_issued(application: Application, why: str, now: datetime) -> Change:
    """The attempt made no pass: the person may ask again."""
    if why in {FROZEN, TRIAL}:
        application = replace(application, put_off=PutOff(why, now))
    return _back_to_approved(application, EventKind.PASS_NOT_ISSUED, now, why=why)


def found_dead(application: Application, now: datetime) -> Change:
    """The pass ran out without a registration: the person may ask again."""
    return _back_to_approved(application, EventKind.PASS_FOUND_DEAD, now, why="expired")


def found_foreign(application: Application, now: datetime) -> Change:
    """Another pass than the recorded one was live, and was deleted: the person may ask again."""
    return _back_to_approved(application, EventKind.PASS_FOUND_FOREIGN, now, why="replaced")


def graph_refused(application: Application, now: datetime, rules: Rules) -> Change:
    """Graph refuses to make a pass for good: permission, policy or account need an operator."""
    return need_attention(application, Attention.GRAPH_REFUSED, now, rules)


def shown(application: Application, request: Request, now: datetime) -> Change:
    """The page says that the pass is on the screen: the ciphertext goes."""
    current = application.current_pass
    if current is None or current.attempt != request.slot or not current.sealed:
        late = note(application, EventKind.REQUEST_TOO_LATE, now, request=request.kind.value)
        return late.answering(request, now, Outcome.TOO_LATE)
    change = note(application, EventKind.PASS_SHOWN, now, party=Party.APPLICANT, actor=application.subject)
    after = replace(change.application, current_pass=replace(current, sealed=""))
    return replace(change, application=after).answering(request, now)


def trouble(application: Application, request: Request, now: datetime, rules: Rules) -> Change:
    """The person says that the pass does not work: advice first, every second report goes to the operator."""
    change = note(
        application, EventKind.PASS_TROUBLE_REPORTED, now, party=Party.APPLICANT, actor=application.subject
    )
    counted = replace(change.application, troubles=application.troubles + 1)
    change = replace(change, application=counted)
    if counted.troubles % _TROUBLES_UNTIL_ATTENTION == 0:
        change = change.also(need_attention(counted, Attention.PASS_TROUBLE, now, rules))
    return change.answering(request, now)


def check_later(application: Application, now: datetime) -> Change:
    """No registration seen yet: look again, ever more rarely, until the pass has run out."""
    current = application.current_pass
    issued_at = current.issued_at if current else application.entered_at
    expires_at = current.expires_at if current else now
    span = max(now - issued_at, _FIRST_CHECK)
    again = min(now + span, expires_at) if now < expires_at else now
    return Change(replace(application, check_at=again))


def new_methods(application: Application, methods: tuple[Method, ...]) -> tuple[Method, ...]:
    """The MFA methods that were not there at the first claim."""
    before = {each.identity for each in application.remembered or ()}
    return tuple(each for each in methods if each.kind.is_mfa and each.identity not in before)


def old_methods(application: Application, methods: tuple[Method, ...]) -> tuple[Method, ...]:
    """The remembered MFA methods that are still there, unchanged; never password, e-mail, pass or unknown kinds."""
    before = {each.identity for each in application.remembered or ()}
    return tuple(each for each in methods if each.kind.is_mfa and each.identity in before)


def removes_before_issuing(application: Application, rules: Rules) -> bool:
    """A stolen device is not left registered while the thief may use it."""
    return application.reason is Reason.STOLEN and rules.removal is not Removal.KEEP


def complete(application: Application, methods: tuple[Method, ...], now: datetime, rules: Rules) -> Change:
    """A new method was seen: the case is over, old ones are to be removed by policy, the person is told."""
    change = move(application, State.COMPLETED, EventKind.COMPLETED, now)
    current = application.current_pass
    removals = old_methods(application, methods) if rules.removal is not Removal.KEEP else ()
    after = replace(
        change.application,
        completed_at=now,
        due_at=None,
        promised_by=None,
        check_at=None,
        removals=removals,
        current_pass=replace(current, sealed="") if current else None,
    )
    change = replace(change, application=after)
    return change if removals else change.owing(*to_owner(after, MailKind.COMPLETED, now, round_=1))


def removed(application: Application, gone: tuple[Method, ...], now: datetime) -> Change:
    """The old methods were removed (or Graph kept some): the person is told which kinds."""
    kinds = tuple(each.kind.value for each in gone)
    kept = len(application.removals) - len(gone)
    change = note(
        application,
        EventKind.OLD_METHODS_REMOVED,
        now,
        removed=",".join(kinds),
        kept=str(kept),
    )
    after = replace(change.application, removals=(), removed=kinds, kept=kept)
    return replace(change, application=after).owing(*to_owner(after, MailKind.COMPLETED, now, round_=1))


def _back_to_approved(application: Application, kind: EventKind, now: datetime, *, why: str) -> Change:
    change = move(application, State.APPROVED, kind, now, why=why)
    after = replace(
        change.application,
        current_pass=None,
        check_at=None,
        due_at=application.pickup_until,
        promised_by=application.pickup_until,
    )
    return replace(change, application=standing_still(after))


def registration_reported(application: Application, request: Request, now: datetime) -> Change:
    """The person says they have registered, but nothing is seen yet: look again soon (replication takes minutes)."""
    change = note(
        application, EventKind.REGISTRATION_REPORTED, now, party=Party.APPLICANT, actor=application.subject
    )
    soon = replace(change.application, check_at=now + LOOK_AGAIN)
    return replace(change, application=soon).answering(request, now)
