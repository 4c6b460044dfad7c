"""Slips of the counter void each other, and only the clerk of the case prints them."""

from datetime import timedelta

import pytest

from shared.domain.counter_steps import MOST_SLIPS
from shared.domain.states import State
from shared.services import print_slip as print_slip_page
from shared.services import serve_counter
from shared.services.refusals import Refusal, RefusedError
from tests.unit import people
from tests.unit.counters import (
    print_slip,
    reach_at_office,
)
from tests.unit.reaching import operate
from tests.unit.world import World

_APPROVED = {State.APPROVED, State.ISSUING, State.ISSUED}


@pytest.mark.parametrize("state", sorted(_APPROVED))
async def test_another_slip_voids_the_older_one_and_the_owner_is_told_each_time(state: State) -> None:
    world, name = await reach_at_office(state)
    world.clock.advance(timedelta(minutes=30))
    printed = world.clock.now()
    await print_slip(world, name)
    await world.run()
    case = world.case(name)
    assert (case.slips, case.slip_until) == (2, printed + timedelta(hours=24))
    await print_slip(world, name)
    await world.run()
    assert world.case(name).slips == 3
    for address in (people.OUTSIDE, people.OWN_MAILBOX):
        assert world.subjects(address).count("slip_printed") == 3
    last = [each for each in world.snapshot(name).events if each.kind.value == "slip_printed"][-1]
    assert (last.actor, last.detail) == ("cleo", {"number": "3"})


async def test_the_same_press_twice_prints_one_slip() -> None:
    world, name = await reach_at_office(State.APPROVED)
    for _ in range(2):
        await print_slip(world, name, slot=2)
    await world.run()
    await print_slip(world, name, slot=2)
    await world.run()
    assert world.case(name).slips == 2
    assert len(world.storage.inbox) == 0


@pytest.mark.parametrize(("by", "token"), [("clem", ""), ("rei", ""), ("cleo", "forged")])
async def test_nobody_else_prints_a_slip_and_the_number_stays_free_for_the_clerk(by: str, token: str) -> None:
    world, name = await reach_at_office(State.APPROVED)
    await print_slip(world, name, by=by, token=token)
    await world.run()
    assert world.case(name).slips == 1
    assert len(world.storage.inbox) == 0
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    await print_slip(world, name, by=by, token=token)
    await world.run()
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"], "told once"
    await print_slip(world, name)
    await world.run()
    assert world.case(name).slips == 2


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.ATTENTION, State.COMPLETED])
async def test_a_slip_is_printed_only_while_the_pass_may_be_collected(state: State) -> None:
    world, name = await reach_at_office(state)
    before = world.case(name)
    await print_slip(world, name)
    await world.run()
    assert world.case(name) == before
    assert len(world.storage.inbox) == 0


async def test_a_slip_asked_for_too_early_uses_up_no_number() -> None:
    world, name = await reach_at_office(State.ATTENTION)
    await print_slip(world, name, slot=2)
    await print_slip(world, name, slot=1)
    await world.run()
    world.clear_account()
    await operate(world, name, "run again")
    assert world.case(name).slips == 0
    await print_slip(world, name)
    await world.run()
    assert world.case(name).slips == 1


async def test_an_application_of_another_way_has_no_slips() -> None:
    world = World()
    name = await world.apply()
    await world.run()
    await world.decide()
    await world.run()
    await print_slip(world, name)
    await world.run()
    assert world.case(name).slips == 0
    assert len(world.storage.inbox) == 0


async def test_a_case_has_so_many_slips_and_no_more() -> None:
    world, name = await reach_at_office(State.APPROVED)
    for _ in range(40):
        await print_slip(world, name)
        await world.run()
    assert world.case(name).slips == MOST_SLIPS
    assert world.subjects(people.OUTSIDE).count("slip_printed") == MOST_SLIPS
    assert len(world.storage.inbox) == 0
    clerk = serve_counter.Clerk(world.staff["cleo"].identity, world.staff["cleo"].token)
    with pytest.raises(RefusedError) as refused:
        await print_slip_page.print_slip(name, clerk, world.web)
    assert (refused.value.refusal, refused.value.link) == (Refusal.SLIPS_USED_UP, f"/office/{name}")
