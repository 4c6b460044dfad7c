"""The invariants of the university's policy: what a flag asks for, and the most passes of the whole service."""

from typing import TYPE_CHECKING, Final

from shared.domain.application import Application, Change
from shared.domain.events import EventKind
from shared.domain.kinds import Channel
from shared.domain.mails import CLOCKS_APART
from shared.domain.states import State
from shared.ports import Snapshot
from tests.simulation.book import Made
from tests.simulation.decisions import cooled

if TYPE_CHECKING:
    from tests.simulation.world import World

_BY_PASSWORD: Final = frozenset({Channel.WEBSITE, Channel.FORM})


def flags_send_to_the_office(world: "World", case: Application, made: Made) -> str:
    """No pass by website or form where a flag leaves only the office or the card, whoever approved."""
    asking = world.rules.office_for & set(case.flags)
    if case.channel not in _BY_PASSWORD or not asking:
        return ""
    return f"{case.id[:6]} makes a pass, and {', '.join(sorted(asking))} asks for the office"


def flags_make_people_wait(world: "World", case: Application, made: Made) -> str:
    """No pass by website or form before the delay is over, counted from the accepted notice, where a flag asks for it."""
    asking = world.rules.cooling_off_for & set(case.flags)
    if case.channel not in _BY_PASSWORD or not asking or cooled(world, case):
        return ""
    return f"{case.id[:6]} makes a pass without the delay, and {', '.join(sorted(asking))} asks for it"


def the_delay_counts_from_the_notice(
    world: "World", before: Snapshot | None, after: Snapshot, change: Change
) -> str:
    """What waited for the delay by website or form is not approved before its end, counted from the notice that was taken."""
    case = after.application
    waited = before is not None and before.application.state is State.COOLING_OFF
    if (
        not waited
        or case.state is not State.APPROVED
        or case.channel not in _BY_PASSWORD
        or cooled(world, case)
    ):
        return ""
    return f"{case.id[:6]} is approved, and its owner has not had the whole delay since the notice"


def the_surge_limit_holds(world: "World", before: Snapshot | None, after: Snapshot, change: Change) -> str:
    """Each claimed attempt has a place of its own, and a window of the service has no more places than its limit."""
    world.book.claims += sum(each.kind is EventKind.PASS_REQUESTED for each in change.events)
    if world.book.claims > world.book.own_places:
        return f"{after.application.id[:6]} claims an attempt, and has no place among the passes of the hour"
    return crowded(world)


def crowded(world: "World") -> str:
    """Whether too many places were taken of late.

    A window begins with its first place, so that the last ones of one and all of the next may come close to each other: twice as
    many places as the limit never do. Not if clocks are further apart than the limit allows for.
    """
    if world.tolerance > CLOCKS_APART.total_seconds():
        return ""
    surge = world.rules.surge
    for most, span in ((surge.per_hour, 3600.0), (surge.per_day, 86_400.0)):
        last = world.book.places[-2 * most :]
        if len(last) == 2 * most and last[-1][1] - last[0][0] < span - world.tolerance:
            return f"{len(last)} passes are begun within {last[-1][1] - last[0][0]:.0f} s, and the limit is {most}"
    return ""
