"""Tell the operators of something that belongs to no case: a message or a request that was given up on."""

from uuid import NAMESPACE_URL, uuid5

from shared.ports import ForbiddenError, UnknownOutcomeError
from shared.services.worker_ports import WorkerPorts


async def alert_operators(what: str, ports: WorkerPorts) -> None:
    """Send each operator one message that leads to the console; ``what`` is the key of the thing in the list there.

    Raises:
        UnavailableError: the mail service cannot now; the caller's message or row comes again.
    """
    for address in ports.rules.operators:
        operation = str(uuid5(NAMESPACE_URL, f"given-up:{what}:{address}"))
        try:
            await ports.mailer.send(ports.composer.given_up(address), operation=operation)
        except (ForbiddenError, UnknownOutcomeError):
            continue  # the others are told, and the console lists it
