"""What the link of a notice shows once its owner has said "this was not me"."""

from datetime import timedelta

import pytest

from shared.domain.links import LinkClaims, Purpose
from shared.domain.states import State
from shared.services import answer_owner_notice
from shared.services.answer_owner_notice import ShownNotice
from tests.unit import people
from tests.unit.reaching import lift, not_me, reach
from tests.unit.world import World


def _link(world: World) -> LinkClaims:
    return world.link(Purpose.NOT_ME, people.OUTSIDE)


async def _shown(world: World, claims: LinkClaims) -> ShownNotice:
    return await answer_owner_notice.show_notice(claims, world.web)


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.ISSUED, State.COMPLETED, State.CANCELLED])
async def test_a_no_is_remembered_from_the_moment_it_was_said(state: State) -> None:
    world, _ = await reach(state)
    claims = _link(world)
    assert (await _shown(world, claims)).said_no_at is None
    said = world.clock.now()
    await answer_owner_notice.answer_not_mine(claims, world.web)
    assert (await _shown(world, claims)).said_no_at == said
    await world.move(timedelta(hours=1))
    shown = await _shown(world, claims)
    assert shown.said_no_at is not None
    assert abs(shown.said_no_at - said) < timedelta(minutes=5)
    assert shown.protects


async def test_after_the_block_was_lifted_another_no_is_asked_for_once_and_protects_nothing() -> None:
    world, name = await reach(State.CANCELLED)
    claims = _link(world)
    await not_me(world, name)
    await world.move(timedelta(minutes=5))
    await lift(world, name)
    shown = await _shown(world, claims)
    assert (shown.said_no_at, shown.protects) == (None, False)
    await answer_owner_notice.answer_not_mine(claims, world.web)
    await world.move(timedelta(minutes=5))
    again = await _shown(world, claims)
    assert again.said_no_at is not None
    assert not again.protects
