"""Remove old methods: after a new one was registered, or at once when the device was stolen."""

from collections.abc import Callable, Sequence

from shared.domain.accounts import Method
from shared.ports import ForbiddenError
from shared.services.worker_ports import WorkerPorts


def _any_time() -> None:
    """No deadline: the default of ``check``."""


async def remove(
    subject: str, methods: Sequence[Method], ports: WorkerPorts, *, check: Callable[[], None] = _any_time
) -> tuple[Method, ...]:
    """Remove those of ``methods`` that are still there unchanged; returns the ones that are gone now.

    Graph keeps the default method while others exist: what it kept is tried once more at the end. ``check`` is called
    before each write and raises when there is no time for it any more.

    Raises:
        UnavailableError: Graph cannot now; a later look goes on.
    """
    wanted = {each.identity: each for each in methods}
    there = [each for each in await ports.methods.registered(subject) if each.identity in wanted]
    kept = [each for each in there if not await _remove_one(subject, each, ports, check)]
    kept = [each for each in kept if not await _remove_one(subject, each, ports, check)]
    return tuple(each for identity, each in wanted.items() if identity not in {one.identity for one in kept})


async def _remove_one(subject: str, method: Method, ports: WorkerPorts, check: Callable[[], None]) -> bool:
    check()
    try:
        return await ports.methods.remove(subject, method)
    except ForbiddenError:
        return False
