"""The worker's side of the freeze switch: an operator's token, verified here, sets or releases it; every operator is told.

The row stays in the inbox until all is done, the erasure last. What was carried out is remembered with the switch, so that
a second try goes on with the telling, and never freezes anew what was set free meanwhile.
"""

import logging
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from shared.domain.freezing import FreezeReason, FreezeSwitch
from shared.domain.kinds import Role
from shared.domain.putting_off import waits_for_thaw
from shared.domain.requests import Request, RequestKind
from shared.domain.staff import StaffIdentity
from shared.logs import frames
from shared.ports import Notice, NoticeKind, PortError, StaleError
from shared.services.give_up import give_up
from shared.services.set_aside import INBOX_LANE
from shared.services.tell_operators import tell_operators
from shared.services.worker_ports import WorkerPorts

_LOG = logging.getLogger(__name__)

_KINDS: Final = (RequestKind.FREEZE, RequestKind.THAW)
"""In this order: of both at once the one that is safe comes first, and the release finds another number than it saw."""
_TRIES: Final = 3


async def tend_freeze(requests: Sequence[Request], ports: WorkerPorts) -> list[Request]:
    """Do what the requests about the switch ask for, as far as it can be done now; returns the other requests."""
    own = sorted((each for each in requests if each.kind in _KINDS), key=lambda each: _KINDS.index(each.kind))
    for each in own:
        try:
            if await _tend(each, ports):
                await ports.sweep.erase([each])
        except PortError as error:
            application = each.application
            _LOG.warning(
                "put off: %s at %s", type(error).__name__, frames(error), extra={"application": application}
            )
    return [each for each in requests if each.kind not in _KINDS]


async def _tend(request: Request, ports: WorkerPorts) -> bool:
    """Whether all is done."""
    staff = None
    if request.evidence and request.stamped_at is not None:
        staff = await ports.staff_tokens.verify(request.evidence, stamped_at=request.stamped_at)
    if staff is None or Role.OPERATOR.value not in staff.roles:
        await _refuse(request, ports)
        return True
    switch = await _turn(request, staff, ports)
    mark = mark_of(request)
    if mark not in switch.done:
        return True  # somebody was first: there is nothing to do
    frozen = request.kind is RequestKind.FREEZE
    if not frozen:
        await _hint_waiting(ports)
    kind = NoticeKind.FROZEN if frozen else NoticeKind.THAWED
    told = Notice(kind, request.received_at, by=staff.name, reason=FreezeReason(request.body["reason_code"]))
    return await tell_operators(told, mark, ports)


def mark_of(request: Request) -> str:
    """What names one press of the button: the slot alone is used again after a row that did not verify."""
    stamped = request.stamped_at.isoformat() if request.stamped_at else ""
    return sha256(f"{request.key}:{stamped}".encode()).hexdigest()[:24]


async def _turn(request: Request, staff: StaffIdentity, ports: WorkerPorts) -> FreezeSwitch:
    """The switch after this request: turned by it now or earlier, or as somebody else left it.

    To freeze is done whatever the operator saw; to release only if nobody touched the switch since.

    Raises:
        StaleError: others touch it all the time; the next try looks again.
    """
    mark, freezes = mark_of(request), request.kind is RequestKind.FREEZE
    for _ in range(_TRIES):
        switch = await ports.switches.freeze_switch()
        unseen = not freezes and request.slot != switch.number
        if mark in switch.done or switch.frozen is freezes or unseen:
            return switch
        turned = switch.turned(
            frozen=freezes,
            at=ports.clock.now(),
            by=staff.name,
            oid=staff.oid,
            reason=FreezeReason(request.body["reason_code"]),
            request=mark,
        )
        try:
            await ports.switches.turn(turned)
        except StaleError:
            continue
        return turned
    raise StaleError("the switch is being touched by others")


async def _refuse(request: Request, ports: WorkerPorts) -> None:
    """No page of ours sends what does not verify: the operators are told, and the row goes, so that its slot is free."""
    application = request.application
    _LOG.error("a request about the freeze switch proves nothing", extra={"application": application})
    await give_up(mark_of(request), INBOX_LANE, application, ports)


async def _hint_waiting(ports: WorkerPorts) -> None:
    """Whoever waits for the thaw need not wait for the next look; a hint that is lost does no harm."""
    for name in await ports.open_cases.names():
        snapshot = await ports.applications.read(name)
        if snapshot is not None and waits_for_thaw(snapshot.application):
            await ports.hints.send("issuance", name)
