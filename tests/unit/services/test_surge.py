"""The limit of the whole service: so many passes an hour and a day, and no more whatever happens."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.freezing import FreezeReason
from shared.domain.putting_off import waits_for_thaw
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.domain.surge import PassMeter, SurgeLimits
from shared.ports import StaleError
from shared.services import set_freeze
from shared.services.ask import ask
from shared.services.refusals import Refusal, RefusedError
from shared.services.take_place import take_place
from tests.unit import people
from tests.unit.observed import CrashError, Fault
from tests.unit.reaching import reach
from tests.unit.university import WEDNESDAY_MORNING, rules_of
from tests.unit.world import World

_HOUR = timedelta(hours=1)


def a_world(per_hour: int = 1, per_day: int = 100, freeze_at: int = 0) -> World:
    return World(rules=rules_of(surge=SurgeLimits(per_hour, per_day, freeze_at)))


async def used_up(world: World, passes: int = 1) -> None:
    """Others got so many passes in this hour."""
    now = world.clock.now()
    await world.storage.meters.write(
        PassMeter(hour_from=now, day_from=now, hour_made=passes, day_made=passes)
    )


async def test_over_the_limit_the_person_is_told_when_and_gets_the_pass_then() -> None:
    world, name = await reach(State.APPROVED, a_world())
    await used_up(world)
    until = world.clock.now() + _HOUR
    await world.ask_for_pass(name)
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert world.graph.account(world.student).passes_made == []
    with pytest.raises(RefusedError) as caught:
        await world.collect(name)
    assert (caught.value.refusal, caught.value.until) == (Refusal.PASSES_BUSY, until)
    with pytest.raises(RefusedError):
        await world.ask_for_pass(name, "session-2")
    world.clock.move_to(until)
    assert await world.pickup(name, "session-3")
    assert world.case(name).put_off is None


async def test_a_pass_that_is_made_counts() -> None:
    world, name = await reach(State.APPROVED, a_world(per_hour=2))
    await world.pickup(name)
    meter = world.storage.meters.meter
    assert meter is not None
    assert (meter.hour_made, meter.day_made) == (1, 1)


async def test_the_operators_are_told_once_an_hour() -> None:
    world = a_world()
    await used_up(world)
    for _ in range(5):
        assert not (await take_place(world.worker)).granted
    assert world.subjects(people.OPERATORS[0]) == ["service_surge"]


async def test_a_full_day_is_over_after_a_day() -> None:
    world = a_world(per_hour=100, per_day=1)
    assert (await take_place(world.worker)).granted
    world.clock.move_to(WEDNESDAY_MORNING + timedelta(hours=23))
    place = await take_place(world.worker)
    assert (place.granted, place.until) == (False, WEDNESDAY_MORNING + timedelta(days=1))
    world.clock.move_to(WEDNESDAY_MORNING + timedelta(days=1))
    assert (await take_place(world.worker)).granted


async def test_of_many_at_once_exactly_as_many_get_a_place_as_there_are() -> None:
    world = a_world(per_hour=3)
    places = await asyncio.gather(*(take_place(world.worker) for _ in range(20)))
    assert sum(each.granted for each in places) == 3


async def test_a_crash_after_counting_wastes_a_place_and_lends_none_twice() -> None:
    world, name = await reach(State.APPROVED, a_world(per_hour=2))
    world.seen.faults.append(Fault("meters", "write", CrashError("died"), after=True, times=1))
    await world.ask_for_pass(name)
    await world.run()
    await world.until(lambda: world.case(name).state is State.ISSUED, timedelta(minutes=5))
    meter = world.storage.meters.meter
    assert meter is not None
    assert meter.hour_made == 2
    assert len(world.graph.account(world.student).passes_made) == 1


async def test_what_cannot_be_counted_is_not_made() -> None:
    world, name = await reach(State.APPROVED)
    world.seen.faults.append(Fault("meters", "write", StaleError("somebody else")))
    await world.ask_for_pass(name)
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert world.graph.account(world.student).passes_made == []
    world.seen.faults.clear()
    await world.until(lambda: world.case(name).state is State.ISSUED, timedelta(minutes=5))


async def test_by_setting_a_second_threshold_freezes_the_service() -> None:
    world = a_world(freeze_at=3)
    await used_up(world)
    await take_place(world.worker)
    await take_place(world.worker)
    assert not await world.storage.switches.frozen()
    await take_place(world.worker)
    switch = await world.storage.switches.freeze_switch()
    assert (switch.frozen, switch.by, switch.reason) == (True, "", "surge")
    assert "service_frozen" in world.subjects(people.OPERATORS[0])


async def _set_free(world: World) -> None:
    number = (await world.storage.switches.freeze_switch()).number
    token = world.staff["ope"].token
    await set_freeze.ask_to_turn(
        freeze=False, number=number, reason=FreezeReason.CLEARED, token=token, ports=world.web
    )
    await world.run()


async def test_a_service_that_was_set_free_is_not_frozen_again_by_who_asked_before() -> None:
    world = a_world(freeze_at=3)
    await used_up(world)
    for _ in range(3):
        await take_place(world.worker)
    assert await world.storage.switches.frozen()
    await _set_free(world)
    for _ in range(2):
        await take_place(world.worker)
        assert not await world.storage.switches.frozen()
    await take_place(world.worker)
    assert await world.storage.switches.frozen(), "as many again, and it freezes again"


async def test_one_person_who_asks_again_and_again_does_not_freeze_the_service() -> None:
    world, name = await reach(State.APPROVED, a_world(freeze_at=3))
    await used_up(world)
    for _ in range(5):
        attempt = world.case(name).attempts + 1
        body = {"public_key": "key of session-1", "session": "session-1"}
        await ask(
            name, RequestKind.PICKUP, attempt, world.web, body=body
        )  # past our door, which says when to come
        await world.run()
    meter = world.storage.meters.meter
    assert meter is not None
    assert meter.hour_asked == 1
    assert not await world.storage.switches.frozen()


async def test_over_the_limit_nobody_loses_their_case_and_the_person_is_written_to_when_there_is_room() -> (
    None
):
    world, name = await reach(State.APPROVED, a_world(per_hour=100, per_day=1))
    window = world.case(name).pickup_until
    assert window is not None
    await world.move(window - _HOUR / 2)
    await used_up(world)
    until = world.clock.now() + 24 * _HOUR
    await world.ask_for_pass(name)
    await world.run()
    written = world.subjects(people.OUTSIDE).count("pickup")
    case = world.case(name)
    assert case.pickup_until == case.due_at == world.rules.calendar.closing_after_days(until, 1)
    await world.move(until - timedelta(minutes=1))
    assert world.subjects(people.OUTSIDE).count("pickup") == written
    await world.move(until + timedelta(minutes=1))
    assert world.subjects(people.OUTSIDE).count("pickup") == written + 1
    assert await world.pickup(name, "session-2")


async def test_who_comes_back_before_is_not_written_to_once_more() -> None:
    world, name = await reach(State.APPROVED, a_world())
    await used_up(world)
    until = world.clock.now() + _HOUR
    await world.ask_for_pass(name)
    await world.run()
    written = world.subjects(people.OUTSIDE).count("pickup")
    world.clock.move_to(until)
    assert await world.pickup(name, "session-2")
    await world.move(2 * _HOUR)
    assert world.subjects(people.OUTSIDE).count("pickup") == written


async def test_whoever_waits_for_room_waits_for_the_thaw_as_well() -> None:
    world, name = await reach(State.APPROVED, a_world(freeze_at=1))
    await used_up(world)
    await world.ask_for_pass(name)
    await world.run()
    assert await world.storage.switches.frozen()
    written = world.subjects(people.OUTSIDE).count("pickup")
    await world.move(2 * _HOUR)
    assert waits_for_thaw(world.case(name))
    assert world.subjects(people.OUTSIDE).count("pickup") == written
    await _set_free(world)
    await world.move(timedelta(minutes=15))
    assert world.subjects(people.OUTSIDE).count("pickup") == written + 1


async def test_by_default_nothing_freezes_by_itself() -> None:
    world = a_world()
    await used_up(world, 500)
    for _ in range(30):
        await take_place(world.worker)
    assert not await world.storage.switches.frozen()


async def test_a_worker_that_reads_slowly_does_not_begin_the_hour_anew() -> None:
    world = a_world()

    async def others_count_meanwhile(port: str, method: str) -> None:
        if (port, method) == ("meters", "read"):
            world.clock.move_to(WEDNESDAY_MORNING + timedelta(minutes=10))
            at = world.clock.now()
            world.storage.meters.meter = PassMeter(hour_from=at, day_from=at, hour_made=1, day_made=1)

    world.storage.meters.hooks.before = others_count_meanwhile
    assert not (await take_place(world.worker)).granted


async def test_workers_whose_clocks_differ_have_the_same_hour() -> None:
    world = a_world()
    world.clock.move_to(WEDNESDAY_MORNING + timedelta(minutes=4))
    assert (await take_place(world.worker)).granted
    world.clock.move_to(WEDNESDAY_MORNING)
    assert not (await take_place(world.worker)).granted


def test_a_clock_that_went_back_begins_new_windows() -> None:
    meter = PassMeter(hour_from=WEDNESDAY_MORNING, day_from=WEDNESDAY_MORNING, hour_made=9, day_made=9)
    before = meter.rolled(WEDNESDAY_MORNING - timedelta(minutes=6))
    assert (before.hour_made, before.day_made) == (0, 0)
    assert replace(meter, hour_made=9) == meter.rolled(WEDNESDAY_MORNING)
