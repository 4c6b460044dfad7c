"""What each state asks for, once stops and the operator had their say."""

from datetime import datetime

from shared.domain import closing, deciding, reviewing
from shared.domain.application import Application
from shared.domain.kinds import Attention, Channel
from shared.domain.mails import MailKind
from shared.domain.requests import Request, RequestKind
from shared.domain.rules import Rules
from shared.domain.states import State
from shared.domain.step_facts import cooled_at, expire, first, missing, none_arrived, owner_notified
from shared.domain.step_of_card import cooled_link
from shared.domain.step_of_counter import step_at_counter, step_confirmed
from shared.domain.step_of_pass import (
    step_approved,
    step_completed,
    step_issued,
    step_issuing,
    step_stopping,
)
from shared.domain.step_of_photo import look_up_photo, photo_use
from shared.domain.step_submitted import step_submitted
from shared.domain.steps import Case, Commit, GatherDecider, Need, Step


def advance(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The step that the state asks for; None if it waits for somebody or for the clock."""
    return _BY_STATE[application.state](case, application, now, rules)


def _held(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    del case
    if application.due_at is None or now < application.due_at:
        return None
    if not rules.calendar.is_open(now):
        return Commit(reviewing.hold_longer(application, now, rules))
    return Commit(reviewing.open_review(application, now, rules))


def _in_review(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    if application.at_counter:
        return step_at_counter(case, application, now, rules)
    if application.awaits_prechecks:
        return step_confirmed(case, application, now, rules)
    request = first(case, RequestKind.DECISION)
    if request is not None:
        decided = _decide(case, application, request, now, rules)
        if decided is not None or application.due_at is None or now < application.due_at:
            return decided
        # the decision waits to be verified: nothing but the reminder may overtake it
        return Commit(reviewing.remind(application, now, rules))
    if none_arrived(case, MailKind.REVIEW):
        return Commit(closing.need_attention(application, Attention.MAIL_REFUSED, now, rules))
    if application.due_at is None or now < application.due_at:
        return None
    if application.approvals and application.overdue:
        return Commit(deciding.cool_off_without_second(application, now, rules))
    return Commit(reviewing.remind(application, now, rules))


def _decide(
    case: Case, application: Application, request: Request, now: datetime, rules: Rules
) -> Step | None:
    """A reviewer decides; at the office a block may have been lifted since the prechecks, by one who must not decide then."""
    decider = case.found.deciders.get(request.key)
    if decider is None:
        return None if case.found.unreachable else GatherDecider(request)
    lacking = missing(case, Need.BLOCK) if application.channel is Channel.OFFICE else None
    if lacking is not None:
        return None if case.found.unreachable else lacking
    known = reviewing.with_operators(application, case.found.lifters)
    return Commit(deciding.decide(known, request, decider, now, rules))


def _returned(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    request = first(case, RequestKind.PHOTO)
    if request is not None and request.slot == application.round:
        photo = reviewing.photo_of(request)
        unseen = look_up_photo(case, application, photo, request.received_at)
        if unseen is not None:
            return None if case.found.unreachable else unseen
        return Commit(reviewing.replace_photo(application, request, photo_use(case, photo), now, rules))
    return expire(application, now, rules)


def _cooling_off(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The delay counts from the accepted notice, and never ends before the time the person was told.

    Where a second approval was wanted the notice takes its place, so a clerk's word that the person was there is not enough.
    """
    notified = owner_notified(case, application, although_in_person=application.needs > 1)
    if not notified.passed:
        if any(each.kind is MailKind.OWNER_NOTICE for each in case.owed()):
            return None
        judged = closing.with_guards(application, (notified,))
        return Commit(closing.need_attention(judged, Attention.GUARD, now, rules))
    until = cooled_at(case, application, rules)
    if until is None or now < until or case.found.unreachable:
        return None
    barred = cooled_link(case, application, now, rules)
    return barred or Commit(deciding.approve_after_delay(application, now, rules))


def _attention(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    del case
    if application.due_at is None or now < application.due_at:
        return None
    return Commit(closing.remind_operator(application, now, rules))


def _nothing(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    del case, application, now, rules
    return None


_BY_STATE = {
    State.SUBMITTED: step_submitted,
    State.HELD: _held,
    State.IN_REVIEW: _in_review,
    State.RETURNED: _returned,
    State.COOLING_OFF: _cooling_off,
    State.APPROVED: step_approved,
    State.ISSUING: step_issuing,
    State.ISSUED: step_issued,
    State.STOPPING: step_stopping,
    State.COMPLETED: step_completed,
    State.REJECTED: _nothing,
    State.CANCELLED: _nothing,
    State.EXPIRED: _nothing,
    State.ATTENTION: _attention,
}
