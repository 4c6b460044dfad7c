"""Verbs of a pass that is put off: the service is frozen, or makes too many. Nothing is lost, and nobody is asked to act.

A frozen case waits, whatever becomes of its window. After the thaw the person is told, with a new link and time to use it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from shared.domain.addressees import to_collect
from shared.domain.application import Application, Change, note
from shared.domain.case_parts import PutOff
from shared.domain.events import EventKind
from shared.domain.requests import Outcome, Request
from shared.domain.rules import Rules
from shared.domain.states import State

FROZEN: Final = "frozen"
SURGE: Final = "surge"
_RESUMED: Final = 5_000_000
"""Mails of this verb are numbered from here, apart from those of rounds."""
WITH_A_PASS: Final = frozenset({State.APPROVED, State.ISSUED})
"""The states in which a pass can be asked for, and so be put off."""


def waits_for_thaw(application: Application) -> bool:
    """Whether the case waits until passes are made again: it neither expires nor bothers anybody meanwhile."""
    off = application.put_off
    return application.state in WITH_A_PASS and off is not None and off.why == FROZEN


def standing_still(application: Application) -> Application:
    """The window of a case that waits for the thaw has no end on the clock."""
    still = application.state is State.APPROVED and waits_for_thaw(application)
    return replace(application, due_at=None) if still else application


def put_off(
    application: Application,
    why: str,
    now: datetime,
    *,
    request: Request | None = None,
    until: datetime | None = None,
) -> Change:
    """No pass now; ``request`` is answered so, and has used its number up."""
    change = note(application, EventKind.PASS_PUT_OFF, now, why=why)
    after = standing_still(replace(change.application, put_off=PutOff(why, now, until)))
    if request is None:
        return replace(change, application=after)
    passed = replace(after, attempts=application.attempts + 1)
    return replace(change, application=passed).answering(request, now, Outcome.REFUSED)


def resume(application: Application, now: datetime, rules: Rules) -> Change:
    """Passes are made again: the person is told, and has a whole business day at least."""
    change = note(application, EventKind.PASS_RESUMED, now)
    after = replace(change.application, put_off=None)
    until = max(rules.calendar.closing_after_days(now, 1), application.pickup_until or now)
    after = replace(after, pickup_until=until)
    if application.state is State.APPROVED:
        after = replace(after, due_at=until, promised_by=until)
    number = _RESUMED + application.events
    return replace(change, application=after).owing(*to_collect(after, now, round_=number))
