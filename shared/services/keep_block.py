"""Write to an account's lock that its owner said "not me", which blocks it; stop what was open beside; lift the block again."""

from dataclasses import replace
from typing import Final

from shared.domain.application import Application
from shared.domain.blocking import end_blocked, gives_way_to_block
from shared.ports import ConflictError, StaleError, UnavailableError
from shared.services.supersede import close_beside
from shared.services.worker_ports import WorkerPorts

_TRIES: Final = 5
_MOST_NAMES: Final = 100


async def keep_contest(contested: Application, ports: WorkerPorts) -> None:
    """Write to the account's lock that its owner said "not me" of this case: it blocks the account, once and not again.

    Whose lock it is does not change. Whatever holds it otherwise is then ended, unless a clerk confirmed it in person: in this
    order, so that what takes the lock afterwards finds the block there.

    Raises:
        UnavailableError: too many others wrote it meanwhile, or storage cannot be reached.
        UnknownOutcomeError: no answer came; doing all of it again is harmless.
    """
    if not contested.subject:
        return
    for _ in range(_TRIES):
        lock = await ports.locks.read(contested.subject)
        try:
            if lock is None:
                await ports.locks.insert(contested.subject, contested.id)
                continue
            if contested.id in lock.lifted:
                return
            if contested.id not in lock.blocked_by:
                await ports.locks.mark(
                    replace(
                        lock,
                        contested=True,
                        blocked_by=(*lock.blocked_by, contested.id),
                        blocked_at=lock.blocked_at or ports.clock.now(),
                    )
                )
            await _stop_beside(lock.application, contested, ports)
        except (ConflictError, StaleError):
            continue
        return
    raise UnavailableError("the account's lock is being written by others")


async def _stop_beside(holder: str, contested: Application, ports: WorkerPorts) -> None:
    """End the open case that holds the lock, as that of the account that is blocked now; raises as ``close_beside``."""
    snapshot = await ports.applications.read(holder)
    if snapshot is None or not gives_way_to_block(snapshot.application, contested.id):
        return
    await close_beside(snapshot, end_blocked(snapshot.application, ports.clock.now(), ports.rules), ports)


async def lift_block(case: Application, ports: WorkerPorts) -> None:
    """Take off the block what the case says is to be lifted; what the owner said "not me" of since then goes on blocking.

    Raises:
        UnavailableError: too many others wrote it meanwhile, or storage cannot be reached.
        UnknownOutcomeError: no answer came; doing it again is harmless.
    """
    for _ in range(_TRIES):
        lock = await ports.locks.read(case.subject)
        if lock is None:
            return
        left = tuple(each for each in lock.blocked_by if each not in case.to_lift)
        lifted = dict.fromkeys((*case.to_lift, *lock.lifted))
        lifters = dict.fromkeys((*case.lifters, *lock.lifters))
        after = replace(
            lock,
            blocked_by=left,
            blocked_at=lock.blocked_at if left else None,
            lifted=tuple(lifted)[:_MOST_NAMES],
            lifters=tuple(lifters)[:_MOST_NAMES],
        )
        try:
            await ports.locks.mark(after)
        except StaleError:
            continue
        return
    raise UnavailableError("the account's lock is being written by others")
