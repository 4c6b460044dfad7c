"""What the states of the pass ask for: from the claim of an attempt to the end of the case."""

from datetime import datetime

from shared.domain import closing, issuing, verifying
from shared.domain.accounts import refused
from shared.domain.application import Application, Change
from shared.domain.flag_policy import policy_guard
from shared.domain.kinds import Attention, Channel, Closing
from shared.domain.mails import MailKind
from shared.domain.putting_off import waits_for_thaw
from shared.domain.requests import Request, RequestKind
from shared.domain.rules import Rules
from shared.domain.step_facts import expire, first, missing, none_arrived, over, owner_notified
from shared.domain.step_of_audit import record_claim
from shared.domain.step_of_block import blocked_at_claim
from shared.domain.step_of_brake import frozen_at_claim, surge_at_claim, trial_at_claim
from shared.domain.step_of_card import pickup_bar
from shared.domain.step_of_lock import guards_of
from shared.domain.steps import (
    Case,
    Commit,
    DeletePasses,
    Gather,
    MintPass,
    Need,
    RemoveMethods,
    RevokeSessions,
    SendMails,
    Step,
)


def step_approved(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The person's turn: asks for the pass within the window."""
    if over(application, now):
        return (
            None if case.found.unreachable or waits_for_thaw(application) else expire(application, now, rules)
        )
    by_mail_only = application.channel is not Channel.OFFICE  # there the clerk prints a slip
    if by_mail_only and none_arrived(case, MailKind.PICKUP):
        return Commit(closing.need_attention(application, Attention.MAIL_REFUSED, now, rules))
    if not issuing.may_ask(application, rules):
        return Commit(closing.need_attention(application, Attention.PASS_TROUBLE, now, rules))
    trouble = first(case, RequestKind.TROUBLE)
    if trouble is not None:
        return Commit(issuing.trouble(application, trouble, now, rules))
    request = first(case, RequestKind.PICKUP)
    if request is None:
        return None
    return _claim(case, application, request, now, rules)


def _answered_at_once(
    application: Application, request: Request, now: datetime, rules: Rules
) -> Change | None:
    """What is refused without asking anybody; None if there is something to ask."""
    if request.slot != application.attempts + 1:
        return closing.too_late(application, request, now)
    if not issuing.may_ask(application, rules):
        return issuing.refuse_claim(application, request, now)
    if application.channel is Channel.IDENTITY_VERIFICATION and application.channel not in rules.channels:
        return verifying.refuse_pickup(application, request, verifying.WAY_OFF, now)
    return None


def _claim(
    case: Case, application: Application, request: Request, now: datetime, rules: Rules
) -> Step | None:
    """Guards again, then the claim; the owner must have been told before."""
    answer = _answered_at_once(application, request, now, rules)
    if answer is not None:
        return Commit(answer)
    if case.found.unreachable:
        return None
    barred = (
        frozen_at_claim(case, application, request, now, rules)
        or blocked_at_claim(case, application, request, now, rules)
        or pickup_bar(case, application, request, now, rules)
    )
    if barred is not None:
        return barred
    notified = owner_notified(case, application)
    notices = tuple(each for each in case.owed() if each.kind is MailKind.OWNER_NOTICE)
    if not notified.passed and notices:
        blocked = case.found.mails_blocked_until
        return None if blocked is not None and blocked > now else SendMails(notices)
    lacking = missing(case, Need.ACCOUNT, Need.METHODS)
    if lacking is not None:
        return lacking
    guards = (*guards_of(case, application, rules), notified, policy_guard(application, rules))
    if refused(guards):
        judged = closing.with_guards(application, guards)
        change = closing.need_attention(judged, Attention.GUARD, now, rules)
        return Commit(change.answering(request, now))
    barred = trial_at_claim(application, request, now, rules)
    barred = barred or surge_at_claim(case, application, request, now, rules)
    return barred or Commit(issuing.claim(application, request, case.found.methods or (), now, rules))


def step_issuing(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Only the look that claimed the attempt calls Graph; after the deadline anybody may clear up."""
    attempt = application.attempt
    if attempt is None:
        return None
    if case.found.claimed == attempt.number and case.found.minted is None:
        return record_claim(case, application, now, rules) or MintPass(application)
    if now < attempt.deadline or case.found.unreachable:
        return None
    if case.found.passes is None:
        return Gather((Need.PASSES,))
    found = _to_delete(case, application, rules)
    if found:
        return DeletePasses(found)
    return Commit(issuing.not_issued(application, "interrupted", now))


def step_issued(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Look for the registration first, so that nobody is interrupted while registering."""
    shown = first(case, RequestKind.SHOWN)
    if case.found.unreachable or case.found.minted is not None:
        return None if shown is None else Commit(issuing.shown(application, shown, now))
    lacking = missing(case, Need.METHODS, Need.PASSES)
    if lacking is not None:
        return lacking
    if issuing.new_methods(application, case.found.methods or ()):
        left = set(_to_delete(case, application, rules)) - case.found.passes_deleted
        if left:
            return DeletePasses(tuple(sorted(left)))  # a pass that is left over must not outlive the case
        return Commit(_complete(case, application, now, rules))
    if shown is not None:
        return Commit(issuing.shown(application, shown, now))
    return _of_live_pass(case, application, now, rules) or _issued_requests(case, application, now, rules)


def _to_delete(case: Case, application: Application, rules: Rules) -> tuple[str, ...]:
    """The passes in the list that a case with the account's lock may delete.

    All: none was made by anybody else meanwhile that should live. Not so in a trial, beside which the support desk helps by
    hand: there only its own, recorded before the trial began.
    """
    current = application.current_pass
    own = current.id if current is not None else ""
    return tuple(each.id for each in case.found.passes or () if not rules.evaluation or each.id == own)


def _of_live_pass(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Whether the recorded pass is still the live one."""
    current = application.current_pass
    deletable = set(_to_delete(case, application, rules))
    deletable -= case.found.passes_deleted  # still listed for a while: Graph reads lag behind its writes
    foreign = tuple(
        each.id
        for each in case.found.passes or ()
        if each.usable and current is not None and each.id != current.id and each.id in deletable
    )
    if foreign:
        return DeletePasses(foreign)
    if current is not None and case.found.passes_deleted - {current.id}:
        return Commit(issuing.found_foreign(application, now))  # a new pass had ended the recorded one
    listed = {each.id for each in case.found.passes or ()}
    if current is not None and current.id not in listed and now >= current.issued_at + issuing.LISTED_WITHIN:
        return Commit(
            issuing.found_foreign(application, now)
        )  # deleted by hand, or by a look that died behind it
    if current is None or now >= current.expires_at:
        return Commit(issuing.found_dead(application, now))
    return None


def _complete(case: Case, application: Application, now: datetime, rules: Rules) -> Change:
    """Completion answers in one commit what the page reported meanwhile."""
    change = Change(application)
    shown = first(case, RequestKind.SHOWN)
    if shown is not None:
        change = issuing.shown(application, shown, now)
    registered = first(case, RequestKind.REGISTERED)
    if registered is not None:
        change = change.also(issuing.registration_reported(change.application, registered, now))
    return change.also(issuing.complete(change.application, case.found.methods or (), now, rules))


def _issued_requests(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    registered = first(case, RequestKind.REGISTERED)
    if registered is not None:
        return Commit(issuing.registration_reported(application, registered, now))
    trouble = first(case, RequestKind.TROUBLE)
    if trouble is not None:
        return Commit(issuing.trouble(application, trouble, now, rules))
    request = first(case, RequestKind.PICKUP)
    if request is not None and not over(application, now):
        return _claim(case, application, request, now, rules)
    if application.check_at is not None and now >= application.check_at:
        return Commit(issuing.check_later(application, now))
    return None


def step_stopping(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Deleted and seen gone, sessions ended, and not before the last claim's deadline.

    What never had an account, or was a mere look-up at the counter, touches nobody's passes or sessions. What does not hold
    the account's lock deletes only its own pass: any other may be that of the case which does. It ends the sessions all the
    same: the owner said that a stranger has one, and whoever is collecting a new pass only has to sign in once more.

    In a trial nothing of ours is there to be taken back but a pass from before; sessions are ended for that, or if the owner
    said so.
    """
    if not application.subject or application.unconfirmed:
        return Commit(closing.stopped(application, now, rules))
    if case.found.unreachable:
        return None
    current = application.current_pass
    if current is not None and current.id not in case.found.passes_deleted:
        return DeletePasses((current.id,))  # by id, whatever the list says
    if case.found.passes is None:
        return Gather((Need.PASSES,))
    left = set(_to_delete(case, application, rules))
    if application.completed_at is not None or application.stop_as is Closing.DUPLICATE:
        left &= {current.id} if current is not None else set()
    if left:
        return DeletePasses(tuple(sorted(left)))
    ends_sessions = application.disowned or current is not None or not rules.evaluation
    if ends_sessions and not case.found.sessions_revoked:
        return RevokeSessions()
    if application.attempt is not None and now < application.attempt.deadline:
        return None
    return Commit(closing.stopped(application, now, rules))


def step_completed(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The old methods go, then the person is told which."""
    del rules
    if not application.removals or case.found.unreachable:
        return None
    if case.found.refused:
        return Commit(issuing.removed(application, (), now))
    if case.found.methods_gone is None:
        return RemoveMethods(application.removals)
    return Commit(issuing.removed(application, case.found.methods_gone, now))
