"""Ask outside for the facts that the domain wants: lock, account, methods, passes, switches, who decided."""

from shared.domain.accounts import Method
from shared.domain.steps import Findings, LockFacts, Need
from shared.ports import ConflictError, ForbiddenError, MissingError, Snapshot, StaleError, UnavailableError
from shared.services import gather_card
from shared.services.verify_evidence import gather_evidence
from shared.services.worker_ports import WorkerPorts

_LOCK_TRIES = 5
_EARLIER_LOOKED_AT = 3


async def gather(needs: tuple[Need, ...], snapshot: Snapshot, found: Findings, ports: WorkerPorts) -> None:
    """Fill ``found`` with what ``needs`` names.

    Raises:
        UnavailableError: something cannot be asked now.
    """
    try:
        for need in needs:
            await _gather_one(need, snapshot, found, ports)
    except ForbiddenError:
        found.refused = True
    except MissingError:
        subject = found.subject or snapshot.application.subject
        if subject and await is_gone(subject, ports):  # and with the account what it had
            found.methods = found.methods or ()
            found.passes = found.passes or ()
        else:
            found.unreachable = True


async def _gather_one(need: Need, snapshot: Snapshot, found: Findings, ports: WorkerPorts) -> None:
    application = snapshot.application
    subject = found.subject or application.subject
    match need:
        case Need.PROOF | Need.CLERK | Need.SUBJECT:
            await gather_evidence(need, application, found, ports)
        case Need.LOCK:
            found.lock = await take_lock(subject, snapshot.application.id, ports)
        case Need.ACCOUNT:
            found.account = await ports.directory.facts(subject)
            found.account_asked = True
        case Need.METHODS:
            found.methods = await _methods(subject, found, ports)
        case Need.PASSES:
            found.passes = tuple(await ports.passes.listed(subject))
        case Need.FROZEN:
            found.frozen = await ports.switches.frozen()
        case Need.STORED_DECISION:
            found.stored_decision = await _stored_decision(snapshot, ports)
        case Need.CARD | Need.CARD_PASSES | Need.LINK_STANDS:
            await gather_card.gather(need, snapshot, found, ports)


async def is_gone(subject: str, ports: WorkerPorts) -> bool:
    """Whether the account itself does not exist: one 404 of a list alone says nothing (replication).

    Raises:
        UnavailableError: the directory cannot be asked now.
    """
    try:
        return await ports.directory.facts(subject) is None
    except MissingError:
        return False


async def take_lock(subject: str, application: str, ports: WorkerPorts) -> LockFacts:
    """Take the account's lock, or learn who holds it. It is written by ETag even if it names this application already.

    Raises:
        UnavailableError: too many others wrote it meanwhile, or storage cannot be reached.
    """
    for _ in range(_LOCK_TRIES):
        lock = None
        try:
            await ports.locks.insert(subject, application)
        except ConflictError:
            lock = await ports.locks.read(subject)
        else:
            return LockFacts(application, 0)
        if lock is None:
            continue
        if lock.application != application:
            holder = await ports.applications.read(lock.application)
            if holder is not None and holder.application.open:
                return LockFacts(lock.application, len(lock.earlier), other=holder.application)
        try:
            await ports.locks.replace(lock, application)
        except StaleError:
            continue
        names = tuple(each for each in (lock.application, *lock.earlier) if each != application)
        contested = lock.contested or await _contested(names, ports)
        return LockFacts(application, len(names), contested_before=contested)
    raise UnavailableError("the account's lock is being written by others")


async def keep_contest(subject: str, application: str, ports: WorkerPorts) -> None:
    """Write to the account's lock that its owner said "not me"; whose lock it is does not change.

    Raises:
        UnavailableError: too many others wrote it meanwhile, or storage cannot be reached.
    """
    if not subject:
        return
    for _ in range(_LOCK_TRIES):
        lock = await ports.locks.read(subject)
        try:
            if lock is None:
                await ports.locks.insert(subject, application)
            elif lock.contested:
                return
            else:
                await ports.locks.replace(lock, lock.application, contested=True)
        except (ConflictError, StaleError):
            continue
    raise UnavailableError("the account's lock is being written by others")


async def _methods(subject: str, found: Findings, ports: WorkerPorts) -> tuple[Method, ...]:
    """An account that does not exist has no methods to ask for."""
    if found.account_asked and found.account is None:
        return ()
    return tuple(await ports.methods.registered(subject))


async def _stored_decision(snapshot: Snapshot, ports: WorkerPorts) -> bool:
    """Whether every approval that is on record still verifies."""
    approvals = snapshot.application.approvals
    for each in approvals:
        staff = await ports.staff_tokens.verify(each.evidence, stamped_at=each.stamped_at)
        if staff is None or staff.oid != each.oid:
            return False
    return bool(approvals)


async def _contested(earlier: tuple[str, ...], ports: WorkerPorts) -> bool:
    """Whether the owner said "not me" to one of the latest earlier applications."""
    for each in earlier[:_EARLIER_LOOKED_AT]:
        snapshot = await ports.applications.read(each)
        if snapshot is not None and snapshot.application.disowned:
            return True
    return False
