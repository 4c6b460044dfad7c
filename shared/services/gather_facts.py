"""Ask outside for the facts that the domain wants: lock, account, methods, passes, switches, who decided."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.accounts import Method
from shared.domain.application import Application
from shared.domain.blocking import had_part, heeds_block
from shared.domain.kinds import Channel, Closing
from shared.domain.putting_off import turned_away_at
from shared.domain.risks import Earlier, lasting
from shared.domain.steps import Findings, LockFacts, Need
from shared.ports import (
    AccountLock,
    ConflictError,
    ForbiddenError,
    MissingError,
    Snapshot,
    StaleError,
    UnavailableError,
)
from shared.services import gather_card
from shared.services.take_place import take_place
from shared.services.verify_evidence import gather_evidence
from shared.services.worker_ports import WorkerPorts

_LOCK_TRIES = 5
_HEARD_FOR = timedelta(days=1)
_EARLIER_LOOKED_AT = 3
_MOST_EARLIER = 10
"""Whoever applies more often than this within the spans is told of as repeated in any case."""


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
            heeds = heeds_block(application)
            unseen = application.channel is Channel.FORM  # its sender sees no page of ours
            found.lock = await take_lock(subject, application.id, ports, heeds_block=heeds, once_a_day=unseen)
        case Need.BLOCK:
            await _gather_block(subject, application.id, found, ports)
        case Need.ACCOUNT:
            found.account = await ports.directory.facts(subject)
            found.account_asked = True
        case Need.METHODS:
            found.methods = await _methods(subject, found, ports)
        case Need.PASSES:
            found.passes = tuple(await ports.passes.listed(subject))
        case Need.FROZEN | Need.PLACE:
            await _gather_brake(need, application, found, ports)
        case Need.STORED_DECISION:
            found.stored_decision = await _stored_decision(snapshot, ports)
        case Need.CARD | Need.CARD_PASSES | Need.LINK_STANDS:
            await gather_card.gather(need, snapshot, found, ports)


async def _gather_block(subject: str, application: str, found: Findings, ports: WorkerPorts) -> None:
    """What blocks the account, who lifted before, and who had a part in what it is about: with whoever holds the lock now."""
    lock = await ports.locks.read(subject)
    if lock is None:
        found.blocks = ()
        return
    names = tuple(each for each in (lock.application, *lock.earlier) if each != application)
    found.lifters = lock.lifters
    blocks = (*lock.blocked_by, *_unwritten(lock, await _earlier(names, ports)))
    for each in dict.fromkeys((*blocks, lock.application)) if blocks else ():
        snapshot = await ports.applications.read(each)
        found.had_part |= had_part(snapshot.application) if snapshot is not None else frozenset()
    found.blocks = blocks


async def _gather_brake(need: Need, application: Application, found: Findings, ports: WorkerPorts) -> None:
    if need is Need.FROZEN:
        found.frozen = await is_frozen(ports)
    else:
        found.place = await take_place(ports, turned_away_at=turned_away_at(application))


async def is_frozen(ports: WorkerPorts) -> bool:
    """Whether no pass may be made now; asked before the claim, and again right before the pass is made.

    Raises:
        UnavailableError: the switch cannot be read, which is no thaw.
    """
    return await ports.switches.frozen()


async def is_gone(subject: str, ports: WorkerPorts) -> bool:
    """Whether the account itself does not exist: one 404 of a list alone says nothing (replication).

    Raises:
        UnavailableError: the directory cannot be asked now.
    """
    try:
        return await ports.directory.facts(subject) is None
    except MissingError:
        return False


async def take_lock(
    subject: str, application: str, ports: WorkerPorts, *, heeds_block: bool, once_a_day: bool = False
) -> LockFacts:
    """Take the account's lock, or learn who holds it. It is written by ETag even if it names this application already.

    An application that heeds a block does not take the lock of a blocked account: nobody fills it with what ends at once.
    With ``once_a_day`` the lock remembers of which application that found another one open somebody is told.

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
        if heeds_block and lock.blocked:
            return LockFacts(
                lock.application, len(lock.earlier), contested_before=True, blocked=lock.blocked_by
            )
        if lock.application != application:
            holder = await ports.applications.read(lock.application)
            if holder is not None and holder.application.open:
                try:
                    heard = once_a_day and await _heard_today(lock, application, ports)
                except StaleError:
                    continue
                return LockFacts(lock.application, len(lock.earlier), other=holder.application, heard=heard)
        try:
            await ports.locks.replace(lock, application)
        except StaleError:
            continue
        names = tuple(each for each in (lock.application, *lock.earlier) if each != application)
        return await _taken(lock, application, names, ports)
    raise UnavailableError("the account's lock is being written by others")


async def _heard_today(lock: AccountLock, application: str, ports: WorkerPorts) -> bool:
    """Whether it is another one of which somebody is told today. Written before that is owed, by name: a crash loses nothing.

    Raises:
        StaleError: somebody else wrote the lock since it was read.
    """
    now = ports.clock.now()
    if lock.told_of == application:
        return False
    if lock.told_at is not None and now - lock.told_at < _HEARD_FOR:
        return True
    await ports.locks.replace(replace(lock, told_of=application, told_at=now), lock.application)
    return False


async def _taken(
    lock: AccountLock, application: str, names: tuple[str, ...], ports: WorkerPorts
) -> LockFacts:
    """What the lock says of earlier contests; one that is still to be written down blocks as if it were."""
    earlier = await _earlier(names, ports)
    contested = any(each.disowned for each in earlier[:_EARLIER_LOOKED_AT])
    blocked = (*lock.blocked_by, *_unwritten(lock, earlier))
    return LockFacts(
        application,
        len(names),
        contested_before=lock.contested or contested,
        blocked=blocked,
        lifted=bool(lock.lifted) and not blocked,
        lifters=lock.lifters,
        history=tuple(map(_history_of, earlier)),
    )


def _unwritten(lock: AccountLock, earlier: list[Application]) -> tuple[str, ...]:
    """The latest cases of which the owner said "not me" and of which the lock does not know yet."""
    known = {*lock.blocked_by, *lock.lifted}
    latest = earlier[:_EARLIER_LOOKED_AT]
    return tuple(each.id for each in latest if each.disowned and each.id not in known)


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


async def _earlier(names: tuple[str, ...], ports: WorkerPorts) -> list[Application]:
    """The latest earlier applications, newest first: the last few, and those within the spans that the flags ask about.

    The spans count from the arrival of the present one, which may have waited: twice as far back is far enough.
    """
    limits = ports.rules.risk_limits
    since = ports.clock.now() - 2 * max(limits.repeated_within, limits.completed_within)
    found: list[Application] = []
    for each in names[:_MOST_EARLIER]:
        snapshot = await ports.applications.read(each)
        if snapshot is not None:
            found.append(snapshot.application)
        recent = bool(found) and found[-1].received_at >= since
        if len(found) >= _EARLIER_LOOKED_AT and not recent:
            break
    return found


def _history_of(earlier: Application) -> Earlier:
    made_way = earlier.stop_as is Closing.SUPERSEDED
    return Earlier(earlier.received_at, earlier.completed_at, replaced=made_way, lasting=lasting(earlier))
