"""Verbs that stop, end or park an application, and those of the operator."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.domain.accounts import GuardResult
from shared.domain.addressees import to_applicant, to_collect, to_owner, to_staff
from shared.domain.application import Application, Change, move, note
from shared.domain.case_parts import marks_of
from shared.domain.errors import NotAllowedError
from shared.domain.events import EventKind, Party
from shared.domain.kinds import IN_PERSON, Attention, Channel, Closing
from shared.domain.mails import MailKind
from shared.domain.requests import Outcome, Request, RequestKind
from shared.domain.rules import Rules
from shared.domain.staff import Decider
from shared.domain.states import State

_ENDS: dict[Closing, State] = {
    Closing.EXPIRED: State.EXPIRED,
    Closing.REJECTED: State.REJECTED,
}
_END_EVENTS: dict[State, EventKind] = {
    State.EXPIRED: EventKind.EXPIRED,
    State.REJECTED: EventKind.REJECTED,
    State.CANCELLED: EventKind.CANCELLED,
}


def need_attention(application: Application, why: Attention, now: datetime, rules: Rules) -> Change:
    """Park the case for the operator, who is told. The applicant is never shown this state."""
    change = move(application, State.ATTENTION, EventKind.ATTENTION_NEEDED, now, why=why.value)
    parked = replace(
        change.application,
        attention=why,
        attention_from=application.state,
        due_at=rules.calendar.closing_after_days(now, 1),
        promised_by=rules.calendar.after_open_time(now, rules.review_within),
        check_at=None,
        interventions=application.interventions + 1,
    )
    return replace(change, application=parked).owing(
        *to_staff(rules.operators, MailKind.OPERATOR_ALERT, now, round_=1_000_000 + parked.interventions)
    )


def tell_operators(application: Application, number: int, now: datetime, rules: Rules) -> Change:
    """Each operator gets a mail about this case; one for each ``number``."""
    return Change(application).owing(*to_staff(rules.operators, MailKind.OPERATOR_ALERT, now, round_=number))


def remind_operator(application: Application, now: datetime, rules: Rules) -> Change:
    """A parked case waits for a named person: they are told again, each business day, until somebody acts."""
    waiting = replace(application, due_at=rules.calendar.closing_after_days(now, 1))
    return tell_operators(waiting, 3_000_000 + int(now.timestamp()) // 3600, now, rules)


def stop(
    application: Application,
    why: Closing,
    now: datetime,
    rules: Rules,
    *,
    party: Party,
    actor: str = "",
) -> Change:
    """End the case: directly if no attempt was ever claimed, through ``stopping`` otherwise.

    "This was not me" always goes through ``stopping``: whoever applied holds the password, so sessions are revoked.
    """
    direct = why is not Closing.NOT_ME and application.state is not State.ATTENTION
    if direct and application.may_move(_ENDS.get(why, State.CANCELLED)):
        return _end(application, why, now, rules, party=party, actor=actor)
    return _stopping(application, why, now, rules, party=party, actor=actor)


def _stopping(
    application: Application, why: Closing, now: datetime, rules: Rules, *, party: Party, actor: str
) -> Change:
    change = move(
        application,
        State.STOPPING,
        EventKind.STOPPING_STARTED,
        now,
        party=party,
        actor=actor,
        why=why.value,
    )
    kept = Closing.NOT_ME if application.stop_as is Closing.NOT_ME else why
    stopping = replace(
        change.application,
        stop_as=kept,
        disowned=application.disowned or why is Closing.NOT_ME,
        due_at=None,
        promised_by=None,
        check_at=None,
    )
    change = replace(change, application=stopping)
    if why is not Closing.NOT_ME:
        return change
    return change.owing(*to_staff(rules.operators, MailKind.OPERATOR_ALERT, now, round_=2_000_000))


def stopped(application: Application, now: datetime, rules: Rules) -> Change:
    """The pass was seen gone and sessions were revoked: the case ends."""
    return _end(
        application, application.stop_as or Closing.OPERATOR, now, rules, party=Party.SYSTEM, actor=""
    )


def duplicate(application: Application, holder: str, now: datetime, rules: Rules) -> Change:
    """Another application of the account is open already: this one ends and points to it."""
    pointing = replace(application, duplicate_of=holder)
    return _end(pointing, Closing.DUPLICATE, now, rules, party=Party.SYSTEM, actor="")


def refuse(
    application: Application,
    now: datetime,
    rules: Rules,
    *,
    event: EventKind,
    why: str,
    party: Party = Party.SYSTEM,
    actor: str = "",
) -> Change:
    """What came with it does not hold, or the way in is not for this account: it ends; who never heard of it is not told."""
    if application.attempt is None or application.state is State.STOPPING:
        return _end(application, Closing.REFUSED, now, rules, party=party, actor=actor, event=event, code=why)
    noted = note(application, event, now, party=party, actor=actor, why=why)  # then its pass is taken back
    return noted.also(_end(noted.application, Closing.REFUSED, now, rules, party=party, actor=actor))


def forget(application: Application, now: datetime, rules: Rules, *, party: Party, actor: str) -> Change:
    """A look-up at the counter ends without a confirmation, as if it had never been: who never heard of it is not told."""
    return _end(application, Closing.NOT_CONFIRMED, now, rules, party=party, actor=actor)


def gives_way(application: Application, to: Channel, *, young: bool = False) -> bool:
    """Whether this open case of an account ends when the same person comes by way of ``to``.

    A stronger channel supersedes, a card only if its link is not ``young``; a new confirmation at the counter takes over an
    older one, and what a card began but has not used. What is parked in one way does not block another, but what was
    confirmed in person gives way to somebody in person only: a stolen password is not enough.
    """
    if to is Channel.IDENTITY_VERIFICATION and young:
        return False
    by_card = application.channel is Channel.IDENTITY_VERIFICATION
    if application.state is State.ATTENTION and application.channel is not to:
        return to in IN_PERSON or not (application.vouched or by_card)
    if application.channel is to is Channel.OFFICE:
        return True
    if by_card and to is Channel.OFFICE:
        unused = application.state is State.APPROVED and application.attempt is None
        return unused or application.state is State.COOLING_OFF
    return to.strength > application.channel.strength


def gives_way_to(application: Application, by: Application, now: datetime, rules: Rules) -> bool:
    """Whether this open case ends for ``by``, another one of the account; a card's link must have its age by now."""
    ripe = by.linked_at is not None and now >= by.linked_at + rules.link_cooling
    return gives_way(application, by.channel, young=not ripe)


