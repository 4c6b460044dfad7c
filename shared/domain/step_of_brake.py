"""What freeze switch and surge limit ask for: a pass is put off, and goes on by itself after the thaw."""

from datetime import datetime

from shared.domain import putting_off
from shared.domain.application import Application
from shared.domain.requests import Request, RequestKind
from shared.domain.rules import Rules
from shared.domain.step_facts import first, missing, over
from shared.domain.steps import Case, Commit, Need, Step


def frozen_at_claim(
    case: Case, application: Application, request: Request, now: datetime, rules: Rules
) -> Step | None:
    """The switch is read in the look that claims, and once more before the pass is made; what cannot be read is no thaw."""
    lacking = missing(case, Need.FROZEN)
    if lacking is not None:
        return lacking
    if not case.found.frozen:
        return None
    return Commit(putting_off.put_off(application, putting_off.FROZEN, now, rules, request=request))


def surge_at_claim(
    case: Case, application: Application, request: Request, now: datetime, rules: Rules
) -> Step | None:
    """A place among the passes of the hour is taken before the claim: a crash in between wastes it, and lends none twice."""
    lacking = missing(case, Need.PLACE)
    if lacking is not None:
        return lacking
    place = case.found.place
    if place is None or place.granted:
        return None
    return Commit(
        putting_off.put_off(application, putting_off.SURGE, now, rules, request=request, until=place.until)
    )


def trial_at_claim(application: Application, request: Request, now: datetime, rules: Rules) -> Step | None:
    """Asked for last, when everything else was found in order: a trial shows what would have been made."""
    if not rules.evaluation:
        return None
    return Commit(putting_off.put_off(application, putting_off.TRIAL, now, rules, request=request))


def wait_for_thaw(case: Case, application: Application, now: datetime, rules: Rules) -> Step | None:
    """What waits for the thaw, or for room, goes on then; a window that ends while frozen does not end the case."""
    if application.state not in putting_off.WITH_A_PASS or case.found.unreachable:
        return None
    waits = putting_off.waits_for_thaw(application)
    crowded_until = putting_off.worth_asking_at(application)
    room = crowded_until is not None and crowded_until <= now and first(case, RequestKind.PICKUP) is None
    if not waits and not room and not over(application, now):
        return None
    lacking = missing(case, Need.FROZEN)
    if lacking is not None:
        return lacking
    if case.found.frozen:
        return None if waits else Commit(putting_off.put_off(application, putting_off.FROZEN, now, rules))
    return Commit(putting_off.resume(application, now, rules)) if waits or room else None
