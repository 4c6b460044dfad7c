"""The other ways in, as a world's people take them: a clerk at the counter, the flow that sends responses of a form.

They put into the inbox what the doors put there.
"""

from datetime import timedelta
from hashlib import sha256

from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import UnavailableError, UnknownOutcomeError
from shared.services.ask import ask
from tests.unit import people
from tests.unit.observed import Fault
from tests.unit.university import WEDNESDAY_MORNING
from tests.unit.world import REAL, World


async def look_up(
    world: World, *, account: str = people.STUDENT.upn, by: str = "cleo", nonce: str = "1", token: str = ""
) -> str:
    """A clerk types an account; the id of the case."""
    name = sha256(f"{account}:{nonce}".encode()).hexdigest()[:32]
    body = {"channel": "office", "account": account, "reason": "other", "language": "ja"}
    evidence = token or world.staff[by].token
    await world.person(lambda: ask(name, RequestKind.SUBMIT, 0, world.web, body=body, evidence=evidence))
    return name


async def confirm(
    world: World, name: str, *, by: str = "cleo", token: str = "", slot: int = 0, **differs: str
) -> None:
    """The clerk has compared person and card, and says so; ``differs`` names fields."""
    ordinary = {
        "card": "student_card",
        "face": "on",
        "valid": "on",
        "reason": "broken",
        "language": "en",
        "contact_email": "",
        "contact_confirmed": "",
    }
    await _ask_as(world, name, RequestKind.CONFIRM, slot, by=by, token=token, body=ordinary | differs)


async def leave(world: World, name: str, *, by: str = "cleo", token: str = "", slot: int = 0) -> None:
    """The clerk gives up."""
    await _ask_as(world, name, RequestKind.LEAVE, slot, by=by, token=token, body={})


async def print_slip(world: World, name: str, *, by: str = "cleo", token: str = "", slot: int = 0) -> None:
    """The clerk prints another slip."""
    number = slot or world.case(name).slips + 1
    await _ask_as(world, name, RequestKind.SLIP, number, by=by, token=token, body={})


async def _ask_as(
    world: World, name: str, kind: RequestKind, slot: int, *, by: str, token: str, body: dict[str, str]
) -> None:
    number = slot or world.case(name).round
    evidence = token or world.staff[by].token
    await world.person(lambda: ask(name, kind, number, world.web, body=body, evidence=evidence))


async def vouched(
    world: World,
    *,
    nonce: str = "1",
    by: str = "cleo",
    contact_email: str = "",
    contact_confirmed: str = "",
) -> str:
    """A clerk looks the student up and confirms, and the worker has had its turn; the id of the case."""
    name = await look_up(world, nonce=nonce, by=by)
    await world.run()
    await confirm(world, name, by=by, contact_email=contact_email, contact_confirmed=contact_confirmed)
    await world.run()
    return name


async def respond(
    world: World,
    *,
    account: str = people.STUDENT.upn,
    response: str = "1",
    token: str | None = None,
    contact_email: str = "",
) -> str:
    """The flow sends a response of the student; the id of the case."""
    name = sha256(f"form:form-1:{response}".encode()).hexdigest()[:32]
    body = {
        "channel": "form",
        "account": account,
        "source": digest("first"),
        "reason": "setup_trouble",
        "details": "what the form asked",
        "language": "ja",
        "contact_email": contact_email,
    }
    evidence = world.form_tokens.make(REAL) if token is None else token
    await world.person(lambda: ask(name, RequestKind.SUBMIT, 0, world.web, body=body, evidence=evidence))
    return name


async def respond_otherwise(world: World, name: str, content: str, token: str | None = None) -> None:
    """The flow sends the same response with other content."""
    body = {"source": digest(content)}
    evidence = world.form_tokens.make(REAL) if token is None else token
    slot = int(body["source"][:7], 16)
    await world.person(
        lambda: ask(name, RequestKind.DIFFERENT, slot, world.web, body=body, evidence=evidence)
    )


def digest(content: str) -> str:
    """What the door makes of the content of a response."""
    return sha256(content.encode()).hexdigest()


async def reach_at_office(state: State, world: World | None = None) -> tuple[World, str]:
    """A world in which the student's case at the counter is in this state; ``in_review``: the clerk compares."""
    made = world or World(WEDNESDAY_MORNING)
    if state is State.SUBMITTED:
        made.seen.faults.append(Fault("directory", "facts", UnavailableError("Graph is down")))
    name = await look_up(made)
    await made.run()
    if state not in {State.SUBMITTED, State.IN_REVIEW}:
        if state is State.ATTENTION:
            made.bar_account()
        await confirm(made, name)
        await made.run()
        await _with_a_pass(made, name, state)
    assert made.case(name).state is state
    return made, name


async def _with_a_pass(world: World, name: str, state: State) -> None:
    if state is State.ISSUING:
        world.seen.faults.append(Fault("passes", "create", UnknownOutcomeError("no answer"), times=1))
        await world.ask_for_pass(name)
        await world.run()
    if state in {State.ISSUED, State.COMPLETED}:
        await world.pickup(name)
    if state is State.COMPLETED:
        world.register()
        await world.move(timedelta(minutes=5))


def second_account_of_the_clerk(world: World) -> None:
    """The student and the clerk are one person with two accounts."""
    facts = people.account("hanako", employee_id="employee-cleo")
    world.graph.account(world.student).facts = facts


def another_faculty(world: World) -> None:
    """The student belongs to a faculty that the clerk has nothing to do with."""
    world.graph.account(world.student).facts = people.account("hanako", affiliation="Elsewhere")
