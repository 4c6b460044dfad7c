"""The console's side of a block: which accounts are blocked, what an operator may do about one, and about its card."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from shared.domain.application import Application
from shared.domain.blocking import SEEN, had_part
from shared.domain.card import CardLink
from shared.domain.kinds import LiftReason
from shared.domain.requests import RequestKind
from shared.domain.staff import StaffIdentity
from shared.ports import AccountLock
from shared.services.ask import ask
from shared.services.find_case import read_case
from shared.services.refusals import Refusal, RefusedError
from shared.services.web_ports import WebPorts

_MOST_SEEN: Final = 100
"""As many names as fit into one field of a request; more are lifted by pressing again."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """An account that its owner's "not me" blocks, as a case stands for it.

    Attributes:
        application: The case of which the owner said so.
        reference: Its short number.
        since: When it was written down (UTC).
    """

    application: str
    reference: str
    since: datetime | None


async def list_blocked(staff: StaffIdentity, ports: WebPorts) -> list[Blocked]:
    """All blocked accounts but the reader's own, the longest first.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    found: list[Blocked] = []
    for subject in await ports.locks.blocked():
        lock = await ports.locks.read(subject)
        if subject != staff.oid and lock is not None and lock.blocked:
            found += [await _as_case(lock, ports)]
    return sorted(found, key=lambda each: each.since.timestamp() if each.since else 0)


async def _as_case(lock: AccountLock, ports: WebPorts) -> Blocked:
    name = lock.blocked_by[0]
    snapshot = await ports.applications.read(name)
    return Blocked(name, snapshot.application.reference if snapshot else "", lock.blocked_at)


async def lift_block(
    application: str,
    reason: LiftReason,
    staff: StaffIdentity,
    token: str,
    ports: WebPorts,
    *,
    seen: Collection[str],
) -> None:
    """Ask for the block of this case's account to be lifted; the worker verifies the operator's token.

    Args:
        application: The case from whose page it is asked.
        reason: Why.
        staff: The operator.
        token: Their ID token.
        ports: The web's ports.
        seen: The cases that blocked the account on that page: what the owner said "not me" of since then stays.

    Raises:
        RefusedError: there is no such case (``NOT_FOUND``), it is the operator's own (``OWN_CASE``), they decided what the block
            is about (``FORBIDDEN``), or nothing that they saw blocks its account (``TOO_LATE``).
        UnavailableError: storage cannot be reached.
    """
    case = await _anothers(application, staff, ports)
    lock = await ports.locks.read(case.subject) if case.subject else None
    named = [each for each in lock.blocked_by if each in seen][:_MOST_SEEN] if lock is not None else []
    if not named:
        raise RefusedError(Refusal.TOO_LATE, link=f"/staff/applications/{application}")
    for each in (application, *named):
        snapshot = await ports.applications.read(each)
        if snapshot is not None and staff.oid in had_part(snapshot.application):
            raise RefusedError(Refusal.FORBIDDEN, link=f"/staff/applications/{application}")
    body = {"reason_code": reason.value, SEEN: ",".join(named)}
    await ask(application, RequestKind.LIFT_BLOCK, case.interventions, ports, body=body, evidence=token)


async def cut_link(application: str, staff: StaffIdentity, token: str, ports: WebPorts) -> None:
    """Ask for the link of this case's account with a card to be removed; pressed twice it is one request.

    Raises:
        RefusedError: there is no such case (``NOT_FOUND``), it is the operator's own (``OWN_CASE``), or its account has no link
            (``TOO_LATE``).
        UnavailableError: storage cannot be reached.
    """
    case = await _anothers(application, staff, ports)
    link = await ports.card_links.by_account(case.subject) if case.subject else None
    if link is None:
        raise RefusedError(Refusal.TOO_LATE, link=f"/staff/applications/{application}")
    name = cut_of(application, staff, link)
    body = {"case": application, "verification": link.verification, "language": case.language.value}
    await ask(name, RequestKind.CUT_LINK, 0, ports, body=body, evidence=token)


def cut_of(application: str, staff: StaffIdentity, link: CardLink) -> str:
    """The name under which this operator's request to remove this link is filed: pressed twice it is one."""
    return sha256(f"cut:{application}:{staff.oid}:{link.verification}".encode()).hexdigest()[:32]


async def _anothers(application: str, staff: StaffIdentity, ports: WebPorts) -> Application:
    """The case, if it is not of the operator's own account."""
    case = (await read_case(application, ports)).application
    if case.subject == staff.oid:
        raise RefusedError(Refusal.OWN_CASE)
    return case
