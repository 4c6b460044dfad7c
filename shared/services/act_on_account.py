"""Steps that change something at an account which may be gone by now: with it went what it had."""

from collections.abc import Sequence

from shared.domain.accounts import Method
from shared.domain.issuing import Minted
from shared.domain.steps import Findings
from shared.ports import MissingError, Snapshot
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


async def still_ours(known: Snapshot, ids: tuple[str, ...], found: Findings, ports: WorkerPorts) -> bool:
    """Whether the passes that were listed can be of no later case: this one is unchanged after the list was read.

    A later case makes a pass only when this one is over, or contested, which asks for none but its own. So a worker that
    stood still for long, and found the later one's pass in the list, finds this case changed, and leaves that pass alone.
    """
    current, minted = known.application.current_pass, found.minted
    own = {current.id if current else "", minted.pass_id if isinstance(minted, Minted) else ""}
    if set(ids) <= own:
        return True
    now = await ports.applications.read(known.application.id)
    return now is not None and now.version == known.version
