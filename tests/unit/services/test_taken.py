"""What an operator asked for is told on the case's page until it is carried out."""

import pytest

from shared.domain.kinds import LiftReason
from shared.domain.states import State
from shared.services import watch_blocks, watch_cases
from tests.unit import cards
from tests.unit.reaching import blocks_of, not_me, reach
from tests.unit.world import World


async def _asked(world: World, name: str) -> bool:
    return (await watch_cases.show_case(name, world.staff["ope"].identity, world.web)).asked


@pytest.mark.parametrize("button", ["stop", "run again", "lift", "cut"])
async def test_a_press_is_told_until_it_is_carried_out(button: str) -> None:
    world, name = await reach(State.CANCELLED if button in {"lift", "cut"} else State.ATTENTION)
    await cards.has_link(world)
    if button == "lift":
        await not_me(world, name)
    staff = world.staff["ope"]
    assert not await _asked(world, name)
    if button == "stop":
        await watch_cases.stop_case(name, staff.identity, staff.token, world.web)
    elif button == "run again":
        await watch_cases.run_again(name, staff.identity, staff.token, world.web)
    elif button == "lift":
        seen = await blocks_of(world)
        reason = LiftReason.OWNER_IDENTIFIED
        await watch_blocks.lift_block(name, reason, staff.identity, staff.token, world.web, seen=seen)
    else:
        await watch_blocks.cut_link(name, staff.identity, staff.token, world.web)
    assert await _asked(world, name)
    await world.run()
    await world.tick()
    assert not await _asked(world, name)
