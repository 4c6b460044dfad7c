"""Whether the service can do its work: storage answers, the worker was seen alive lately, and its checks found nothing wrong."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from shared.domain.health import Finding, HealthCode, HealthReport
from shared.ports import PortError
from shared.services.read_health import read_health
from shared.services.web_ports import WebPorts

GOOD_FOR: Final = 15.0
"""Seconds for which "ready" is told again without a look."""
WRONG_FOR: Final = 2.0
"""The same for "not ready": who waits for a start or has mended something sees it at once."""


@dataclass(frozen=True)
class Readiness:
    """What works.

    Attributes:
        storage: Storage answers.
        worker: The worker was seen alive lately.
        checks: Codes of what keeps the service from its work; they name no table, permission or setting.
        web_package: The mark of the package that web runs from.
        worker_package: That of the worker when it last looked; empty: it has not said.
    """

    storage: bool
    worker: bool
    checks: tuple[HealthCode, ...] = ()
    web_package: str = ""
    worker_package: str = ""

    @property
    def ready(self) -> bool:
        """Whether all does."""
        return self.storage and self.worker and not self.checks


async def check_ready(ports: WebPorts) -> Readiness:
    """Read the worker's heartbeat and its report; what is old, cannot be read or was never written is no good news.

    Nor is it when nobody could sign in, which web alone can know.
    """
    own = await ports.sign_in.findings() if ports.sign_in else ()
    now = ports.clock.now()
    try:
        report = await read_health(ports.switches, now)
    except PortError:
        return Readiness(
            storage=False,
            worker=False,
            checks=HealthReport(at=now, findings=(*own, Finding(HealthCode.STORAGE_SILENT))).failed,
            web_package=ports.package,
        )
    codes = replace(report, findings=(*own, *report.findings)).failed
    return Readiness(
        storage=True,
        worker=HealthCode.WORKER_SILENT not in codes,
        checks=codes,
        web_package=ports.package,
        worker_package=report.package,
    )


class ReadyWatch:
    """Keeps what was found last, for strangers may ask all day: two rows are read once in so many seconds. One a process."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """Look at nothing yet; ``seconds`` is real time that only goes forward."""
        self._seconds = seconds
        self._kept: tuple[WebPorts, Readiness, float] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def ready(self, ports: WebPorts) -> Readiness:
        """What ``check_ready`` says, or said a moment ago of the same ports; who asks while it is asked waits for that answer."""
        async with self._one_at_a_time:
            if self._kept is not None:
                of, said, until = self._kept
                if of is ports and self._seconds() < until:
                    return said
            said = await check_ready(ports)
            self._kept = (ports, said, self._seconds() + (GOOD_FOR if said.ready else WRONG_FOR))
            return said
