"""The next step of a case: the one place that says what is due. The loop in ``services/look_at.py`` only obeys.

Order: settle a pass that was just made; stops; whatever the state asks for; requests that no longer fit; photos; mails;
what is to be erased; the head of the audit chain; the inbox; wait.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain import closing, issuing, reviewing
from shared.domain.application import Application, Change, note
from shared.domain.blocking import NO_AFTER_LIFT
from shared.domain.events import EventKind, Party
from shared.domain.issuing import Minted, NotMinted
from shared.domain.kinds import Attention, Closing
from shared.domain.requests import STOPS, Request, RequestKind
from shared.domain.rules import Rules
from shared.domain.states import State
from shared.domain.step_by_state import advance
from shared.domain.step_of_audit import keep_head
from shared.domain.step_of_block import tend_block
from shared.domain.step_of_bounce import tend_bounces
from shared.domain.step_of_brake import wait_for_thaw
from shared.domain.step_of_counter import print_again
from shared.domain.step_of_erasure import asked_too_late, erase_in_time
from shared.domain.step_of_form import differs
from shared.domain.step_of_patience import end_sessions, out_of_patience
from shared.domain.steps import (
    Case,
    Commit,
    DeletePasses,
    ErasePhotos,
    EraseRequests,
    Gather,
    GatherDecider,
    KeepContest,
    Need,
    SendMails,
    Step,
    Wait,
)
from shared.domain.wakes import wake_at

ORPHAN_PHOTO_AFTER = timedelta(minutes=30)
"""A stored photo that no application claimed by then is erased; it is the erase-by of the row written before the photo."""

_STOP_ORDER = (RequestKind.NOT_ME, RequestKind.STOP, RequestKind.WITHDRAW)


def next_step(case: Case, now: datetime, rules: Rules) -> Step:
    """What is to be done now for this case."""
    application = case.application
    if application is None:
        return _before_the_first_commit(case, now, rules)
    early = tuple(each for each in case.waiting if _from_the_future(application, each))
    if early:
        return EraseRequests(early)
    step = (
        _settle_minted(case, application, now, rules)
        or asked_too_late(case, application, now)
        or _stops(case, application, now, rules)
        or _contest(case, application)
        or tend_block(case, application, now, rules)
        or _operator(case, application, now, rules)
        or out_of_patience(case, application, now, rules)
        or _owner_confirms(case, application, now)
        or tend_bounces(case, application, now, rules)
        or wait_for_thaw(case, application, now, rules)
        or advance(case, application, now, rules)
        or print_again(case, application, now, rules)
        or differs(case, application, now, rules)
        or end_sessions(case, application, now, rules)
        or _left_over(case, application, now)
        or _photos(case, application, now)
        or _mails(case, now)
        or erase_in_time(case, application, now, rules)
        or keep_head(case, application, now, rules)
    )
    if step is not None:
        return step
    if case.answered:
        return EraseRequests(case.answered)
    return Wait(wake_at(case, application, now, rules))


def _before_the_first_commit(case: Case, now: datetime, rules: Rules) -> Step:
    submits = [each for each in case.waiting if each.kind is RequestKind.SUBMIT]
    if submits:
        request = replace(submits[0], received_at=min(submits[0].received_at, now))
        change = reviewing.submit(request, now, rules, salt=case.found.salt).answering(request, now)
        for stored in _photos_of(case, request.body.get("photo", "")):
            change = change.answering(stored, now)
        return Commit(change)
    orphans = tuple(
        each
        for each in case.waiting
        if each.kind is RequestKind.STORED_PHOTO and now - each.received_at >= ORPHAN_PHOTO_AFTER
    )
    names = tuple(each.body["photo"] for each in orphans)
    if set(names) - case.found.photos_erased:
        return ErasePhotos(names)
    strays = tuple(each for each in case.waiting if each.kind is not RequestKind.STORED_PHOTO)
    if orphans or strays:
        return EraseRequests((*orphans, *strays))
    return Wait(None)


def _from_the_future(application: Application, request: Request) -> bool:
    """Whether a request is for a round or attempt that nobody can have seen yet.

    No page of ours makes such a row. It is not answered but removed: an answer would use up the slot of the real one.
    The inbox is read before the case, so the case is never older than what its requests saw.
    """
    newest = {
        RequestKind.DECISION: application.round,
        RequestKind.PHOTO: application.round,
        RequestKind.CONFIRM: application.round,
        RequestKind.LEAVE: application.round,
        RequestKind.SLIP: application.slips + 1,
        RequestKind.PICKUP: application.attempts + 1,
        RequestKind.SHOWN: application.attempts,
        RequestKind.TROUBLE: application.events,
        RequestKind.REGISTERED: application.events,
        RequestKind.RUN_AGAIN: application.interventions,
        RequestKind.STOP: application.interventions,
        RequestKind.LIFT_BLOCK: application.interventions,
        RequestKind.NOT_ME: NO_AFTER_LIFT,
    }
    return request.slot > newest.get(request.kind, request.slot)


def _settle_minted(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """A pass that this look made is recorded, or found recorded, or deleted: nothing comes before that."""
    outcome = case.found.minted
    if outcome is None:
        return None
    mine = application.attempt is not None and application.attempt.number == outcome.attempt
    if application.state is State.ISSUING and mine:
        match outcome:
            case Minted():
                return Commit(issuing.record(application, outcome, now))
            case NotMinted(for_good=True):
                return Commit(issuing.graph_refused(application, now, rules))
            case NotMinted():
                return Commit(issuing.not_issued(application, outcome.why, now))
    if isinstance(outcome, NotMinted):
        return None
    current = application.current_pass
    if current is not None and current.id == outcome.pass_id:
        return None
    return None if case.found.unreachable else DeletePasses((outcome.pass_id,))


def _stops(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    stops = [each for each in case.waiting if each.kind in STOPS]
    if not stops:
        return None
    request = min(stops, key=lambda each: _STOP_ORDER.index(each.kind))
    if request.kind is RequestKind.NOT_ME and application.state is State.COMPLETED:
        return Commit(closing.contest(application, request, now, rules))
    if application.terminal or application.state is State.STOPPING:
        if request.kind is RequestKind.NOT_ME:
            return Commit(closing.disown(application, request, now, rules))
        return Commit(closing.too_late(application, request, now))
    if request.kind is RequestKind.WITHDRAW and application.completed_at is not None:
        return Commit(closing.too_late(application, request, now))
    if request.kind is RequestKind.STOP:
        return _operator_stop(case, application, request, now, rules)
    if request.kind is RequestKind.NOT_ME:
        change = closing.stop(application, Closing.NOT_ME, now, rules, party=Party.OWNER)
    else:
        change = closing.stop(
            application,
            Closing.WITHDRAWN,
            now,
            rules,
            party=Party.APPLICANT,
            actor=application.subject,
        )
    return Commit(change.answering(request, now))


def _operator_stop(
    case: Case, application: Application, request: Request, now: datetime, rules: Rules
) -> Step | None:
    decider = case.found.deciders.get(request.key)
    if decider is None:
        return None if case.found.unreachable or case.found.refused else GatherDecider(request)
    if decider.staff is None or not decider.may_operate(application):
        return Commit(closing.refuse_operator(application, request, now))
    actor = decider.staff.oid
    change = closing.stop(application, Closing.OPERATOR, now, rules, party=Party.OPERATOR, actor=actor)
    return Commit(change.answering(request, now))


def _operator(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """An operator lets a parked case run again; the operator's token is verified here as every other."""
    if case.found.refused and application.may_move(State.ATTENTION) and not application.terminal:
        return Commit(closing.need_attention(application, Attention.GRAPH_REFUSED, now, rules))
    again = [each for each in case.waiting if each.kind is RequestKind.RUN_AGAIN]
    if not again:
        return None
    request = again[0]
    if application.state is not State.ATTENTION or request.slot != application.interventions:
        return Commit(closing.too_late(application, request, now))
    decider = case.found.deciders.get(request.key)
    if decider is None:
        return None if case.found.unreachable or case.found.refused else GatherDecider(request)
    if not decider.may_operate(application):
        return Commit(closing.refuse_operator(application, request, now))
    if case.found.stored_decision is None:
        return None if case.found.unreachable else Gather((Need.STORED_DECISION,))
    verifies = case.found.stored_decision
    return Commit(closing.run_again(application, request, decider, now, rules, decision_verifies=verifies))


