"""Whether the service can do its work: storage answers, the worker was seen alive lately, and its checks found nothing wrong."""

from dataclasses import dataclass, replace

from shared.domain.health import Finding, HealthCode, HealthReport
from shared.ports import PortError
from shared.services.read_health import read_health
from shared.services.web_ports import WebPorts


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
