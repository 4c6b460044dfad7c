"""What a submitted application asks for: who it is about, the account's lock, the prechecks."""

from datetime import datetime

from shared.domain import closing, reviewing, verifying
from shared.domain.application import Application
from shared.domain.events import EventKind
from shared.domain.kinds import Channel
from shared.domain.reviewing import Prechecks
from shared.domain.rules import Rules
from shared.domain.step_of_block import blocked_at_prechecks
from shared.domain.step_of_card import identify_by_card
from shared.domain.step_of_counter import look_up
from shared.domain.step_of_form import identify_form
from shared.domain.step_of_lock import holds_lock, prechecks, take_lock
from shared.domain.steps import Case, Commit, Step


def step_submitted(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Verify what came with it, find its account, take the lock, ask every guard."""
    if application.channel not in rules.channels:
        return Commit(closing.refuse(application, now, rules, event=EventKind.CANCELLED, why="way_off"))
    if case.found.unreachable:
        return None
    step = _identify(case, application, now, rules)
    if step is not None:
        return step
    barred = blocked_at_prechecks(case, application, now, rules)
    if barred is not None:
        return barred
    if not holds_lock(case, application):
        return take_lock(case, application, now, rules)
    found = prechecks(case, application, rules)
    if not isinstance(found, Prechecks):
        return found
    if application.channel is Channel.IDENTITY_VERIFICATION:
        return Commit(verifying.precheck(application, found, now, rules))
    return Commit(reviewing.precheck(application, found, now, rules))


def _identify(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Verify the token that came with it and find the account, each channel in its own way; None once it is known."""
    match application.channel:
        case Channel.WEBSITE:
            return None  # the password sign-in named the account
        case Channel.FORM:
            return identify_form(case, application, now, rules)
        case Channel.OFFICE:
            return look_up(case, application, now, rules)
        case Channel.IDENTITY_VERIFICATION:
            return identify_by_card(case, application, now, rules)
