"""A student and a reviewer who go the whole road, whatever breaks: they wait, and ask again when they are told to."""

from datetime import timedelta

from shared.domain.kinds import DecisionKind
from shared.domain.links import Purpose
from shared.domain.mails import MailState
from shared.domain.states import State
from shared.services.refusals import Refusal, RefusedError
from tests.unit import people
from tests.unit.world import World

_POLLS = 20


async def go_the_road(world: World) -> str:
    """From the application to the erased photo; the id of the application."""
    name = await world.apply()
    await world.until(lambda: world.storage.applications.peek(name) is not None)
    await get_approved(world, name)
    code = await obtain(world, name)
    live = world.graph.account(world.student).current_pass
    assert live is not None
    assert live.code == code
    recorded = world.case(name).current_pass
    assert recorded is not None
    assert recorded.id == live.id
    world.register()
    await world.until(lambda: world.case(name).state is State.COMPLETED, timedelta(hours=1))
    await world.move(timedelta(days=8))
    return name


async def get_approved(world: World, name: str) -> None:
    """A reviewer decides as soon as there is a link to do it with."""
    await world.until(lambda: has_link(world) or world.case(name).state is State.ATTENTION)
    assert world.case(name).state is State.IN_REVIEW
    await world.decide(DecisionKind.APPROVE)
    await world.until(
        lambda: world.case(name).state is State.APPROVED and "pickup" in world.subjects(people.OUTSIDE),
        timedelta(hours=1),
    )


def has_link(world: World) -> bool:
    """Whether the first reviewer got a link."""
    try:
        world.link(Purpose.REVIEW, people.REVIEWERS[0])
    except AssertionError:
        return False
    return True


async def obtain(world: World, name: str) -> str:
    """Ask for the pass until it is there."""
    await world.ask_for_pass(name)
    for _ in range(_POLLS):
        await world.tick()
        try:
            code = await world.collect(name)
        except RefusedError as error:
            if error.refusal not in {Refusal.TOO_LATE, Refusal.ASK_AGAIN, Refusal.GONE}:
                raise
            await world.ask_for_pass(name)
            code = None
        if code is not None:
            await world.show(name)
            return code
        await world.move(timedelta(minutes=1))
    raise AssertionError("no pass came")


async def check_the_end(world: World, name: str) -> None:
    """Nothing was lost, nothing was done twice, nothing is left over."""
    snapshot = world.snapshot(name)
    assert world.storage.applications.ids() == [name]
    assert snapshot.application.state is State.COMPLETED
    account = world.graph.account(world.student)
    assert account.current_pass is None
    assert people.AUTHENTICATOR not in account.methods
    assert people.NEW_METHOD in account.methods
    assert {each.state for each in snapshot.mails} <= {MailState.SENT, MailState.SKIPPED}
    for address in (people.OUTSIDE, people.OWN_MAILBOX):
        assert {"owner_notice", "pass_issued", "completed"} <= set(world.subjects(address))
    assert not world.storage.photos.blobs, "a photo was left"
    assert len(world.storage.inbox) == 0, "a request was left"
    assert not world.needless_wakes(), "a due row was left"
    assert not any(world.storage.hints.lanes.values())
    assert await world.storage.open_cases.names() == []
