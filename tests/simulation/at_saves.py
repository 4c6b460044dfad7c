"""The invariants that hold at every save. They read the book, and compute business hours anew."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from shared.domain.application import Change
from shared.domain.events import EventKind
from shared.domain.kinds import Channel
from shared.domain.mails import MailKind, MailState
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import Snapshot
from tests.simulation.graph import tokyo_time
from tests.unit.university import HOLIDAY

if TYPE_CHECKING:
    from tests.simulation.world import World

_ACTIVE: Final = frozenset(
    {State.HELD, State.RETURNED, State.COOLING_OFF, State.APPROVED, State.ISSUING, State.ISSUED}
)
_IN_PERSON: Final = frozenset({Channel.OFFICE, Channel.IDENTITY_VERIFICATION})
_TURN: Final = timedelta(minutes=15)
"""Who owes a mail when the hour's are spent asks again within ten minutes, then in turn, and stands back for others before."""
_COLLECT: Final = (MailKind.PICKUP, MailKind.VERIFY_AGAIN)
_TELLING: Final = {
    State.IN_REVIEW: (MailKind.REVIEW,),
    State.RETURNED: (MailKind.RETURNED,),
    State.COOLING_OFF: (MailKind.COOLING_OFF,),
    State.APPROVED: _COLLECT,
    State.ISSUING: _COLLECT,
    State.ISSUED: _COLLECT,
}
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


# --- at every save ------------------------------------------------------------------------------------


def every_change_has_its_event(
    world: "World", before: Snapshot | None, after: Snapshot, change: Change
) -> str:
    """Every change of the state has its audit event, and the trail has no gap."""
    case = after.application
    if len(after.events) != case.events:
        return f"{case.events} events counted, {len(after.events)} written"
    moved = before is None or before.application.state is not case.state
    if moved and (not change.events or change.events[-1].state is not case.state):
        return f"no event says {case.state}"
    if moved and before is not None and len([each for each in change.events if each.state is case.state]) < 1:
        return f"no event of the move to {case.state}"
    return ""


def one_open_application(world: "World", before: Snapshot | None, after: Snapshot, change: Change) -> str:
    """An account has one open application that has got past the prechecks."""
    case = after.application
    mine = world.active[case.subject]
    mine.discard(case.id)
    reviewed = case.state is State.IN_REVIEW and not case.at_counter and not case.awaits_prechecks
    if case.subject and (case.state in _ACTIVE or reviewed):
        mine.add(case.id)
    return f"{len(mine)} open applications of {case.subject}" if len(mine) > 1 else ""


def nothing_before_opening(world: "World", before: Snapshot | None, after: Snapshot, change: Change) -> str:
    """What arrived outside business hours is not released to the reviewers before the next opening."""
    case = after.application
    if case.channel in _IN_PERSON or all(each.kind is not EventKind.REVIEW_OPENED for each in change.events):
        return ""
    arrived = case.received_at
    for answer in world.storage.applications.answers(case.id).values():
        if answer.request.kind is RequestKind.PHOTO and answer.request.slot == case.round - 1:
            arrived = answer.request.received_at
    early = timedelta(seconds=world.tolerance)
    opening = _opening_after(arrived, world)
    if _open(arrived, world) or world.now() + early >= opening:
        return ""
    return f"{case.id[:6]} was released at {world.now()}, {opening - world.now()} before the opening"


def no_recorded_pass_after_the_end(
    world: "World", before: Snapshot | None, after: Snapshot, change: Change
) -> str:
    """When a case has been cancelled, rejected or has expired, no pass that it recorded is alive."""
    case = after.application
    if case.current_pass is not None:
        world.recorded[case.current_pass.id] = case.id
    if not case.terminal or case.state is State.COMPLETED:
        return ""
    live = world.graph.live(case.subject)
    if live is None or world.recorded.get(live.id) != case.id:
        return ""
    return f"{case.id[:6]} is {case.state}, and its pass is alive"


def somebody_will_come(world: "World", snapshot: Snapshot) -> str:
    """What is left to do has a due row that brings somebody to it in time; a parked case was told of, and waits for a human."""
    case = snapshot.application
    rows = world.storage.due_rows.rows.values()
    first = min((each.at for each in rows if each.application == case.id), default=_NEVER)
    now = world.now() + timedelta(seconds=world.tolerance)
    soon, busy = now + timedelta(minutes=1), now + timedelta(minutes=11)
    turn = now + _TURN
    owed = any(each.state is MailState.OWED for each in snapshot.mails)
    working = case.state in {State.STOPPING, State.SUBMITTED} or (
        case.removals and case.state is State.COMPLETED
    )
    if (owed and first > turn) or ((working or case.discarded or case.sessions_to_end) and first > busy):
        return f"{case.id[:6]}, {case.state.value}: work in progress, and nobody comes before {first}"
    if not case.terminal and case.state is not State.ATTENTION and first is _NEVER:
        return f"{case.id[:6]}, {case.state.value}: nobody comes"
    due = case.due_at
    if due is not None and case.state is State.COOLING_OFF:
        notices = [each for each in snapshot.mails if each.kind is MailKind.OWNER_NOTICE and each.on_file]
        told = min(
            (each.done_at for each in notices if each.state is MailState.SENT and each.done_at), default=due
        )
        due = max(due, told + world.rules.cooling_off)
    photo = case.photo
    erase_at = photo.erase_at if photo is not None and photo.erased_at is None else None
    for at in (due, case.check_at, erase_at):
        if at is not None and first > max(at + timedelta(seconds=2), soon):
            return f"{case.id[:6]}, {case.state.value}: somebody comes at {first}, and not at {at}"
    return ""


def a_wanted_mail_is_not_given_up(world: "World", snapshot: Snapshot) -> str:
    """While a case waits for somebody, not every mail that tells them so has been skipped."""
    case = snapshot.application
    kinds = _TELLING.get(case.state, ())
    told = [each for each in snapshot.mails if each.kind in kinds]
    if case.state is State.IN_REVIEW:
        told = [each for each in told if each.round == case.round]
    given_up = bool(told) and all(each.state is MailState.SKIPPED for each in told)
    return f"{case.id[:6]} is {case.state}, and its {told[0].kind.value} was given up" if given_up else ""


# --- business hours, by other means --------------------------------------------------------------------


def _open(at: datetime, world: "World") -> bool:
    local = tokyo_time(at)
    working = local.isoweekday() <= 5 and local.date() != HOLIDAY and local.date() not in world.closures
    return working and time(9) <= local.time() < time(17)


def _opening_after(at: datetime, world: "World") -> datetime:
    local = tokyo_time(at)
    day = local.replace(hour=9, minute=0, second=0, microsecond=0)
    while day <= local or not _open(day - timedelta(hours=9), world):
        day += timedelta(days=1)
    return (day - timedelta(hours=9)).replace(tzinfo=at.tzinfo)
