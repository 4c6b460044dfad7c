"""Erase what is due outside the row of a case: in the rows beside it, and the account's lock."""

from typing import Final

from shared.domain.erasing import forgotten, rows_of
from shared.domain.retention import Erasure, RowErasure, removes
from shared.domain.steps import EraseRows, Findings, ForgetLock
from shared.ports import AccountLock, Snapshot, StaleError, UnavailableError
from shared.services.send_mails import operation_of
from shared.services.worker_ports import WorkerPorts

_TRIES: Final = 3


async def erase_data(
    step: EraseRows | ForgetLock, snapshot: Snapshot, found: Findings, ports: WorkerPorts
) -> Snapshot:
    """Do one step of an erasure and note in ``found`` that it is done; returns the case as it is then.

    Raises:
        UnavailableError: storage cannot be reached, or others write the same all the time.
        UnknownOutcomeError: no answer came; doing it again is harmless.
    """
    match step:
        case EraseRows(parts):
            what = rows_of(snapshot.application, parts)
            await _forget_messages(snapshot, what, ports)
            try:
                snapshot = await ports.applications.erase_rows(snapshot, what)
            except StaleError as error:
                raise UnavailableError("the rows are being written by others") from error
            found.erased |= set(parts)
        case ForgetLock():
            await _forget_lock(snapshot.application.subject, snapshot.application.id, ports)
            found.erased |= {Erasure.ACCOUNT}
    return snapshot


async def _forget_messages(snapshot: Snapshot, what: RowErasure, ports: WorkerPorts) -> None:
    """Before the rows of the mails go, which alone name them: whose messages they were is of no use any more."""
    name = snapshot.application.id
    gone = [each for each in snapshot.mails if removes(what, each)]
    messages = {operation_of(name, each) for each in gone} | {each.message for each in gone if each.message}
    if messages:
        await ports.sent_mails.forget(sorted(messages))


async def _forget_lock(subject: str, application: str, ports: WorkerPorts) -> None:
    """Remove the lock of an account of which no other case is known any more, and that is not blocked.

    Of two cases that are erased at once both are forgotten before either looks here: so the later one removes it.
    """
    for _ in range(_TRIES):
        lock = await ports.locks.read(subject) if subject else None
        if lock is None or lock.blocked or await _is_needed(lock, application, ports):
            return
        try:
            await ports.locks.forget(lock)
        except StaleError:
            continue
        return
    raise UnavailableError("the account's lock is being written by others")


async def _is_needed(lock: AccountLock, application: str, ports: WorkerPorts) -> bool:
    """Whether the lock names a case other than this one that is not forgotten."""
    for each in (lock.application, *lock.earlier):
        if each == application:
            continue
        other = await ports.applications.read(each)
        if other is not None and not forgotten(other.application):
            return True
    return False
