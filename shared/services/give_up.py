"""Record what was given up on, and tell the operators: of something new, and of many new things once."""

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from shared.domain.mails import Urgency
from shared.ports import ForbiddenError, Poison, UnavailableError, UnknownOutcomeError
from shared.services.take_allowance import take_allowance
from shared.services.worker_ports import WorkerPorts

TOLD_FOR = timedelta(minutes=10)
"""Whoever was told so recently finds the newer ones in the same list of the console."""


async def give_up(key: str, lane: str, text: str, ports: WorkerPorts) -> None:
    """Keep it until an operator retries it, and tell the operators; the same thing twice is the same as once.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    if await keep_given_up(key, lane, text, ports):
        await tell_given_up(key, ports)


async def keep_given_up(key: str, lane: str, text: str, ports: WorkerPorts) -> bool:
    """Keep it; whether the operators have to be told of it.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    now = ports.clock.now()
    kept = await ports.poison.kept()
    if key in {each.key for each in kept}:
        return False
    await ports.poison.keep(Poison(key=key, lane=lane, text=text[:200], at=now))
    return not any(timedelta(0) <= now - each.at < TOLD_FOR for each in kept)


async def tell_given_up(key: str, ports: WorkerPorts) -> None:
    """One mail to each operator, out of the shared budget; the console lists it in any case."""
    allowance = await take_allowance({Urgency.STAFF: len(ports.rules.operators)}, ports)
    for address in ports.rules.operators[: allowance.granted.get(Urgency.STAFF, 0)]:
        operation = str(uuid5(NAMESPACE_URL, f"given-up:{key}:{address}"))
        try:
            await ports.mailer.send(ports.composer.given_up(address), operation=operation)
        except (ForbiddenError, UnavailableError, UnknownOutcomeError):
            continue