def superseded(application: Application, by: Application, now: datetime, rules: Rules) -> Change:
    """Another case of the account takes over: this one ends and points to it.

    Raises:
        NotAllowedError: this case does not give way to the other, or is not of the same account.
    """
    same = bool(application.subject) and by.subject == application.subject
    if not same or by.id == application.id or not gives_way_to(application, by, now, rules):
        raise NotAllowedError(by.channel.value)
    pointing = replace(application, duplicate_of=by.id)
    return stop(pointing, Closing.SUPERSEDED, now, rules, party=Party.SYSTEM)


def disown(application: Application, request: Request, now: datetime, rules: Rules) -> Change:
    """The owner says "not me" of a case that is ending or has ended otherwise: it counts, and the operator is told."""
    change = note(application, EventKind.CONTESTED, now, party=Party.OWNER)
    said = replace(change.application, disowned=True)
    said = (
        replace(said, stop_as=Closing.NOT_ME)
        if said.state is State.STOPPING
        else replace(said, sessions_to_end=True, sessions_since=said.sessions_since or now)
    )
    alert = to_staff(rules.operators, MailKind.OPERATOR_ALERT, now, round_=2_000_000 + request.slot)
    return replace(change, application=said).owing(*alert).answering(request, now)


def contest(application: Application, request: Request, now: datetime, rules: Rules) -> Change:
    """The owner says after completion that it was not them: sessions are ended, and the operator is told, at once."""
    if application.completed_at is None or now - application.completed_at >= rules.contest_for:
        return too_late(application, request, now)
    said = replace(application, disowned=True, sessions_to_end=True, sessions_since=now)
    noted = note(said, EventKind.CONTESTED, now, party=Party.OWNER)
    parked = need_attention(noted.application, Attention.CONTESTED, now, rules)
    return noted.also(parked).answering(request, now)


def too_late(application: Application, request: Request, now: datetime) -> Change:
    """A request that no longer fits is answered so, and leaves its trace.

    One for the next pass has used that pass's number up: it is passed over, so that a later one is not taken for answered.
    """
    change = note(application, EventKind.REQUEST_TOO_LATE, now, request=request.kind.value)
    used_up = request.kind is RequestKind.PICKUP and request.slot == application.attempts + 1
    if used_up and application.state is not State.ISSUING:
        passed = replace(change.application, attempts=application.attempts + 1)
        change = replace(change, application=passed)
    return change.answering(request, now, Outcome.TOO_LATE)


def refuse_operator(application: Application, request: Request, now: datetime) -> Change:
    """Whoever sent this may not: it is counted as an intervention, so that the next request is a new one."""
    change = note(application, EventKind.REQUEST_TOO_LATE, now, request=request.kind.value, why="refused")
    counted = replace(change.application, interventions=application.interventions + 1)
    return replace(change, application=counted).answering(request, now, Outcome.REFUSED)


