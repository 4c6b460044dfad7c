"""What the worker says of its own environment: its heartbeat and its last report, as whoever may read the row sees them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from shared.domain.health import Finding, HealthCode, HealthReport
from shared.ports import PortError, Switches

SILENT_AFTER: Final = timedelta(minutes=5)
"""The worker's heart beats every minute."""


async def read_health(switches: Switches, now: datetime) -> HealthReport:
    """The worker's last report, with what its age and the heartbeat add to it.

    Raises:
        UnavailableError: storage cannot be read.
    """
    beat = await switches.last_beat()
    try:
        report = await switches.last_report()
    except ValueError:  # a row that cannot be read says nothing good
        report = None
    found: list[Finding] = []
    if beat is None or abs(now - beat) > SILENT_AFTER:
        found.append(Finding(HealthCode.WORKER_SILENT))
    if report is None:
        return HealthReport(at=now, findings=(*found, Finding(HealthCode.REPORT_MISSING)))
    if report.is_old(now):
        found.append(Finding(HealthCode.REPORT_OLD))
    return replace(report, findings=(*found, *report.findings))


async def with_the_worker_s(own: HealthReport, switches: Switches, now: datetime) -> HealthReport:
    """What was found here, and what the worker found besides."""
    try:
        said = await read_health(switches, now)
    except PortError:
        findings: tuple[Finding, ...] = (Finding(HealthCode.STORAGE_SILENT, "heartbeat"),)
    else:
        findings = said.findings
    return replace(own, findings=tuple(dict.fromkeys((*own.findings, *findings))))
