"""What the counter asks for: the look-up, the clerk's confirmation, slips."""

from datetime import datetime

from shared.domain import closing, counter, deciding
from shared.domain.application import Application
from shared.domain.counter_steps import MOST_SLIPS
from shared.domain.events import Party
from shared.domain.kinds import Channel, CounterBar
from shared.domain.requests import Outcome, Request, RequestKind
from shared.domain.reviewing import Prechecks
from shared.domain.rules import Rules
from shared.domain.staff import Decider, bar_at_counter, is_clerk
from shared.domain.states import State
from shared.domain.step_facts import first, missing
from shared.domain.step_of_lock import holds_lock, prechecks, take_lock
from shared.domain.steps import Case, Commit, EraseRequests, GatherDecider, Need, Step

_PRINTABLE = frozenset({State.APPROVED, State.ISSUING, State.ISSUED})


def look_up(case: Case, application: Application, now: datetime, rules: Rules) -> Step:
    """Verify the clerk first, then find the account: without lock, and without telling anybody."""
    if application.vouched:
        return Commit(counter.ask_again(application, now))
    lacking = missing(case, Need.CLERK)
    if lacking is not None:
        return lacking
    clerk = case.found.clerk
    if clerk is None or not is_clerk(clerk):
        return Commit(counter.refuse_counter(application, CounterBar.NOT_VERIFIED, None, now, rules))
    lacking = missing(case, Need.SUBJECT) or (missing(case, Need.ACCOUNT) if case.found.subject else None)
    if lacking is not None:
        return lacking
    account = case.found.account if case.found.subject else None
    if account is None:
        return Commit(counter.refuse_counter(application, CounterBar.UNKNOWN_ACCOUNT, clerk, now, rules))
    bar = bar_at_counter(clerk, account, rules.office_scopes)
    if bar is not None:
        return Commit(counter.refuse_counter(application, bar, clerk, now, rules))
    lacking = missing(case, Need.METHODS)
    if lacking is not None:
        return lacking
    methods = case.found.methods or ()
    return Commit(counter.open_counter(application, clerk, account, methods, now, rules))


def step_at_counter(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The clerk compares: they confirm, they leave, or the time runs out."""
    request = _of_this_round(case, application)
    if request is None:
        over = application.due_at is not None and now >= application.due_at
        return Commit(counter.run_out(application, now, rules)) if over else None
    decider = case.found.deciders.get(request.key)
    if decider is None:
        return None if case.found.unreachable else GatherDecider(request)
    own = _is_clerk_of(application, decider)
    if request.kind is RequestKind.CONFIRM and application.channel not in rules.channels:
        off = closing.forget(application, now, rules, party=Party.SYSTEM, actor="")
        return Commit(off.answering(request, now, Outcome.REFUSED))
    if request.kind is RequestKind.LEAVE:
        left = counter.leave(application, request, now, rules)
        return Commit(left if own else counter.refuse_leave(application, request, now))
    if not own:
        return Commit(counter.refuse_confirmation(application, request, "not_verified", now, rules))
    return _confirm(case, application, request, decider, now, rules)


def step_confirmed(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The clerk has confirmed: the lock, and with it the end of a weaker case, then the guards, then it is decided."""
    if case.found.unreachable:
        return None
    if not holds_lock(case, application):
        return take_lock(case, application, now, rules)
    found = prechecks(case, application, rules)
    if not isinstance(found, Prechecks):
        return found
    return Commit(deciding.decide_at_counter(application, found, now, rules))


def print_again(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The clerk of the case prints another slip.

    What is refused is taken out of the inbox unanswered: an answer would use up the number that the clerk needs.
    """
    request = first(case, RequestKind.SLIP)
    if request is None:
        return None
    fits = application.channel is Channel.OFFICE and application.state in _PRINTABLE
    if not fits or request.slot != application.slips + 1 or application.slips >= MOST_SLIPS:
        return EraseRequests((request,))
    decider = case.found.deciders.get(request.key)
    if decider is None:
        return None if case.found.unreachable or case.found.refused else GatherDecider(request)
    if _is_clerk_of(application, decider):
        change = counter.print_slip(application, now, rules, party=Party.CLERK, actor=application.clerk)
        return Commit(change.answering(request, now))
    refusal = counter.refuse_slip(application, request, now, rules)
    told = {each.key for each in case.mails}
    if all(each.key in told for each in refusal.mails):
        return EraseRequests((request,))
    return Commit(refusal)


def _of_this_round(case: Case, application: Application) -> Request | None:
    """The first thing the clerk asked for in time; of two confirmations of one round the inbox holds only the first."""
    kinds = {RequestKind.CONFIRM, RequestKind.LEAVE}
    asked = [
        each
        for each in case.waiting
        if each.kind in kinds
        and each.slot == application.round
        and (application.due_at is None or each.received_at < application.due_at)
    ]
    return min(asked, key=lambda each: each.received_at, default=None)


def _is_clerk_of(application: Application, decider: Decider) -> bool:
    same = decider.staff is not None and decider.staff.oid == application.clerk
    return same and is_clerk(decider)


def _confirm(
    case: Case, application: Application, request: Request, clerk: Decider, now: datetime, rules: Rules
) -> Step | None:
    """The scope is asked again of what the directory says now, and whether this clerk lifted a block of the account."""
    lacking = missing(case, Need.ACCOUNT, Need.BLOCK)
    if lacking is not None:
        return None if case.found.unreachable else lacking
    account = case.found.account
    bar = (
        bar_at_counter(clerk, account, rules.office_scopes)
        if account is not None
        else CounterBar.UNKNOWN_ACCOUNT
    )
    if bar is not None:
        change = counter.refuse_counter(application, bar, clerk, now, rules)
        return Commit(change.answering(request, now))
    if set(clerk.marks) & {*application.operators, *case.found.lifters}:
        return Commit(counter.refuse_confirmation(application, request, "operated", now, rules))
    return Commit(counter.confirm(application, request, clerk, now))
