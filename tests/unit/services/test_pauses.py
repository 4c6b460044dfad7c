"""A worker may stand still for as long as the platform lets it live, then go on or die: somebody always comes."""

from datetime import timedelta

import pytest

from shared.services.wake_due import wake_due
from tests.unit.observed import CrashError, Fault
from tests.unit.patient import check_the_end, go_the_road
from tests.unit.university import FRIDAY_EVENING
from tests.unit.world import World

_LIFE = timedelta(minutes=10)
_SAVES = range(1, 13)


def _stand_still_before_save(world: World, number: int) -> None:
    """Before its n-th save the worker stands still, and the timer runs meanwhile."""
    left = number

    async def between(port: str, method: str) -> None:
        nonlocal left
        if (port, method) != ("applications", "save"):
            return
        left -= 1
        if left == 0:
            for _ in range(int(_LIFE / timedelta(minutes=1))):
                world.clock.advance(timedelta(minutes=1))
                await wake_due(world.worker)

    world.seen.between = between


@pytest.mark.parametrize("number", _SAVES)
async def test_a_worker_that_stood_still_before_a_save_and_went_on(number: int) -> None:
    world = World(FRIDAY_EVENING)
    _stand_still_before_save(world, number)
    await check_the_end(world, await go_the_road(world))


@pytest.mark.parametrize("number", _SAVES)
async def test_a_worker_that_stood_still_before_a_save_and_died_after_it(number: int) -> None:
    world = World(FRIDAY_EVENING)
    _stand_still_before_save(world, number)
    world.seen.faults.append(
        Fault("applications", "save", CrashError(), times=1, skip=number - 1, after=True)
    )
    await check_the_end(world, await go_the_road(world))
