"""When somebody must look at a case again, whatever else happens."""

from datetime import datetime, timedelta

from shared.domain.application import Application
from shared.domain.blocking import lifted_at_office
from shared.domain.erasing import next_erasure
from shared.domain.putting_off import waits_for_thaw, worth_asking_at
from shared.domain.rules import Rules
from shared.domain.states import State
from shared.domain.step_facts import cooled_at
from shared.domain.steps import Case

WORK_IN_PROGRESS = timedelta(minutes=11)
"""Function timeout (10 minutes) and a minute: a due row for work in progress is not earlier, so that nobody doubles the work."""

TRY_AGAIN = timedelta(minutes=1)

REFUSED_AGAIN = timedelta(minutes=15)
"""What was refused is asked for again after this: somebody has to grant a permission first."""


def wake_at(case: Case, application: Application, now: datetime, rules: Rules) -> datetime | None:
    """The earliest time at which the clock moves this case; None if it never will.

    What should have happened already but could not is tried again in a minute.
    """
    times = [each for each in _times(case, application, rules) if each is not None]
    if waits_for_thaw(application):
        times.append(now + WORK_IN_PROGRESS)
    if case.found.refused:
        times.append(now + REFUSED_AGAIN)
    if case.owed():
        times.append(case.found.mails_blocked_until or now + WORK_IN_PROGRESS)
    if (
        case.found.head_blocked
        or case.found.unreachable
        or application.state is State.SUBMITTED
        or application.awaits_prechecks
    ):
        times.append(now + TRY_AGAIN)  # also while another case of the account comes to its end
    if not times:
        return None
    first = min(times)
    return first if first > now else now + TRY_AGAIN


def wake_after(application: Application, now: datetime, *, owes_mail: bool) -> datetime | None:
    """The wake a save must have: that of the state, and one for work in progress if mails are owed or the system moves next."""
    room = worth_asking_at(application)
    fixed = (application.due_at, application.check_at, _photo(application), room)
    times = [each for each in fixed if each is not None]
    busy = {State.SUBMITTED, State.STOPPING}
    left = application.removals or application.discarded or application.sessions_to_end
    left = left or (application.disowned and not application.contest_kept)
    left = left or application.to_lift or lifted_at_office(application)
    left = left or waits_for_thaw(application)
    if owes_mail or application.state in busy or application.awaits_prechecks or left:
        times.append(now + WORK_IN_PROGRESS)
    return min(times, default=None)


def _times(case: Case, application: Application, rules: Rules) -> tuple[datetime | None, ...]:
    due = application.due_at
    if application.state is State.STOPPING and application.attempt is not None:
        due = application.attempt.deadline
    if application.state is State.COOLING_OFF:
        due = cooled_at(case, application, rules)
    room = worth_asking_at(application)
    return (due, application.check_at, _photo(application), room, next_erasure(application, rules))


def _photo(application: Application) -> datetime | None:
    photo = application.photo
    return photo.erase_at if photo is not None and photo.erased_at is None else None


def lane_of(application: Application) -> str:
    """The queue that suits what comes next for this case."""
    if application.state in {State.APPROVED, State.ISSUING, State.ISSUED}:
        return "issuance"
    return "mail" if application.terminal else "review"
