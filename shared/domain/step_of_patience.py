"""What waits for something outside is tried again and again; whoever can mend it is told, and nothing waits for ever."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain import closing
from shared.domain.application import Application, Change, note
from shared.domain.events import EventKind
from shared.domain.kinds import Attention
from shared.domain.requests import RequestKind
from shared.domain.rules import Rules
from shared.domain.states import State
from shared.domain.steps import Case, Commit, RevokeSessions, Step

SESSIONS_TRIED_FOR = timedelta(days=30)
"""After this sessions that Graph would not end are left: retention does not wait for them for ever."""

_ALERT = 4_000_000
"""Mails of this kind are numbered from here by the hour, apart from those of rounds."""
_GIVEN_UP = 2_500_000
_HOURLY_FOR = timedelta(days=1)


def out_of_patience(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """The system cannot do its part: operators are told, each hour of the first day, then each business day.

    A refusal does not pass by itself, so they are told at once; what cannot be reached has its time first.
    """
    if not (case.found.unreachable or case.found.refused):
        return None
    since = _waiting_since(case, application)
    if since is None:
        return None
    told_already = application.attention is Attention.GRAPH_REFUSED  # when it was parked
    at_once = case.found.refused and not told_already
    if now - since < rules.system_patience and not at_once:
        return None
    turn = now
    if now - since >= _HOURLY_FOR:
        if not rules.calendar.is_open(now):
            return None
        turn = rules.calendar.closing_after_days(now, 0)
    change = closing.tell_operators(application, _ALERT + int(turn.timestamp()) // 3600, now, rules)
    known = {each.key for each in case.mails}
    return None if all(each.key in known for each in change.mails) else Commit(change)


def _waiting_since(case: Case, application: Application) -> datetime | None:
    """Since when this case waits for something outside that gives no answer; None if it does not."""
    times = [each.received_at for each in case.waiting if each.kind is not RequestKind.STORED_PHOTO]
    match application.state:
        case State.SUBMITTED | State.STOPPING:
            times.append(application.entered_at)
        case State.ISSUING if application.attempt is not None:
            times.append(application.attempt.deadline)
        case State.IN_REVIEW if application.awaits_prechecks and application.decided is not None:
            times.append(application.decided.at)
        case _:
            pass
    if application.sessions_to_end:
        times.append(_asked_to_end(application))
    untold = application.disowned and not application.contest_kept
    if application.to_lift or untold:
        times.append(application.chained_at or application.entered_at)
    return min(times, default=None)


def end_sessions(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """Sessions of somebody who held the password, although the case had ended already."""
    if not application.sessions_to_end:
        return None
    if case.found.sessions_revoked:
        return Commit(_ended(application))
    if not (case.found.unreachable or case.found.refused):
        return RevokeSessions()
    if now - _asked_to_end(application) < SESSIONS_TRIED_FOR:
        return None
    return Commit(_given_up(application, now, rules))


def _ended(application: Application) -> Change:
    """Nobody is signed in any more who was before."""
    return Change(replace(application, sessions_to_end=False, sessions_since=None))


def _given_up(application: Application, now: datetime, rules: Rules) -> Change:
    """Graph would not, for so long that nobody goes on trying: that stays in the trail, and operators are told."""
    noted = note(application, EventKind.SESSIONS_NOT_ENDED, now)
    left = noted.also(_ended(noted.application))
    return left.also(closing.tell_operators(left.application, _GIVEN_UP, now, rules))


def _asked_to_end(application: Application) -> datetime:
    return application.sessions_since or application.chained_at or application.entered_at
