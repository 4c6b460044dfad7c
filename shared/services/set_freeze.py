"""The freeze switch as its pages see it: how it stands, and the operator's wish to turn it. The worker turns it."""

from dataclasses import dataclass

from shared.domain.freezing import FREEZE_ID, FreezeReason, FreezeSwitch
from shared.domain.requests import RequestKind
from shared.ports import PortError
from shared.services.ask import ask
from shared.services.refusals import Refusal, RefusedError
from shared.services.web_ports import WebPorts


@dataclass(frozen=True)
class FreezeState:
    """How the switch stands, how it stood before (newest first), and what was asked and is not done yet."""

    switch: FreezeSwitch
    history: tuple[FreezeSwitch, ...]
    asked: RequestKind | None


async def show_freeze(ports: WebPorts) -> FreezeState:
    """How the switch stands.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    waiting = await ports.inbox.waiting(FREEZE_ID)
    switch = await ports.switches.freeze_switch()
    kinds = [each.kind for each in waiting if each.kind in {RequestKind.FREEZE, RequestKind.THAW}]
    wanted = RequestKind.THAW if switch.frozen else RequestKind.FREEZE
    asked = wanted if wanted in kinds else None
    return FreezeState(switch, tuple(await ports.switches.freeze_history()), asked)


async def ask_to_turn(
    *, freeze: bool, number: int, reason: FreezeReason, token: str, ports: WebPorts
) -> None:
    """Ask the worker to set or to release the switch; ``number`` is that of the switch on the operator's page.

    Raises:
        RefusedError: ``TOO_LATE``, somebody turned it since, or it stands so already.
        UnavailableError: storage cannot be reached.
    """
    switch = await ports.switches.freeze_switch()
    if switch.frozen is freeze or (not freeze and switch.number != number):
        raise RefusedError(Refusal.TOO_LATE, link="/staff/freeze")
    kind = RequestKind.FREEZE if freeze else RequestKind.THAW
    body = {"reason_code": reason.value}
    await ask(FREEZE_ID, kind, switch.number, ports, body=body, evidence=token, lane="issuance")


async def frozen_for_show(ports: WebPorts) -> bool:
    """Whether pages say that passes are frozen. It decides nothing: a page is shown even if the switch cannot be read."""
    try:
        return await ports.switches.frozen()
    except PortError:
        return False