def _owner_confirms(case: Case, application: Application, now: datetime) -> Step | None:
    """The owner says that it was them: worth a line in the trail, in every state."""
    mine = next((each for each in case.waiting if each.kind is RequestKind.MINE), None)
    if mine is None:
        return None
    change = note(application, EventKind.OWNER_CONFIRMED, now, party=Party.OWNER)
    return Commit(change.answering(mine, now))


def _contest(case: Case, application: Application) -> Step | None:
    """That the owner said no is remembered with the account: whoever holds its password can end and begin cases at will."""
    if not application.disowned or application.contest_kept or case.found.unreachable or case.found.refused:
        return None
    if not case.found.contest_kept:
        return KeepContest()
    return Commit(Change(replace(application, contest_kept=True)))


def _left_over(case: Case, application: Application, now: datetime) -> Step | None:
    """What nobody wanted in this state: claimed photos are done, the rest came too late."""
    for request in case.waiting:
        if request.kind is RequestKind.STORED_PHOTO:
            step = _stray_photo(case, application, request, now)
            if step is not None:
                return step
        elif not _may_still_fit(case, application, request):
            return Commit(closing.too_late(application, request, now))
    return None


def _may_still_fit(case: Case, application: Application, request: Request) -> bool:
    """A request waits for another look only while something outside cannot be asked, or a mail must go first."""
    if case.found.unreachable or case.found.refused:
        return True
    if application.state is State.ISSUED and case.found.minted is not None:
        return True
    if request.kind is RequestKind.PICKUP and application.state is State.SUBMITTED:
        return True  # by card the pass is asked for together with the application, which may wait for another one's end
    return request.kind is RequestKind.PICKUP and application.state is State.APPROVED and bool(case.owed())


