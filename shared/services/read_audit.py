"""The auditor's door: which trails hold, one trail with everybody who looked at the case, and the export."""

from dataclasses import dataclass
from typing import Final

from shared.domain import audit
from shared.domain.application import Application
from shared.domain.audit import Trail, Verdict
from shared.domain.staff import StaffIdentity
from shared.ports import Access
from shared.services.find_case import is_id
from shared.services.refusals import Refusal, RefusedError
from shared.services.verify_audit import export_lines, names_of_all, read_trail, verify_some
from shared.services.web_ports import WebPorts

PAGE: Final = 25
"""Cases that are verified at each look at the overview."""
PART: Final = 500
"""Cases in one file of the export; the command writes all of them at once."""
WHOLE: Final = "audit"
"""Under this name, which is no id of a case, it is on record who exported the trail."""


@dataclass(frozen=True)
class AuditOverview:
    """A page of verdicts.

    Attributes:
        total: How many cases there are.
        first: Number of the first one on this page, from 1.
        verdicts: The cases of this page, each just verified.
        exports: Who exported the trail, newest first.
    """

    total: int
    first: int
    verdicts: tuple[Verdict, ...]
    exports: tuple[Access, ...]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))

    @property
    def parts(self) -> int:
        """How many files the export has, at least one."""
        return max(1, -(-self.total // PART))


@dataclass(frozen=True)
class AuditedCase:
    """One trail.

    Attributes:
        id: Id of the case.
        verdict: How its trail was found.
        trail: The events, and the heads in any order.
        application: The case; None if it is gone or cannot be read.
        accesses: Who looked at what, oldest first.
    """

    id: str
    verdict: Verdict
    trail: Trail
    application: Application | None
    accesses: tuple[Access, ...]


async def show_overview(page: int, ports: WebPorts) -> AuditOverview:
    """Verify the cases of one page; a page that is not there is the nearest that is."""
    names = await names_of_all(ports)
    last = max(0, (len(names) - 1) // PAGE)
    start = min(max(page - 1, 0), last) * PAGE
    verdicts = [each async for each in verify_some(names[start : start + PAGE], ports)]
    exports = await ports.accesses.of(WHOLE)
    return AuditOverview(len(names), start + 1, tuple(verdicts), tuple(reversed(exports)))


async def show_trail(application: str, staff: StaffIdentity, ports: WebPorts) -> AuditedCase:
    """Verify one case; that the auditor looked at it is recorded before.

    Raises:
        RefusedError: there is no such case, and never was one; ``OWN_CASE``, it is the auditor's own: a colleague reads it.
    """
    if not is_id(application):
        raise RefusedError(Refusal.NOT_FOUND)
    trail, found = await read_trail(application, ports)
    if found is None and not trail.heads and not trail.events:
        raise RefusedError(Refusal.NOT_FOUND)
    if found is not None and found.subject == staff.oid:
        raise RefusedError(Refusal.OWN_CASE)
    await ports.accesses.record(Access(application, staff.oid, "audit", ports.clock.now()))
    accesses = await ports.accesses.of(application)
    return AuditedCase(application, audit.verify(trail), trail, found, tuple(accesses))


async def export_part(part: int, staff: StaffIdentity, ports: WebPorts) -> str:
    """A file of the export, as JSON Lines; who took it is recorded before.

    Raises:
        RefusedError: there is no such part.
    """
    names = await names_of_all(ports)
    start = (part - 1) * PART
    if part < 1 or start > max(0, len(names) - 1):
        raise RefusedError(Refusal.NOT_FOUND, link="/staff/audit")
    await ports.accesses.record(Access(WHOLE, staff.oid, "export", ports.clock.now()))
    return "".join([each async for each in export_lines(names[start : start + PART], ports)])
