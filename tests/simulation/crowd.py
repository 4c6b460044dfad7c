"""The rest of the university, who ask for passes as well: of them nothing is known but the places that they take."""

from contextlib import suppress
from typing import Final

from shared.ports import PortError
from shared.services.take_place import take_place
from shared.services.worker_ports import WorkerPorts
from tests.simulation.processes import OF_THE_CROWD
from tests.simulation.town import Town

_HOUR: Final = 3600.0
_BURSTS: Final = 5


class Crowd:
    """They come in bursts, as a lecture hall does."""

    def __init__(self, town: Town) -> None:
        self._town = town

    async def come(self) -> None:
        """Some ask at the same moment, and others a while later."""
        for _ in range(_BURSTS):
            await self._town.wait(60.0, 20 * _HOUR)
            for _ in range(self._town.dice.choice((2, 3, 4))):
                self._town.begin(self._ask())

    async def _ask(self) -> None:
        await self._town.wait(0.02, 20.0)
        await self._town.world.machines.at_a_worker(self._take)

    async def _take(self, ports: WorkerPorts) -> None:
        OF_THE_CROWD.set(True)
        with suppress(PortError):
            await take_place(ports)
