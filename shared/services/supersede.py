"""End a weaker case for a stronger one of the same account: by the weaker case's own ETag, with a due row of its own."""

from contextlib import suppress

from shared.domain.application import Application, Change
from shared.domain.closing import gives_way_to, superseded
from shared.domain.kinds import Closing
from shared.domain.states import State
from shared.domain.wakes import wake_after
from shared.ports import PortError, Snapshot, StaleError
from shared.services.worker_ports import WorkerPorts


async def supersede(other: str, by: Application, ports: WorkerPorts) -> None:
    """Close ``other``; if it ever claimed an attempt it goes through ``stopping``, and ``by`` waits until that is over.

    If somebody changed it meanwhile nothing is done: whoever asked looks again.

    Raises:
        UnavailableError: storage cannot be reached.
        UnknownOutcomeError: no answer came; look again.
    """
    snapshot = await ports.applications.read(other)
    if snapshot is None or not snapshot.application.open or snapshot.application.state is State.STOPPING:
        return
    now = ports.clock.now()
    if not gives_way_to(snapshot.application, by, now, ports.rules):
        return
    with suppress(StaleError):
        await close_beside(snapshot, superseded(snapshot.application, by, now, ports.rules), ports)


async def close_beside(snapshot: Snapshot, change: Change, ports: WorkerPorts) -> None:
    """Save the end of another case than the one that is looked at, with a due row of its own.

    Raises:
        StaleError: somebody changed it meanwhile.
        UnavailableError: storage cannot be reached.
        UnknownOutcomeError: no answer came; look again.
    """
    now, other = ports.clock.now(), snapshot.application.id
    wake = await ports.due.insert(wake_after(change.application, now, owes_mail=True) or now, other, "review")
    await ports.applications.save(snapshot, change, wake)
    if change.application.terminal:
        await ports.open_cases.drop(other)
    with suppress(PortError):  # its due row brings somebody too
        await ports.hints.send("review", other)


async def tell_successor(ended: Application, ports: WorkerPorts) -> None:
    """The case that took over waits for this one's end: somebody is at the counter. A lost hint costs a minute."""
    if ended.stop_as is Closing.SUPERSEDED and ended.duplicate_of:
        with suppress(PortError):
            await ports.hints.send("review", ended.duplicate_of)
