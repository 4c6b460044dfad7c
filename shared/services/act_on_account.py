"""Steps that change something at an account which may be gone by now: with it went what it had."""

from collections.abc import Sequence

from shared.domain.accounts import Method
from shared.domain.steps import Findings
from shared.ports import MissingError
from shared.services import gather_facts, remove_old_methods
from shared.services.worker_ports import WorkerPorts


async def remove_methods(
    subject: str, methods: Sequence[Method], found: Findings, ports: WorkerPorts
) -> tuple[Method, ...] | None:
    """Remove old methods; with an account that is gone they are gone. None if that cannot be told now.

    Raises:
        UnavailableError: Graph cannot now; a later look goes on.
    """
    try:
        return await remove_old_methods.remove(subject, methods, ports)
    except MissingError:
        if await gather_facts.is_gone(subject, ports):
            return tuple(methods)
        found.unreachable = True
        return None


async def end_sessions(subject: str, found: Findings, ports: WorkerPorts) -> bool:
    """End the sessions; an account that is gone has none. False if that cannot be told now.

    Raises:
        UnavailableError: Graph cannot now; a later look goes on.
    """
    try:
        await ports.sessions.revoke(subject)
    except MissingError:
        if not await gather_facts.is_gone(subject, ports):
            found.unreachable = True
            return False
    return True
