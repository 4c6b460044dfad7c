"""Ask outside what a card's token proves, and how many passes by card an account got of late."""

from datetime import datetime, timedelta

from shared.domain.application import Application
from shared.domain.events import EventKind
from shared.domain.kinds import Channel
from shared.domain.requests import Request
from shared.domain.steps import CardFacts, Findings, Need
from shared.domain.verifying import decided_by
from shared.ports import Snapshot
from shared.services.worker_ports import WorkerPorts

LIMIT_SPAN = timedelta(hours=24)
"""Passes by card are counted over this span."""


async def gather(need: Need, snapshot: Snapshot, found: Findings, ports: WorkerPorts) -> None:
    """Fill ``found`` with what a need about the card names; raises as what it asks."""
    match need:
        case Need.CARD_PASSES:
            found.card_passes = await passes_of_late(snapshot, ports)
        case Need.LINK_STANDS:
            found.link_stands = await link_stands(snapshot.application, ports)
        case _:
            found.card = await of_case(snapshot.application, ports)


async def of_case(application: Application, ports: WorkerPorts) -> CardFacts:
    """What the token proves that came with the application; it answers the verification that bears the application's id.

    Raises:
        UnavailableError: keys or links cannot be read now.
    """
    proof = application.proof
    if proof is None:
        return CardFacts(verified=False)
    return await _facts(proof.evidence, application.id, proof.stamped_at, ports)


async def of_request(request: Request, found: Findings, ports: WorkerPorts) -> None:
    """What the token proves that came with a request for the pass; raises as ``of_case``."""
    verification = request.body.get("verification", "")
    found.cards[request.key] = await _facts(request.evidence, verification, request.stamped_at, ports)


async def link_stands(application: Application, ports: WorkerPorts) -> bool:
    """Whether the account is still linked as it was when its card decided. The token is not asked again: its keys have a life.

    Raises:
        UnavailableError: links cannot be read now.
    """
    return decided_by(application, await ports.card_links.by_account(application.subject))


async def passes_of_late(snapshot: Snapshot, ports: WorkerPorts) -> int:
    """How many passes by card the account got within the last 24 hours, in this case and in those before it.

    The earlier ones come from the account's lock, newest first: one that had ended before that span closes the list.

    Raises:
        UnavailableError: storage cannot be read now.
    """
    since = ports.clock.now() - LIMIT_SPAN
    own = snapshot.application.id
    lock = await ports.locks.read(snapshot.application.subject)
    count = _issued(snapshot, since)
    for name in (lock.application, *lock.earlier) if lock else ():
        earlier = await ports.applications.read(name) if name != own else None
        if earlier is None:
            continue
        if earlier.application.terminal and earlier.application.entered_at <= since:
            break
        count += _issued(earlier, since)
    return count


def _issued(snapshot: Snapshot, since: datetime) -> int:
    if snapshot.application.channel is not Channel.IDENTITY_VERIFICATION:
        return 0
    return sum(1 for each in snapshot.events if each.kind is EventKind.PASS_ISSUED and each.at > since)


async def _facts(
    evidence: str, verification: str, stamped_at: datetime | None, ports: WorkerPorts
) -> CardFacts:
    if not evidence or stamped_at is None:
        return CardFacts(verified=False)
    identity = await ports.card_tokens.verify(evidence, verification=verification, stamped_at=stamped_at)
    if identity is None:
        return CardFacts(verified=False)
    return CardFacts(verified=True, link=await ports.card_links.by_card(identity.card))
