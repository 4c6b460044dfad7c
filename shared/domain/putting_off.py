"""Verbs of a pass that is put off: the service is frozen, or makes too many. Nothing is lost, and nobody is asked to act.

A frozen case waits, whatever becomes of its window. After the thaw the person is told, with a new link and time to use it;
so is whoever was put off because too many asked, once it is worth asking again.
"""

from dataclasses import replace
from datetime import datetime, timedelta
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
TRIAL: Final = "trial"
"""The service is tried out beside the way things were done before: everything happens except the pass."""
_TRIED_AGAIN_AFTER: Final = timedelta(minutes=10)
"""A web app that does not know of the trial asks the worker so often at most; after the trial nobody waits longer than this."""
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


def worth_asking_at(application: Application) -> datetime | None:
    """From when (UTC) a pass can be asked for again that was put off because too many asked; None if none was."""
    off = application.put_off
    waits = application.state in WITH_A_PASS and off is not None and off.why == SURGE
    return off.until if waits and off is not None else None


def on_trial(application: Application) -> bool:
    """Whether the person asked for a pass and was told that the service is only tried out."""
    return application.state in WITH_A_PASS and tried_out(application)


def tried_out(application: Application) -> bool:
    """Whether a pass was asked for last while the service was only tried out, however the case ended since."""
    return application.put_off is not None and application.put_off.why == TRIAL


def asked_in_vain(application: Application, now: datetime) -> bool:
    """Whether the case was put off for the trial so short a time ago that asking again is likely to be the same."""
    off = application.put_off
    return on_trial(application) and off is not None and now - off.at < _TRIED_AGAIN_AFTER


def turned_away_at(application: Application) -> datetime | None:
    """When this application was turned away last because too many asked (UTC)."""
    off = application.put_off
    return off.at if off is not None and off.why == SURGE else None


def _with_time(application: Application, since: datetime, rules: Rules) -> Application:
    """The window lasts a whole business day from ``since`` at least."""
    until = max(rules.calendar.closing_after_days(since, 1), application.pickup_until or since)
    after = replace(application, pickup_until=until)
    return replace(after, due_at=until, promised_by=until) if after.state is State.APPROVED else after


def put_off(
    application: Application,
    why: str,
    now: datetime,
    rules: Rules,
    *,
    request: Request | None = None,
    until: datetime | None = None,
) -> Change:
    """No pass now; ``request`` is answered so, and has used its number up."""
    change = note(application, EventKind.PASS_PUT_OFF, now, why=why)
    after = standing_still(replace(change.application, put_off=PutOff(why, now, until)))
    if until is not None:
        after = _with_time(after, until, rules)
    if request is None:
        return replace(change, application=after)
    passed = replace(after, attempts=application.attempts + 1)
    return replace(change, application=passed).answering(request, now, Outcome.REFUSED)


def resume(application: Application, now: datetime, rules: Rules) -> Change:
    """Passes are made again: the person is told, and has a whole business day at least."""
    change = note(application, EventKind.PASS_RESUMED, now)
    after = _with_time(replace(change.application, put_off=None), now, rules)
    number = _RESUMED + application.events
    return replace(change, application=after).owing(*to_collect(after, now, round_=number))
