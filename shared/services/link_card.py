"""Linking an account and a card, and undoing it: the door asks with both proofs, the worker verifies them and acts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.card import CardLink, LinkDeed
from shared.domain.kinds import Language
from shared.domain.requests import RequestKind
from shared.services.ask import ask
from shared.services.refusals import Refusal, RefusedError
from shared.services.submit_application import refuse_blocked
from shared.services.verify_card import CardHolder
from shared.services.web_ports import WebPorts

_HERE = "/verify/link"
_AGAIN = "/verify/start?next=link"


class LinkState(StrEnum):
    """Where the linking of an account stands; each has its own words on the page."""

    SIGNED_IN = "signed_in"
    READY = "ready"
    ASKED = "asked"
    LINKED = "linked"
    ACCOUNT_LINKED = "account_linked"
    CARD_LINKED = "card_linked"
    UNLINKING = "unlinking"
    UNLINKED = "unlinked"
    NOT_MADE = "not_made"


@dataclass(frozen=True)
class Linker:
    """Somebody who signed in with MFA a moment ago.

    Attributes:
        oid: Object id of the account.
        upn: Account name, shown so that a wrong one is noticed.
        name: Display name.
        token: The ID token: the evidence.
        request: Id under which this sign-in asks for an unlinking.
        asked: What this browser asked for last: ``unlink``, or the id of the verification to link; empty: nothing.
    """

    oid: str
    upn: str
    name: str
    token: str = field(repr=False)
    request: str = ""
    asked: str = ""


@dataclass(frozen=True)
class LinkDesk:
    """Where the linking stands.

    Attributes:
        state: What the page says.
        link: The account's link, if it has one.
        usable_from: From when it gives a pass without delay (UTC).
    """

    state: LinkState
    link: CardLink | None = None
    usable_from: datetime | None = None


async def show_link(linker: Linker, holder: CardHolder | None, ports: WebPorts) -> LinkDesk:
    """Where the linking of this account stands, with the card that was verified, if one was.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    found = await ports.card_links.by_account(linker.oid)
    if found is not None:
        return await _with_link(linker, holder, found, ports)
    if linker.asked == "unlink":
        return LinkDesk(LinkState.UNLINKED)
    if holder is None or not holder.counts:
        return LinkDesk(LinkState.SIGNED_IN)
    if linker.asked == holder.verification:
        waits = await _waits(holder.verification, RequestKind.LINK, ports)
        return LinkDesk(LinkState.ASKED if waits else LinkState.NOT_MADE)
    taken = await ports.card_links.by_card(holder.card)
    return LinkDesk(LinkState.READY if taken is None else LinkState.CARD_LINKED)


async def _with_link(linker: Linker, holder: CardHolder | None, found: CardLink, ports: WebPorts) -> LinkDesk:
    usable_from = found.linked_at + ports.rules.link_cooling
    if linker.asked == "unlink" and await _waits(linker.request, RequestKind.UNLINK, ports):
        return LinkDesk(LinkState.UNLINKING, found, usable_from)
    other = holder is not None and holder.card != found.card
    return LinkDesk(LinkState.ACCOUNT_LINKED if other else LinkState.LINKED, found, usable_from)


async def link(linker: Linker, holder: CardHolder | None, language: Language, ports: WebPorts) -> str:
    """Ask for account and card to be linked; the worker verifies both proofs and decides who is first.

    Returns the id of the verification that was asked to link.

    Raises:
        RefusedError: ``VERIFY_AGAIN`` without a verification that is young enough, or with one that made a link before;
            ``ACCOUNT_LINKED``, ``CARD_LINKED``: one of the two is linked already; ``ACCOUNT_BLOCKED``.
        UnavailableError: storage cannot be reached.
    """
    if holder is None or not holder.counts:
        raise RefusedError(Refusal.VERIFY_AGAIN, link=_AGAIN)
    mine = await ports.card_links.by_account(linker.oid)
    if mine is not None and mine.card == holder.card:
        return holder.verification  # pressed twice: it is so already
    if mine is not None:
        raise RefusedError(Refusal.ACCOUNT_LINKED, link=_HERE)
    refuse_blocked(await ports.locks.read(linker.oid))
    if await ports.card_links.by_card(holder.card) is not None:
        raise RefusedError(Refusal.CARD_LINKED, link=_HERE)
    if await ports.card_links.record(holder.verification, LinkDeed.LINKED) is not None:
        raise RefusedError(Refusal.VERIFY_AGAIN, link=_AGAIN)
    body = {"sign_in": linker.token, "language": language.value}
    await ask(holder.verification, RequestKind.LINK, 0, ports, body=body, evidence=holder.token)
    return holder.verification


async def unlink_by_sign_in(linker: Linker, language: Language, ports: WebPorts) -> None:
    """Ask for the account's link to be removed, by a fresh sign-in alone: the card may be lost.

    Raises:
        RefusedError: ``NOT_LINKED``.
        UnavailableError: storage cannot be reached.
    """
    if await ports.card_links.by_account(linker.oid) is None:
        raise RefusedError(Refusal.NOT_LINKED, link=_HERE)
    body = {"sign_in": linker.token, "language": language.value}
    await ask(linker.request, RequestKind.UNLINK, 0, ports, body=body)


async def unlink_by_card(holder: CardHolder, language: Language, ports: WebPorts) -> None:
    """Ask for the card's link to be removed, by the card alone: the account may be locked.

    Raises:
        RefusedError: ``NOT_LINKED``; ``VERIFY_AGAIN`` when the verification is too old or has removed a link before.
        UnavailableError: storage cannot be reached.
    """
    if await ports.card_links.by_card(holder.card) is None:
        raise RefusedError(Refusal.NOT_LINKED, link="/verify")
    spent = await ports.card_links.record(holder.verification, LinkDeed.UNLINKED) is not None
    if not holder.counts or spent:
        raise RefusedError(Refusal.VERIFY_AGAIN, link="/verify/start")
    body = {"sign_in": "", "language": language.value}
    await ask(holder.verification, RequestKind.UNLINK, 0, ports, body=body, evidence=holder.token)


async def _waits(request: str, kind: RequestKind, ports: WebPorts) -> bool:
    return any(each.kind is kind for each in await ports.inbox.waiting(request))
