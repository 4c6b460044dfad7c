"""What the block of an account asks for: blocked applications end, an operator or the office lifts it."""

from datetime import datetime

from shared.domain import blocking, closing
from shared.domain.application import Application, with_facts
from shared.domain.requests import Request, RequestKind
from shared.domain.rules import Rules
from shared.domain.step_facts import first, missing
from shared.domain.steps import Case, Commit, Gather, GatherDecider, LiftBlock, Need, Step


def blocked_at_prechecks(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The lock was read, and its account is blocked: the application ends, once it is known who is to hear of that."""
    lock = case.found.lock
    if lock is None or not lock.blocked or not blocking.heeds_block(application):
        return None
    lacking = missing(case, Need.ACCOUNT)
    if lacking is not None:
        return lacking
    account = case.found.account
    known = account is not None and account.oid == application.subject
    application = with_facts(application, account) if account is not None and known else application
    return Commit(blocking.end_blocked(application, now, rules))


def blocked_at_claim(
    case: Case, application: Application, request: Request, now: datetime, rules: Rules
) -> Step | None:
    """The block may have come since the prechecks: it is read again before each pass."""
    if not blocking.heeds_block(application):
        return None
    if case.found.blocks is None:
        return Gather((Need.BLOCK,))
    if not case.found.blocks:
        return None
    return Commit(blocking.end_blocked(application, now, rules).answering(request, now))


def tend_block(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Lift what is to be lifted: decided and saved before, by an operator or at the office."""
    del rules
    if application.to_lift:
        if case.found.unreachable or case.found.refused:
            return None
        return Commit(blocking.lifting_done(application)) if case.found.block_lifted else LiftBlock()
    request = first(case, RequestKind.LIFT_BLOCK)
    if request is not None:
        return _lift(case, application, request, now)
    if blocking.lifted_at_office(application):
        return Commit(blocking.lift_at_office(application, now))
    return None


def _lift(case: Case, application: Application, request: Request, now: datetime) -> Step | None:
    """The operator's token is verified here as every other; nobody lifts a block of their own account, or of their own deeds.

    Only what they saw is lifted: of what the owner said "not me" since then they know nothing.
    """
    if request.slot != application.interventions:
        return Commit(closing.too_late(application, request, now))
    if case.found.unreachable or case.found.refused:
        return None
    decider = case.found.deciders.get(request.key)
    if decider is None:
        return GatherDecider(request)
    if not decider.may_operate(application):
        return Commit(closing.refuse_operator(application, request, now))
    lacking = missing(case, Need.BLOCK, Need.ACCOUNT)
    if lacking is not None:
        return lacking
    account = case.found.account
    own = account is not None and not decider.may_operate(with_facts(application, account))
    if own or set(decider.marks) & (case.found.had_part | blocking.had_part(application)):
        return Commit(closing.refuse_operator(application, request, now))
    seen = blocking.seen_in(request.body)
    blocks = tuple(each for each in case.found.blocks or () if each in seen)
    if not blocks:
        return Commit(blocking.nothing_to_lift(application, request, now))
    return Commit(blocking.lift(application, request, decider, blocks, account, now))
