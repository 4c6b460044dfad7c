"""Whether the service can do its work: storage answers, and the worker was seen alive lately."""

from dataclasses import dataclass
from datetime import timedelta

from shared.ports import PortError
from shared.services.web_ports import WebPorts


@dataclass(frozen=True)
class Readiness:
    """What works."""

    storage: bool
    worker: bool

    @property
    def ready(self) -> bool:
        """Whether all does."""
        return self.storage and self.worker


async def check_ready(ports: WebPorts, *, silent: timedelta) -> Readiness:
    """Read the worker's heartbeat row; older than ``silent`` counts as dead."""
    try:
        beat = await ports.switches.last_beat()
    except PortError:
        return Readiness(storage=False, worker=False)
    alive = beat is not None and abs(ports.clock.now() - beat) <= silent
    return Readiness(storage=True, worker=alive)