def run_again(
    application: Application,
    request: Request,
    operator: Decider,
    now: datetime,
    rules: Rules,
    *,
    decision_verifies: bool,
) -> Change:
    """The operator lets everything run again: from the prechecks, or from ``approved`` if issuing was interrupted.

    A contested case cannot run again; it can only be stopped. One that was being stopped goes on with that. Back in
    ``approved`` the person is told, with a whole window to collect: the first may have passed while the case was parked.
    """
    stopping = application.attention_from is State.STOPPING
    contested = application.attention is Attention.CONTESTED or application.completed_at is not None
    if contested and not stopping:
        return too_late(application, request, now)
    touched = replace(
        application,
        attention=None,
        attention_from=None,
        due_at=None,
        passes=0,
        operators=(*application.operators, *operator.marks),
        attempts=application.attempts + 1,
    )
    actor = operator.staff.oid if operator.staff else ""
    own = any(set(marks_of(each)) & set(touched.operators) for each in application.approvals)
    stands = decision_verifies and not own
    change = _back(application, touched, actor, now, rules, decision_verifies=stands)
    return change.answering(request, now)


def _back(
    parked: Application,
    touched: Application,
    actor: str,
    now: datetime,
    rules: Rules,
    *,
    decision_verifies: bool,
) -> Change:
    by: dict[str, Any] = {"party": Party.OPERATOR, "actor": actor}
    if parked.attention_from is State.STOPPING:
        return move(touched, State.STOPPING, EventKind.RUN_AGAIN, now, **by)
    interrupted = parked.attention_from in {State.ISSUING, State.ISSUED}
    if not interrupted or not decision_verifies:
        photo = replace(touched.photo, erase_at=None) if touched.photo else None  # it is needed once more
        fresh = replace(touched, approvals=(), photo=photo, round=parked.round + 1, promised_by=None)
        if parked.channel is Channel.OFFICE:  # the person has gone home: what was confirmed stands, or not
            confirmed = tuple(each for each in parked.approvals if each.oid == parked.clerk)
            stands = parked.vouched and decision_verifies and bool(confirmed)
            fresh = replace(fresh, vouched=stands, approvals=confirmed if stands else ())
        return move(fresh, State.SUBMITTED, EventKind.RUN_AGAIN, now, **by)
    until = rules.calendar.closing_after_days(now, rules.pickup_days)
    ready = replace(touched, due_at=until, promised_by=until, pickup_until=until)
    number = 1_000_000 + parked.interventions
    told = to_collect(ready, now, round_=number)
    return move(ready, State.APPROVED, EventKind.RUN_AGAIN, now, **by).owing(*told)


def _end(
    application: Application,
    why: Closing,
    now: datetime,
    rules: Rules,
    *,
    party: Party,
    actor: str,
    event: EventKind | None = None,
    code: str = "",
) -> Change:
    """Every end but ``completed`` comes by here: what ever claimed an attempt goes through ``stopping`` first."""
    if application.attempt is not None and application.state is not State.STOPPING:
        return _stopping(application, why, now, rules, party=party, actor=actor)
    target = _ENDS.get(why, State.CANCELLED)
    kind = event or _END_EVENTS[target]
    change = move(application, target, kind, now, party=party, actor=actor, why=code or why.value)
    ended = replace(change.application, stop_as=why, due_at=None, promised_by=None, attention=None)
    if ended.photo is not None and ended.photo.erase_at is None:
        ended = replace(ended, photo=replace(ended.photo, erase_at=now + rules.photo_retention))
    if ended.current_pass is not None:
        ended = replace(ended, current_pass=replace(ended.current_pass, sealed=""))
    change = replace(change, application=ended)
    untold = application.attempt is None and not application.guards  # owner notices follow the guards
    if untold and (application.unconfirmed or why in {Closing.REFUSED, Closing.NOT_CONFIRMED}):
        return change
    if why in {Closing.NOT_ME, Closing.BLOCKED}:
        return change.owing(*to_owner(ended, MailKind.CLOSED, now, round_=ended.round))
    mail = MailKind.REJECTED if why is Closing.REJECTED else MailKind.CLOSED
    told = to_applicant(ended, mail, now, round_=ended.round)
    if why is Closing.WITHDRAWN:  # who pressed it saw it; nobody makes us write to what was merely typed
        told = tuple(each for each in told if each.with_link)
    return change.owing(*told)


def photos_erased(application: Application, names: set[str], now: datetime) -> Change:
    """The photos are gone; that they were erased stays in the audit trail."""
    change = note(application, EventKind.PHOTO_ERASED, now, count=str(len(names)))
    photo = application.photo
    if photo is not None and photo.name in names:
        photo = replace(photo, erased_at=now)
    left = tuple(each for each in application.discarded if each not in names)
    return replace(change, application=replace(change.application, photo=photo, discarded=left))


def with_guards(application: Application, guards: tuple[GuardResult, ...]) -> Application:
    """The application with the guards as they were asked last."""
    return replace(application, guards=guards)
