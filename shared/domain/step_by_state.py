"""What each state asks for, once stops and the operator had their say."""

from datetime import datetime

from shared.domain import closing, deciding, issuing, reviewing
from shared.domain.accounts import GuardResult, account_guards, refused
from shared.domain.application import Application, Change
from shared.domain.events import Party
from shared.domain.kinds import Attention, Channel, Closing, Guard
from shared.domain.mails import MailKind, MailState
from shared.domain.requests import Request, RequestKind
from shared.domain.rules import Rules
from shared.domain.states import State
from shared.domain.steps import (
    Case,
    Commit,
    DeletePasses,
    Gather,
    GatherDecider,
    MintPass,
    Need,
    RemoveMethods,
    RevokeSessions,
    SendMails,
    Step,
)


def advance(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The step that the state asks for; None if it waits for somebody or for the clock."""
    return _BY_STATE[application.state](case, application, now, rules)


def owner_notified(case: Case, application: Application) -> GuardResult:
    """No notice, no pass: the mail service accepted the owner notice for an address on file, or the person was there."""
    if application.channel in {Channel.OFFICE, Channel.IDENTITY_VERIFICATION}:
        return GuardResult(Guard.OWNER_NOTIFIED, passed=True)
    return GuardResult(Guard.OWNER_NOTIFIED, passed=notice_accepted_at(case) is not None)


def notice_accepted_at(case: Case) -> datetime | None:
    """When the first owner notice of this application was accepted for an address on file (UTC)."""
    times = [
        each.done_at
        for each in case.mails
        if each.kind is MailKind.OWNER_NOTICE
        and each.on_file
        and each.state is MailState.SENT
        and each.done_at
    ]
    return min(times, default=None)


def _submitted(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    found = case.found
    if found.unreachable:
        return None
    if found.lock is None:
        return Gather((Need.LOCK,))
    if found.lock.holder != application.id:
        return Commit(closing.duplicate(application, found.lock.holder, now, rules))
    missing = _missing(case, Need.ACCOUNT, Need.METHODS, Need.FROZEN)
    if missing is not None:
        return missing
    guards = account_guards(found.account, protected=rules.protected, frozen=bool(found.frozen))
    prechecks = reviewing.Prechecks(
        account=found.account,
        guards=guards,
        methods=found.methods or (),
        earlier=found.lock.earlier,
        contested_before=found.lock.contested_before,
    )
    return Commit(reviewing.precheck(application, prechecks, now, rules))


def _held(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    del case
    if application.due_at is None or now < application.due_at:
        return None
    if not rules.calendar.is_open(now):
        return Commit(reviewing.hold_longer(application, now, rules))
    return Commit(reviewing.open_review(application, now, rules))


def _in_review(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    request = _first(case, RequestKind.DECISION)
    if request is not None:
        decider = case.found.deciders.get(request.key)
        if decider is None:
            return None if case.found.unreachable else GatherDecider(request)
        return Commit(deciding.decide(application, request, decider, now, rules))
    if application.due_at is not None and now >= application.due_at:
        return Commit(reviewing.remind(application, now, rules))
    return None


def _returned(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    request = _first(case, RequestKind.PHOTO)
    if request is not None and request.slot == application.round:
        return Commit(reviewing.replace_photo(application, request, now, rules))
    return _expire(application, now, rules)


def _cooling_off(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The delay counts from the accepted notice, and never ends before the time the person was told."""
    accepted = notice_accepted_at(case)
    due = application.due_at
    if accepted is None and owner_notified(case, application).passed:
        over = due is not None and now >= due
        return Commit(deciding.approve_after_delay(application, now, rules)) if over else None
    if accepted is None and not any(each.kind is MailKind.OWNER_NOTICE for each in case.owed()):
        judged = closing.with_guards(application, (owner_notified(case, application),))
        return Commit(closing.need_attention(judged, Attention.GUARD, now, rules))
    if accepted is None or application.due_at is None:
        return None
    if now >= max(accepted + rules.cooling_off, application.due_at):
        return Commit(deciding.approve_after_delay(application, now, rules))
    return None


def _approved(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    request = _first(case, RequestKind.PICKUP)
    if request is None or _over(application, now):
        return _expire(application, now, rules)
    return _claim(case, application, request, now, rules)


def _claim(
    case: Case, application: Application, request: Request, now: datetime, rules: Rules
) -> Step | None:
    """Guards again, then the claim; the owner must have been told before."""
    if request.slot != application.attempts + 1:
        return Commit(closing.too_late(application, request, now))
    if not issuing.may_ask(application, rules):
        return Commit(issuing.refuse_claim(application, request, now))
    if case.found.unreachable:
        return None
    notified = owner_notified(case, application)
    notices = tuple(each for each in case.owed() if each.kind is MailKind.OWNER_NOTICE)
    if not notified.passed and notices:
        blocked = case.found.mails_blocked_until
        return None if blocked is not None and blocked > now else SendMails(notices)
    missing = _missing(case, Need.ACCOUNT, Need.FROZEN, Need.METHODS)
    if missing is not None:
        return missing
    guards = account_guards(case.found.account, protected=rules.protected, frozen=bool(case.found.frozen))
    if refused((*guards, notified)):
        judged = closing.with_guards(application, (*guards, notified))
        change = closing.need_attention(judged, Attention.GUARD, now, rules)
        return Commit(change.answering(request, now))
    return Commit(issuing.claim(application, request, case.found.methods or (), now, rules))


def _issuing(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Only the look that claimed the attempt calls Graph; after the deadline anybody may clear up."""
    del rules
    attempt = application.attempt
    if attempt is None:
        return None
    if case.found.claimed == attempt.number and case.found.minted is None:
        return MintPass(application)
    if now < attempt.deadline or case.found.unreachable:
        return None
    if case.found.passes is None:
        return Gather((Need.PASSES,))
    if case.found.passes:
        return DeletePasses(tuple(each.id for each in case.found.passes))
    return Commit(issuing.not_issued(application, "interrupted", now))


def _issued(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Look for the registration first, so that nobody is interrupted while registering."""
    shown = _first(case, RequestKind.SHOWN)
    if case.found.unreachable or case.found.minted is not None:
        return None if shown is None else Commit(issuing.shown(application, shown, now))
    missing = _missing(case, Need.METHODS, Need.PASSES)
    if missing is not None:
        return missing
    if issuing.new_methods(application, case.found.methods or ()):
        return Commit(_complete(case, application, now, rules))
    if shown is not None:
        return Commit(issuing.shown(application, shown, now))
    current = application.current_pass
    foreign = tuple(
        each.id
        for each in case.found.passes or ()
        if each.usable and current is not None and each.id != current.id
    )
    if foreign:
        return DeletePasses(foreign)
    if current is not None and case.found.passes_deleted - {current.id}:
        return Commit(issuing.found_foreign(application, now))  # a new pass had ended the recorded one
    if current is None or now >= current.expires_at:
        return Commit(issuing.found_dead(application, now))
    return _issued_requests(case, application, now, rules)


def _complete(case: Case, application: Application, now: datetime, rules: Rules) -> Change:
    """Completion answers in one commit what the page reported meanwhile."""
    change = Change(application)
    shown = _first(case, RequestKind.SHOWN)
    if shown is not None:
        change = issuing.shown(application, shown, now)
    registered = _first(case, RequestKind.REGISTERED)
    if registered is not None:
        change = change.also(issuing.registration_reported(change.application, registered, now))
    return change.also(issuing.complete(change.application, case.found.methods or (), now, rules))


def _issued_requests(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    registered = _first(case, RequestKind.REGISTERED)
    if registered is not None:
        return Commit(issuing.registration_reported(application, registered, now))
    trouble = _first(case, RequestKind.TROUBLE)
    if trouble is not None and trouble.slot == application.troubles + 1:
        return Commit(issuing.trouble(application, trouble, now, rules))
    request = _first(case, RequestKind.PICKUP)
    if request is not None and not _over(application, now):
        return _claim(case, application, request, now, rules)
    if application.check_at is not None and now >= application.check_at:
        return Commit(issuing.check_later(application, now))
    return None


def _stopping(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Deleted and seen gone, sessions ended, and not before the last claim's deadline."""
    if case.found.unreachable:
        return None
    if case.found.passes is None:
        return Gather((Need.PASSES,))
    if case.found.passes:
        return DeletePasses(tuple(each.id for each in case.found.passes))
    if not case.found.sessions_revoked:
        return RevokeSessions()
    if application.attempt is not None and now < application.attempt.deadline:
        return None
    return Commit(closing.stopped(application, now, rules))


def _completed(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    del rules
    if not application.removals or case.found.unreachable:
        return None
    if case.found.refused:
        return Commit(issuing.removed(application, (), now))
    if case.found.methods_gone is None:
        return RemoveMethods(application.removals)
    return Commit(issuing.removed(application, case.found.methods_gone, now))


def _nothing(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    del case, application, now, rules
    return None


def _expire(application: Application, now: datetime, rules: Rules) -> Step | None:
    if not _over(application, now):
        return None
    return Commit(closing.stop(application, Closing.EXPIRED, now, rules, party=Party.SYSTEM))


def _over(application: Application, now: datetime) -> bool:
    until = application.due_at if application.state is State.RETURNED else application.pickup_until
    return until is not None and now >= until


def _first(case: Case, kind: RequestKind) -> Request | None:
    return next((each for each in case.waiting if each.kind is kind), None)


def _missing(case: Case, *needs: Need) -> Gather | None:
    wanted = tuple(each for each in needs if not case.found.has(each))
    return Gather(wanted) if wanted else None


_BY_STATE = {
    State.SUBMITTED: _submitted,
    State.HELD: _held,
    State.IN_REVIEW: _in_review,
    State.RETURNED: _returned,
    State.COOLING_OFF: _cooling_off,
    State.APPROVED: _approved,
    State.ISSUING: _issuing,
    State.ISSUED: _issued,
    State.STOPPING: _stopping,
    State.COMPLETED: _completed,
    State.REJECTED: _nothing,
    State.CANCELLED: _nothing,
    State.EXPIRED: _nothing,
    State.ATTENTION: _nothing,
}
