"""Several workers at once in any order, with faults strewn in: the road ends as it does on a quiet day."""

import asyncio
from random import Random

import pytest

from shared.ports import UnavailableError, UnknownOutcomeError
from shared.services.wake_due import wake_due
from tests.unit.observed import CrashError, Fault
from tests.unit.patient import check_the_end, go_the_road
from tests.unit.university import FRIDAY_EVENING
from tests.unit.world import World

_ERRORS: tuple[BaseException, ...] = (
    UnavailableError("not now"),
    UnknownOutcomeError("no answer"),
    CrashError("died"),
)


class _BusyWorld(World):
    """Two timers and the queues at the same time; every call waits for a random number of turns."""

    def __init__(self, seed: int, faults: int) -> None:
        super().__init__(FRIDAY_EVENING)
        self._random = Random(seed)
        self._faults_left = faults
        self.seen.between = self._wait

    async def _wait(self, port: str, method: str) -> None:
        for _ in range(self._random.randrange(5)):
            await asyncio.sleep(0)
        if self._faults_left and self._random.random() < 0.03:
            self._faults_left -= 1
            after = self._random.random() < 0.5
            # A call that did its work and says that it surely did not would be a lie that no port tells.
            error = self._random.choice(_ERRORS[1:] if after else _ERRORS)
            self.seen.faults.append(Fault(port, method, error, times=1, after=after))

    async def tick(self) -> None:
        """Everybody at once."""
        timers = (self.survives(lambda: wake_due(self.worker)) for _ in range(2))
        await asyncio.gather(*timers, self.run())


@pytest.mark.parametrize("faults", [0, 4])
@pytest.mark.parametrize("seed", range(30))
async def test_any_order_of_workers_and_a_few_faults_end_well(seed: int, faults: int) -> None:
    world = _BusyWorld(seed, faults)
    name = await go_the_road(world)
    world.seen.between = None
    world.seen.faults.clear()
    await world.move(world.clock.now())
    await check_the_end(world, name)
    assert world.events(name).count("completed") == 1
