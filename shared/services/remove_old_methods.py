"""Remove the old methods after a new one was registered, and whatever pass is left."""

from collections.abc import Sequence

from shared.domain.accounts import Method
from shared.ports import ForbiddenError, MissingError
from shared.services.worker_ports import WorkerPorts


async def remove(subject: str, methods: Sequence[Method], ports: WorkerPorts) -> tuple[Method, ...]:
    """Remove those of ``methods`` that are still there unchanged; returns the ones that are gone now.

    Graph keeps the default method while others exist: what it kept is tried once more at the end.

    Raises:
        UnavailableError: Graph cannot now; a later look goes on.
    """
    wanted = {each.identity: each for each in methods}
    try:
        registered = await ports.methods.registered(subject)
    except MissingError:  # an account that is gone has no methods
        return tuple(methods)
    there = [each for each in registered if each.identity in wanted]
    kept = [each for each in there if not await _remove_one(subject, each, ports)]
    kept = [each for each in kept if not await _remove_one(subject, each, ports)]
    for left in await ports.passes.listed(subject):
        await ports.passes.delete(subject, left.id)
    return tuple(each for identity, each in wanted.items() if identity not in {one.identity for one in kept})


async def _remove_one(subject: str, method: Method, ports: WorkerPorts) -> bool:
    try:
        return await ports.methods.remove(subject, method)
    except ForbiddenError:
        return False
