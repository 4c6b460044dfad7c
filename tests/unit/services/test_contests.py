"""That the owner once said "this was not me" is remembered with the account, however many applications follow."""

from dataclasses import replace

import pytest

from shared.domain.kinds import Flag
from shared.domain.states import State
from shared.domain.wakes import WORK_IN_PROGRESS, wake_after
from shared.ports import UnavailableError
from tests.unit import people
from tests.unit.counters import vouched
from tests.unit.observed import Fault
from tests.unit.reaching import lift, not_me, reach, withdraw
from tests.unit.university import WEDNESDAY_MORNING
from tests.unit.world import World


async def _wash(world: World, times: int = 5) -> None:
    """Who holds the password applies and withdraws, again and again."""
    for number in range(times):
        name = await world.apply(nonce=f"wash-{number}")
        await world.run()
        await withdraw(world, name)
        await world.run()


async def test_later_applications_do_not_wash_a_contest_off() -> None:
    world = World(WEDNESDAY_MORNING)
    name = await world.apply()
    await world.run()
    await not_me(world, name)
    await world.tick()
    await lift(world, name)
    await _wash(world)
    at_counter = await vouched(world)
    case = world.case(at_counter)
    assert Flag.EARLIER_CONTEST in case.flags
    assert (case.state, case.needs) == (State.IN_REVIEW, 2)


async def test_a_no_that_comes_after_many_later_applications_counts_too() -> None:
    world, name = await reach(State.CANCELLED, World(WEDNESDAY_MORNING))
    await _wash(world)
    await not_me(world, name)
    await world.run()
    again = await vouched(world)
    assert Flag.EARLIER_CONTEST in world.case(again).flags


@pytest.mark.parametrize(("method", "skip"), [("read", 2), ("mark", 0)])
async def test_a_contest_that_could_not_be_written_down_is_written_later(method: str, skip: int) -> None:
    world, name = await reach(State.CANCELLED, World(WEDNESDAY_MORNING))
    await _wash(world)
    world.seen.faults.append(Fault("locks", method, UnavailableError("slow"), times=1, skip=skip))
    await not_me(world, name)  # its door reads the lock twice
    assert not world.case(name).contest_kept
    await world.until(lambda: world.case(name).contest_kept)
    lock = await world.storage.locks.read(people.STUDENT.oid)
    assert lock is not None
    assert lock.contested
    assert lock.application != name, "whose lock it is does not change"


async def test_a_save_before_that_leaves_the_case_guarded() -> None:
    world, name = await reach(State.CANCELLED, World(WEDNESDAY_MORNING))
    await not_me(world, name)
    case = replace(world.case(name), photo=None, sessions_to_end=False)
    now = world.clock.now()
    assert wake_after(case, now, owes_mail=False) is None
    assert wake_after(replace(case, contest_kept=False), now, owes_mail=False) == now + WORK_IN_PROGRESS