def _stray_photo(case: Case, application: Application, request: Request, now: datetime) -> Step | None:
    name = request.body["photo"]
    known = application.photo is not None and application.photo.name == name
    if known:
        return Commit(_done(application, request, now))
    if now - request.received_at < ORPHAN_PHOTO_AFTER:
        return None
    if name not in case.found.photos_erased:
        return ErasePhotos((name,))
    return Commit(_done(application, request, now))


def _done(application: Application, request: Request, now: datetime) -> Change:
    return Change(application).answering(request, now)


def _photos(case: Case, application: Application, now: datetime) -> Step | None:
    """Photos whose time has come are erased first, then recorded as erased."""
    names = set(application.discarded)
    photo = application.photo
    if photo is not None and photo.erased_at is None and photo.erase_at is not None and photo.erase_at <= now:
        names.add(photo.name)
    if not names:
        return None
    if names - case.found.photos_erased:
        return ErasePhotos(tuple(sorted(names)))
    return Commit(closing.photos_erased(application, names, now))


def _mails(case: Case, now: datetime) -> Step | None:
    owed = case.owed()
    blocked = case.found.mails_blocked_until
    if not owed or (blocked is not None and blocked > now):
        return None
    return SendMails(owed)


def _photos_of(case: Case, name: str) -> tuple[Request, ...]:
    return tuple(
        each for each in case.waiting if each.kind is RequestKind.STORED_PHOTO and each.body["photo"] == name
    )
