"""What a submitted application asks for: who it is about, the account's lock, the prechecks."""

from datetime import datetime

from shared.domain import closing, reviewing
from shared.domain.accounts import account_guards
from shared.domain.application import Application
from shared.domain.kinds import Channel
from shared.domain.rules import Rules
from shared.domain.step_facts import missing
from shared.domain.steps import Case, Commit, Gather, Need, Step


def step_submitted(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Verify what came with it, find its account, take the lock, ask every guard."""
    if case.found.unreachable:
        return None
    return (
        _identify(case, application, now, rules)
        or _lock(case, application, now, rules)
        or _prechecks(case, application, now, rules)
    )


def _identify(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Verify the token that came with it and find the account: each channel in its own way."""
    del case, now, rules
    match application.channel:
        case Channel.WEBSITE:
            return None  # the password sign-in named the account
        case Channel.FORM | Channel.OFFICE | Channel.IDENTITY_VERIFICATION:
            return None


def _lock(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """One open application per account."""
    lock = case.found.lock
    if lock is None:
        return Gather((Need.LOCK,))
    if lock.holder != application.id:
        return Commit(closing.duplicate(application, lock.holder, now, rules))
    return None


def _prechecks(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    found = case.found
    lacking = missing(case, Need.ACCOUNT, Need.METHODS, Need.FROZEN)
    if lacking is not None:
        return lacking
    guards = account_guards(found.account, protected=rules.protected, frozen=bool(found.frozen))
    prechecks = reviewing.Prechecks(
        account=found.account,
        guards=guards,
        methods=found.methods or (),
        earlier=found.lock.earlier if found.lock else 0,
        contested_before=found.lock.contested_before if found.lock else False,
    )
    return Commit(reviewing.precheck(application, prechecks, now, rules))
