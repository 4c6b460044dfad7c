"""A way in that is switched off is off in the worker too, whatever web lets in; what was approved before may finish."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from shared.domain.kinds import Channel, Closing
from shared.domain.states import State
from tests.unit import cards, people
from tests.unit.counters import confirm, look_up, reach_at_office, respond
from tests.unit.reaching import reach
from tests.unit.world import World

_APPLY: dict[Channel, Callable[[World], Awaitable[str]]] = {
    Channel.FORM: respond,
    Channel.WEBSITE: World.apply,
    Channel.OFFICE: look_up,
    Channel.IDENTITY_VERIFICATION: cards.verify,
}


def _switch_off(world: World, way: Channel) -> None:
    rules = replace(world.rules, channels=frozenset(Channel) - {way})
    object.__setattr__(world.worker, "rules", rules)


@pytest.mark.parametrize("way", list(Channel))
async def test_an_application_by_a_way_that_is_off_is_refused_unseen(way: Channel) -> None:
    world = World()
    await cards.has_link(world)
    _switch_off(world, way)
    name = await _APPLY[way](world)
    await world.run()
    case = world.case(name)
    assert (case.state, case.stop_as) == (State.CANCELLED, Closing.REFUSED)
    assert world.snapshot(name).events[-1].detail["why"] == "way_off"
    assert world.mailer.sent == []
    assert await world.storage.locks.read(world.student) is None
    assert len(world.storage.inbox) == 0


async def test_a_confirmation_after_the_counter_was_switched_off_ends_the_look_up() -> None:
    world, name = await reach_at_office(State.IN_REVIEW)
    _switch_off(world, Channel.OFFICE)
    await confirm(world, name)
    await world.run()
    case = world.case(name)
    assert (case.state, case.vouched, case.stop_as) == (State.CANCELLED, False, Closing.NOT_CONFIRMED)
    assert world.mailer.sent == []


async def test_a_card_gives_no_pass_once_its_way_is_off() -> None:
    world = World()
    await cards.has_link(world)
    name = await cards.verify(world)
    await world.run()
    assert world.case(name).state is State.APPROVED
    _switch_off(world, Channel.IDENTITY_VERIFICATION)
    await cards.press_issue(world, name)
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert world.live_pass == ""
    assert world.snapshot(name).events[-1].detail["why"] == "way_off"


async def test_while_the_way_is_off_links_are_removed_but_not_made() -> None:
    world = World()
    _switch_off(world, Channel.IDENTITY_VERIFICATION)
    await cards.ask_to_link(world, 1)
    await world.run()
    assert await world.storage.card_links.by_account(world.student) is None
    assert world.subjects(people.OPERATORS[0]) == ["given_up"]
    await cards.has_link(world)
    await cards.ask_to_unlink(world, 2)
    await world.run()
    assert await world.storage.card_links.by_account(world.student) is None


@pytest.mark.parametrize("way", [Channel.WEBSITE, Channel.OFFICE])
async def test_what_was_approved_before_may_finish(way: Channel) -> None:
    world, name = await (reach(State.APPROVED) if way is Channel.WEBSITE else reach_at_office(State.APPROVED))
    _switch_off(world, way)
    assert await world.pickup(name)
