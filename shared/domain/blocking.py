"""Verbs of the block: once the owner said "this was not me", website, form and card give the account nothing until it is lifted.

The block is a fact of the account, kept with its lock. An operator lifts it, or the worker after an application at the
office that a second person approved and that ended with a new method (ADR 14).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from shared.domain import closing
from shared.domain.accounts import AccountFacts, GuardResult
from shared.domain.addressees import to_owner
from shared.domain.application import Application, Change, note, with_facts
from shared.domain.case_parts import marks_of
from shared.domain.events import EventKind, Party
from shared.domain.kinds import Channel, Closing, DecisionKind, Guard
from shared.domain.mails import MailKind
from shared.domain.requests import Request
from shared.domain.rules import Rules
from shared.domain.staff import Decider
from shared.domain.states import State

NO_AFTER_LIFT: Final = 1
"""Slot of a "not me" that the owner says once more after the block was lifted; the first one has slot 0."""
SEEN: Final = "seen"
"""Field of a request to lift: the cases that the operator saw, with commas between them."""
_PEOPLE: Final = 2
"""Who decides at the office about a blocked account: the clerk, and somebody else."""


def heeds_block(application: Application) -> bool:
    """Whether a block of its account ends this application: every way in does but the office, where a person is seen."""
    return application.channel is not Channel.OFFICE


def had_part(application: Application) -> frozenset[str]:
    """Marks of whoever approved this case or was its clerk: they do not say that all is well when its owner said "not me"."""
    marks = {application.clerk}
    for each in application.approvals:
        marks.update(marks_of(each))
    decided = application.decided
    if decided is not None and decided.kind == DecisionKind.APPROVE:  # it outlives the approvals
        marks.add(decided.oid)
    return frozenset(marks - {""})


def gives_way_to_block(application: Application, contested: str) -> bool:
    """Whether this open case ends because the owner said "not me" of ``contested``: what a clerk confirmed in person stays."""
    confirmed = application.channel is Channel.OFFICE and application.vouched
    over = not application.open or application.state is State.STOPPING
    return application.id != contested and not over and not confirmed


def end_blocked(application: Application, now: datetime, rules: Rules) -> Change:
    """The account is blocked: the case ends without a pass, and every address on file hears of it."""
    judged = application
    if not application.guards:
        judged = closing.with_guards(application, (GuardResult(Guard.NOT_BLOCKED, passed=False),))
    return closing.stop(judged, Closing.BLOCKED, now, rules, party=Party.SYSTEM)


def lift(
    application: Application,
    request: Request,
    operator: Decider,
    blocks: tuple[str, ...],
    account: AccountFacts | None,
    now: datetime,
) -> Change:
    """An operator lifts the block: who, when and why is saved first, then the lock is written, however often that is tried."""
    known = application if account is None else with_facts(application, account)
    change = note(
        known,
        EventKind.BLOCK_LIFTED,
        now,
        party=Party.OPERATOR,
        actor=operator.staff.oid if operator.staff else "",
        why=request.body["reason_code"],
    )
    lifting = replace(
        change.application,
        to_lift=blocks,
        lifters=operator.marks,
        interventions=application.interventions + 1,
    )
    told = to_owner(known, MailKind.BLOCK_LIFTED, now, round_=lifting.interventions)
    return replace(change, application=lifting).owing(*told).answering(request, now)


def seen_in(body: Mapping[str, str]) -> frozenset[str]:
    """The cases that blocked the account on the page where the operator pressed the button."""
    return frozenset(body.get(SEEN, "").split(",")) - {""}


def nothing_to_lift(application: Application, request: Request, now: datetime) -> Change:
    """What the operator saw does not block any more: it is counted as an intervention, so that the next press is a new one."""
    change = closing.too_late(application, request, now)
    counted = replace(change.application, interventions=application.interventions + 1)
    return replace(change, application=counted)


def lifted_at_office(application: Application) -> bool:
    """Whether this case shows that the right person has the account again, so that the block that stood before it may go.

    A clerk saw the person, somebody else agreed, and the registration was seen: a pass that nobody used proves nothing. What
    the owner said "not me" of meanwhile is no part of it.
    """
    if application.channel is not Channel.OFFICE or application.state is not State.COMPLETED:
        return False
    agreed = len({each.oid for each in application.approvals}) >= _PEOPLE
    return bool(application.blocks) and application.vouched and agreed and not application.disowned


def lift_at_office(application: Application, now: datetime) -> Change:
    """The worker lifts what stood when the case was looked at first; the owner is told of it as of an operator's act."""
    change = note(application, EventKind.BLOCK_LIFTED, now, why=Channel.OFFICE.value)
    lifting = replace(change.application, to_lift=application.blocks, blocks=())
    told = to_owner(application, MailKind.BLOCK_LIFTED, now, round_=0)
    return replace(change, application=lifting).owing(*told)


def lifting_done(application: Application) -> Change:
    """The lock is written: nothing is left to lift."""
    return Change(replace(application, to_lift=(), lifters=()))
