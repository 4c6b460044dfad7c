"""The owner's answer to a notice: "I applied" or "I did not". No sign-in: whoever reads the mailbox may stop a case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.domain.application import Application
from shared.domain.blocking import NO_AFTER_LIFT
from shared.domain.erasing import forgotten
from shared.domain.errors import LinkExpiredError
from shared.domain.events import EventKind, Party
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import RequestKind
from shared.services.ask import ask
from shared.services.find_case import FoundCase, find_case
from shared.services.submit_application import open_application_of
from shared.services.web_ports import WebPorts

_NOES: Final = frozenset({EventKind.STOPPING_STARTED, EventKind.CONTESTED})


@dataclass(frozen=True)
class ShownNotice:
    """The case that a notice is about, and what its owner has said of it already.

    Attributes:
        said_no_at: When the owner said "I did not apply" (UTC); None while another "no" would be heard as a new one.
        protects: Whether "no" closes every way but the office: only the first one does, before somebody has lifted that.
    """

    application: Application
    said_no_at: datetime | None = None
    protects: bool = True


async def show_notice(claims: LinkClaims, ports: WebPorts) -> ShownNotice:
    """What the page of the notice shows.

    Raises:
        RefusedError: there is no such case.
        LinkExpiredError: nobody can tell any more whose case it was: there is nothing left to stop.
    """
    found = await find_case(claims.application, ports)
    if forgotten(found.application):
        raise LinkExpiredError(Purpose.NOT_ME.value)
    slot = await _slot(found.application, ports)
    return ShownNotice(found.application, _said_no_at(found, slot), protects=slot == 0)


def _said_no_at(found: FoundCase, slot: int) -> datetime | None:
    """When the last "no" came, unless the next one is new: after the block was lifted the first one does not count."""
    waiting = found.asked(RequestKind.NOT_ME)
    if waiting is not None:
        return waiting.received_at
    said = [each.at for each in found.events if each.party is Party.OWNER and each.kind in _NOES]
    return said[-1] if len(said) > slot else None


async def answer_not_mine(claims: LinkClaims, ports: WebPorts) -> Application:
    """Stop the case; after completion this contests it, and stops the account's open application too.

    Raises:
        RefusedError: there is no such case.
        UnavailableError: storage cannot be reached: the owner must be told to try again.
    """
    found: FoundCase = await find_case(claims.application, ports)
    slot = await _slot(found.application, ports)
    await ask(claims.application, RequestKind.NOT_ME, slot, ports)
    opened = await open_application_of(found.application.subject, ports)
    if opened and opened != claims.application:
        await ask(opened, RequestKind.NOT_ME, 0, ports)
    return found.application


async def _slot(case: Application, ports: WebPorts) -> int:
    """Once somebody has lifted what the first "no" closed, another one is new: it closes nothing, but staff must hear of it."""
    lock = await ports.locks.read(case.subject) if case.subject else None
    return NO_AFTER_LIFT if lock is not None and case.id in lock.lifted else 0


async def answer_mine(claims: LinkClaims, ports: WebPorts) -> Application:
    """The owner says that it was them.

    Raises:
        RefusedError: there is no such case.
    """
    found = await find_case(claims.application, ports)
    await ask(claims.application, RequestKind.MINE, 0, ports, lane="")
    return found.application
