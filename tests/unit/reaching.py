"""Bring a world's student into any state by the way that people take."""

from datetime import timedelta

from shared.domain.kinds import DecisionKind, LiftReason
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import UnavailableError, UnknownOutcomeError
from shared.services import act_on_own_case, answer_owner_notice, watch_blocks, watch_cases
from shared.services.ask import ask
from tests.unit import people
from tests.unit.observed import Fault
from tests.unit.university import FRIDAY_EVENING, WEDNESDAY_MORNING
from tests.unit.world import World


async def reach(state: State, world: World | None = None) -> tuple[World, str]:
    """A world in which the student's application is in this state, and its id."""
    made = world or World(FRIDAY_EVENING if state is State.HELD else WEDNESDAY_MORNING)
    name = await _WAYS[state](made)
    assert made.case(name).state is state
    return made, name


async def _submitted(world: World) -> str:
    world.seen.faults.append(Fault("directory", "facts", UnavailableError("Graph is down")))
    return await _in_review(world)


async def _in_review(world: World) -> str:
    name = await world.apply()
    await world.run()
    return name


async def _returned(world: World) -> str:
    name = await _in_review(world)
    await world.decide(DecisionKind.RETURN)
    await world.run()
    return name


async def _cooling_off(world: World) -> str:
    name = await world.apply(contact_email=people.TYPED)
    await world.run()
    await world.decide(confirm_contact=True)
    await world.run()
    return name


async def _approved(world: World) -> str:
    name = await _in_review(world)
    await world.decide()
    await world.run()
    return name


async def _issuing(world: World) -> str:
    name = await _approved(world)
    world.seen.faults.append(Fault("passes", "create", UnknownOutcomeError("no answer"), times=1))
    await world.ask_for_pass(name)
    await world.run()
    return name


async def _issued(world: World) -> str:
    name = await _approved(world)
    await world.pickup(name)
    await world.run()
    return name


async def _stopping(world: World) -> str:
    name = await _issued(world)
    world.seen.faults.append(Fault("passes", "listed", UnavailableError("Graph is down")))
    await act_on_own_case.withdraw(name, world.student, world.web)
    await world.run()
    return name


async def _completed(world: World) -> str:
    name = await _issued(world)
    world.register()
    await world.move(timedelta(minutes=5))
    return name


async def _rejected(world: World) -> str:
    name = await _in_review(world)
    await world.decide(DecisionKind.REJECT)
    await world.run()
    return name


async def _cancelled(world: World) -> str:
    name = await _in_review(world)
    await act_on_own_case.withdraw(name, world.student, world.web)
    await world.run()
    return name


async def _expired(world: World) -> str:
    name = await _approved(world)
    await world.move(timedelta(days=9))
    return name


async def _attention(world: World) -> str:
    name = await _issued(world)
    for _ in range(2):
        await act_on_own_case.report_trouble(name, world.student, world.web)
        await world.run()
    return name


_WAYS = {
    State.SUBMITTED: _submitted,
    State.HELD: _in_review,
    State.IN_REVIEW: _in_review,
    State.RETURNED: _returned,
    State.COOLING_OFF: _cooling_off,
    State.APPROVED: _approved,
    State.ISSUING: _issuing,
    State.ISSUED: _issued,
    State.STOPPING: _stopping,
    State.COMPLETED: _completed,
    State.REJECTED: _rejected,
    State.CANCELLED: _cancelled,
    State.EXPIRED: _expired,
    State.ATTENTION: _attention,
}


async def withdraw(world: World, name: str) -> None:
    """The student takes the application back."""
    await act_on_own_case.withdraw(name, world.student, world.web)
    await world.run()


async def not_me(world: World, name: str) -> None:
    """The owner says that it was somebody else, from a link about this application."""
    claims = LinkClaims(Purpose.NOT_ME, name, "owner", 1, world.clock.now() + timedelta(days=1))
    await answer_owner_notice.answer_not_mine(claims, world.web)
    await world.run()


async def lift(world: World, name: str, by: str = "ope", token: str | None = None) -> None:
    """An operator lifts the block of the account, from the page of this case."""
    staff = world.staff[by]
    given = staff.token if token is None else token
    reason = LiftReason.OWNER_IDENTIFIED

    async def press() -> None:
        seen = await blocks_of(world)
        await watch_blocks.lift_block(name, reason, staff.identity, given, world.web, seen=seen)

    await world.person(press)
    await world.run()


async def blocks_of(world: World) -> tuple[str, ...]:
    """What the console's page names as blocking the student's account."""
    lock = await world.storage.locks.read(world.student)
    return lock.blocked_by if lock is not None else ()


async def send_past_the_door(world: World, number: int = 1, contact_email: str = "") -> str:
    """A website application that our door would have refused: the worker does not trust the door."""
    name = f"{0xABC000 + number:032x}"
    body = {
        "channel": "website",
        "subject": world.student,
        "reason": "lost",
        "details": "",
        "language": "ja",
        "contact_email": contact_email,
        "photo": name,
        "doubts": "",
    }
    await world.person(lambda: ask(name, RequestKind.SUBMIT, 0, world.web, body=body))
    return name


async def operate(world: World, name: str, act: str, by: str = "ope", token: str | None = None) -> None:
    """An operator presses "run again" or "stop"."""
    staff = world.staff[by]
    do = watch_cases.run_again if act == "run again" else watch_cases.stop_case
    await do(name, staff.identity, staff.token if token is None else token, world.web)
    await world.run()
