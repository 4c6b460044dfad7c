"""The owner's answer to a notice: "I applied" or "I did not". No sign-in: whoever reads the mailbox may stop a case."""

from shared.domain.application import Application
from shared.domain.blocking import NO_AFTER_LIFT
from shared.domain.erasing import forgotten
from shared.domain.errors import LinkExpiredError
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import RequestKind
from shared.services.ask import ask
from shared.services.find_case import FoundCase, find_case
from shared.services.submit_application import open_application_of
from shared.services.web_ports import WebPorts


async def show_notice(claims: LinkClaims, ports: WebPorts) -> Application:
    """The case that the notice is about.

    Raises:
        RefusedError: there is no such case.
        LinkExpiredError: nobody can tell any more whose case it was: there is nothing left to stop.
    """
    application = (await find_case(claims.application, ports)).application
    if forgotten(application):
        raise LinkExpiredError(Purpose.NOT_ME.value)
    return application


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
