"""What every way in asks for before anything is decided: the account's lock and the prechecks."""

from dataclasses import replace
from datetime import datetime

from shared.domain import closing
from shared.domain.accounts import AccountFacts, GuardResult, account_guards
from shared.domain.application import Application, with_facts
from shared.domain.blocking import heeds_block
from shared.domain.kinds import Channel, Guard
from shared.domain.reviewing import Prechecks
from shared.domain.rules import Rules
from shared.domain.states import State
from shared.domain.step_facts import missing
from shared.domain.step_of_photo import look_up_photo, photo_use
from shared.domain.steps import Case, Commit, Gather, LockFacts, LookUpPhoto, Need, Step, Supersede


def holds_lock(case: Case, application: Application) -> bool:
    """Whether this look took the account's lock for this application."""
    return case.found.lock is not None and case.found.lock.holder == application.id


def take_lock(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """One open application per account: take the lock, end the case that gives way, or be the duplicate.

    None while the other case is coming to its end: a pass that it may have made must be gone before this one makes another.
    """
    lock = case.found.lock
    if lock is None:
        return Gather((Need.LOCK,))
    other = lock.other
    if other is not None and other.duplicate_of == application.id:
        return None
    if other is None or not closing.gives_way_to(other, application, now, rules):
        return _duplicate(case, application, lock, now, rules)
    return None if other.state is State.STOPPING else Supersede(lock.holder)


def _duplicate(case: Case, application: Application, lock: LockFacts, now: datetime, rules: Rules) -> Step:
    """This one ends. Who sent a form sees no page of ours: the addresses on file are looked for, so that somebody hears.

    Once a day an account is enough: forms are sent by whoever likes, and each mail is one less for others.
    """
    if application.channel is Channel.FORM and not lock.heard:
        lacking = missing(case, Need.ACCOUNT)
        if lacking is not None:
            return lacking
        account = _account(case, application)
        application = application if account is None else with_facts(application, account)
    ended = closing.duplicate(application, lock.holder, now, rules)
    return Commit(replace(ended, mails=()) if lock.heard else ended)


def prechecks(case: Case, application: Application, rules: Rules) -> Gather | LookUpPhoto | Prechecks:
    """What was found out about the account, or what is still to be asked."""
    found = case.found
    lacking = missing(case, Need.ACCOUNT, Need.METHODS)
    if lacking is not None:
        return lacking
    account = _account(case, application)
    known = application if account is None else with_facts(application, account)
    unseen = look_up_photo(case, known, application.photo, application.received_at)
    if unseen is not None:
        return unseen
    return Prechecks(
        account=account,
        guards=guards_of(case, application, rules),
        methods=found.methods or (),
        earlier=found.lock.earlier if found.lock else 0,
        contested_before=found.lock.contested_before if found.lock else False,
        blocks=found.lock.blocked if found.lock else (),
        block_lifted=found.lock.lifted if found.lock else False,
        lifters=found.lock.lifters if found.lock else (),
        history=found.lock.history if found.lock else (),
        photo=photo_use(case, application.photo),
    )


def guards_of(case: Case, application: Application, rules: Rules) -> tuple[GuardResult, ...]:
    """Every guard, asked of what this look gathered about the account.

    An address on file is wanted unless the person was there: at the counter, or with the card (whose case gets so far
    only after its token was verified).
    """
    in_person = application.vouched or application.channel is Channel.IDENTITY_VERIFICATION
    asked = account_guards(
        _account(case, application),
        protected=rules.protected,
        in_person=in_person,
    )
    if not heeds_block(application):
        return asked
    return (*asked, GuardResult(Guard.NOT_BLOCKED, passed=_is_unblocked(case)))


def _is_unblocked(case: Case) -> bool:
    """Whether lock or block was read in this look, and nothing blocks the account; what was not read counts as blocked."""
    read = [case.found.blocks] if case.found.blocks is not None else []
    read += [case.found.lock.blocked] if case.found.lock is not None else []
    return bool(read) and not any(read)


def _account(case: Case, application: Application) -> AccountFacts | None:
    """What the directory says of this very account.

    Graph answers to other names of an account too; under such a name it would have a second lock, and no guard may pass.
    """
    facts = case.found.account
    return facts if facts is not None and facts.oid == application.subject else None
