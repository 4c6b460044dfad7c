"""The slip that the person takes home: its link, and printing it again, which makes the older one useless."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.counter_steps import MOST_SLIPS, WITH_A_SLIP, CounterStep
from shared.domain.kinds import Language
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import RequestKind
from shared.ports import Access
from shared.services.ask import ask
from shared.services.refusals import Refusal, RefusedError
from shared.services.serve_counter import Clerk, find_at_counter, step_of
from shared.services.web_ports import WebPorts

ADDRESSEE = "slip"
"""Whom a slip's link names: paper has no address."""


@dataclass(frozen=True)
class Slip:
    """What is printed.

    Attributes:
        token: The signed link's key.
        application: The case.
        reference: The short number people read out.
        language: The person's.
        number: Counts the prints.
        valid_until: When it stops working (UTC).
    """

    token: str
    application: str
    reference: str
    language: Language
    number: int
    valid_until: datetime


async def show_slip(application: str, clerk: Clerk, ports: WebPorts) -> Slip | None:
    """The newest slip; None while it is being printed. That it was shown is recorded before.

    Raises:
        RefusedError: ``NO_SLIP`` if none works now (not printed, run out, the case went on); and as for every page of a case.
    """
    found = await find_at_counter(application, clerk, ports)
    case, step = found.application, step_of(found)
    if step is CounterStep.PRINTING:
        return None
    now = ports.clock.now()
    if step not in WITH_A_SLIP or case.slips == 0 or case.slip_until is None or now >= case.slip_until:
        raise RefusedError(Refusal.NO_SLIP, link=f"/office/{application}")
    await ports.accesses.record(Access(case.id, clerk.identity.oid, "slip", now))
    claims = LinkClaims(Purpose.SLIP, case.id, ADDRESSEE, case.slips, case.slip_until)
    token = ports.links.sign(claims)
    return Slip(token, case.id, case.reference, case.language, case.slips, case.slip_until)


async def print_slip(application: str, clerk: Clerk, ports: WebPorts) -> None:
    """Ask for the next slip; pressing twice prints one.

    Raises:
        RefusedError: ``TOO_LATE`` when there is nothing to collect (any more), ``SLIPS_USED_UP`` when there were too many; and
            as for every page of the counter.
        UnavailableError: storage cannot be reached.
    """
    found = await find_at_counter(application, clerk, ports)
    step = step_of(found)
    if step is CounterStep.PRINTING:
        return
    if step not in WITH_A_SLIP:
        raise RefusedError(Refusal.TOO_LATE, link=f"/office/{application}")
    if found.application.slips >= MOST_SLIPS:
        raise RefusedError(Refusal.SLIPS_USED_UP, link=f"/office/{application}")
    number = found.application.slips + 1
    await ask(application, RequestKind.SLIP, number, ports, evidence=clerk.token)
