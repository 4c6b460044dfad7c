"""The staff console: worklist, one case, what needs attention, and the operator's buttons."""

import asyncio
from dataclasses import dataclass

from shared.domain.application import Application
from shared.domain.flag_policy import ExplainedFlag, explained
from shared.domain.kinds import Attention, Channel
from shared.domain.requests import RequestKind
from shared.domain.staff import StaffIdentity
from shared.domain.states import State
from shared.ports import Access, AccountLock, Poison, Snapshot
from shared.services.ask import ask
from shared.services.find_case import is_id, read_case
from shared.services.refusals import Refusal, RefusedError
from shared.services.watch_blocks import cut_of
from shared.services.web_ports import WebPorts

_SIDE_BY_SIDE = 8
_BUTTONS = frozenset({RequestKind.RUN_AGAIN, RequestKind.STOP, RequestKind.LIFT_BLOCK})


@dataclass(frozen=True)
class WatchedCase:
    """One case with everything that staff may see of it.

    Attributes:
        card_name: Printed on the linked card, of a case by card.
        card_linked: Whether the account is linked with a card.
        lock: The account's lock: what blocks it, and who lifted that.
        flags: Its flags, each with what is known and what it asks for.
        asked: An operator asked for something that is not carried out yet.
    """

    snapshot: Snapshot
    accesses: tuple[Access, ...]
    card_name: str = ""
    card_linked: bool = False
    lock: AccountLock | None = None
    flags: tuple[ExplainedFlag, ...] = ()
    asked: bool = False


async def list_cases(ports: WebPorts) -> list[Application]:
    """All cases that are not over, oldest first."""
    gate = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def read(name: str) -> Snapshot | None:
        async with gate:
            return await ports.applications.read(name)

    found = await asyncio.gather(*(read(name) for name in await ports.open_cases.names()))
    cases = [each.application for each in found if each is not None and not each.application.terminal]
    return sorted(cases, key=lambda each: each.received_at)


async def list_attention(ports: WebPorts) -> tuple[list[Application], list[Poison]]:
    """The cases parked for an operator, and the messages the platform gave up on."""
    cases = [each for each in await list_cases(ports) if each.state is State.ATTENTION]
    return cases, await ports.poison.kept()


async def show_case(application: str, staff: StaffIdentity, ports: WebPorts) -> WatchedCase:
    """One case; never one's own, with its flags and guards. That it was looked at is recorded before.

    Raises:
        RefusedError: there is no such case, or it is the reader's own.
    """
    inbox = await ports.inbox.waiting(
        application
    )  # first: what is carried out in between is then in the case
    snapshot = await read_case(application, ports)
    _not_own(snapshot.application, staff)
    case = snapshot.application
    by_card = case.channel is Channel.IDENTITY_VERIFICATION
    link = await ports.card_links.by_account(case.subject) if case.subject else None
    lock = await ports.locks.read(case.subject) if case.subject else None
    await ports.accesses.record(Access(application, staff.oid, "case", ports.clock.now()))
    accesses = tuple(await ports.accesses.of(application))
    name = link.name if link is not None and by_card else ""
    own = any(each.kind in _BUTTONS and each.key not in snapshot.answered for each in inbox)
    asked = own or (link is not None and bool(await ports.inbox.waiting(cut_of(application, staff, link))))
    return WatchedCase(
        snapshot, accesses, name, link is not None, lock, explained(case, ports.rules), asked=asked
    )


async def run_again(application: str, staff: StaffIdentity, token: str, ports: WebPorts) -> None:
    """Let a parked case run again.

    Raises:
        RefusedError: no such case, not parked, contested (it can only be stopped), or the operator's own.
    """
    case = (await read_case(application, ports)).application
    _not_own(case, staff)
    if case.state is not State.ATTENTION or case.attention is Attention.CONTESTED:
        raise RefusedError(Refusal.TOO_LATE, link=f"/staff/applications/{application}")
    await ask(application, RequestKind.RUN_AGAIN, case.interventions, ports, evidence=token)


async def stop_case(application: str, staff: StaffIdentity, token: str, ports: WebPorts) -> None:
    """Stop a case.

    Raises:
        RefusedError: no such case, over already, or the operator's own.
    """
    case = (await read_case(application, ports)).application
    _not_own(case, staff)
    if case.terminal or case.state is State.STOPPING:
        raise RefusedError(Refusal.TOO_LATE, link=f"/staff/applications/{application}")
    await ask(application, RequestKind.STOP, case.interventions, ports, evidence=token)


async def retry_poison(key: str, staff: StaffIdentity, token: str, ports: WebPorts) -> None:
    """Send a message the platform gave up on again, and let its case run again.

    Raises:
        RefusedError: it was retried already.
    """
    kept = next((each for each in await ports.poison.kept() if each.key == key), None)
    if kept is None:
        raise RefusedError(Refusal.TOO_LATE, link="/staff/attention")
    if is_id(kept.text):
        snapshot = await ports.applications.read(kept.text)
        case = snapshot.application if snapshot else None
        if case is not None and case.state is State.ATTENTION and case.attention is Attention.POISON:
            await run_again(kept.text, staff, token, ports)
    body = {"poison": key}
    await ask(key, RequestKind.RETRY_POISON, int(key[:7], 16), ports, body=body, evidence=token, lane="")


def _not_own(case: Application, staff: StaffIdentity) -> None:
    if case.subject == staff.oid:
        raise RefusedError(Refusal.OWN_CASE)
