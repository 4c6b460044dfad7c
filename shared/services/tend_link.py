"""Link an account and a card, or undo it, as a request asks, and tell the account's owner. It is no case and has no state.

The row stays in the inbox until everything is done, the erasure last, and is tried again each minute until then. What was done
is a line of the history, written together with it, so that a second try goes on with the telling and does nothing twice.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from shared.domain.application import with_facts
from shared.domain.card import CardIdentity, CardLink, LinkDeed, LinkRecord
from shared.domain.kinds import Channel, Language
from shared.domain.mails import Urgency
from shared.domain.requests import Request, RequestKind
from shared.domain.steps import Findings
from shared.logs import frames
from shared.ports import (
    ConflictError,
    ForbiddenError,
    PortError,
    StaleError,
    UnavailableError,
    UnknownOutcomeError,
)
from shared.services.give_up import give_up
from shared.services.set_aside import INBOX_LANE
from shared.services.take_allowance import take_allowance
from shared.services.verify_evidence import gather_decider
from shared.services.worker_ports import WorkerPorts

_LOG = logging.getLogger(__name__)

_DEEDS: Final = {
    RequestKind.LINK: LinkDeed.LINKED,
    RequestKind.UNLINK: LinkDeed.UNLINKED,
    RequestKind.CUT_LINK: LinkDeed.UNLINKED,
}
_TRIES: Final = 3
_LONGEST_NAME: Final = 200


async def tend_links(requests: Sequence[Request], ports: WorkerPorts) -> list[Request]:
    """Do what the requests about links ask for, as far as it can be done now; returns the other requests.

    Nothing that goes wrong here keeps a case of the same id from going on.
    """
    for each in requests:
        if each.kind not in _DEEDS:
            continue
        done = False
        try:
            done = await _tend(each, ports)
        except PortError as error:
            application = each.application
            _LOG.warning(
                "put off: %s at %s", type(error).__name__, frames(error), extra={"application": application}
            )
        if not done:
            await _tell_if_late(each, ports)
    return [each for each in requests if each.kind not in _DEEDS]


async def _tend(request: Request, ports: WorkerPorts) -> bool:
    """Whether all is done, and the row is gone."""
    record = await ports.card_links.record(request.application, _DEEDS[request.kind])
    if record is None:
        record = await _ACTS[request.kind](request, ports)
    if record is not None and not await _tell(record, Language(request.body["language"]), ports):
        return False
    await ports.sweep.erase([request])
    return True


async def _tell_if_late(request: Request, ports: WorkerPorts) -> None:
    """The operators hear once of what waits for longer than the system may try; the row stays, and is tried again."""
    if ports.clock.now() - request.received_at < ports.rules.system_patience:
        return
    application = request.application
    _LOG.error("a request about a link waits for long", extra={"application": application})
    key = sha256(f"{application}:{request.key}:late".encode()).hexdigest()[:24]
    with suppress(PortError):  # the next try comes in a minute
        await give_up(key, INBOX_LANE, application, ports)


async def _link(request: Request, ports: WorkerPorts) -> LinkRecord | None:
    """Link what both tokens prove; None if nothing changes: linked already, not proven, or the way in is off.

    Nor is a blocked account linked: whoever holds its methods may be the thief, who would have a way in for later.
    """
    if Channel.IDENTITY_VERIFICATION not in ports.rules.channels:
        await _refuse(request, ports)
        return None
    subject, card = await _account(request, ports), await _card(request, ports)
    if not subject or card is None:
        await _refuse(request, ports)
        return None
    lock = await ports.locks.read(subject)
    if lock is not None and lock.blocked:
        _unchanged(request)
        return None
    if await ports.card_links.by_account(subject) or await ports.card_links.by_card(card.card):
        _unchanged(request)
        return None
    now = ports.clock.now()
    link = CardLink(subject, card.card, card.name[:_LONGEST_NAME], now, verification=request.application)
    try:
        await ports.card_links.link(link)
    except ConflictError:  # somebody was first; perhaps an earlier try of this very request
        mine = await ports.card_links.record(request.application, LinkDeed.LINKED)
        if mine is None:
            _unchanged(request)
        return mine
    return LinkRecord(LinkDeed.LINKED, request.application, subject, card.card, now)


async def _unlink(request: Request, ports: WorkerPorts) -> LinkRecord | None:
    """Undo the link of the account or of the card: either proof is enough, since a link can only do harm to its owner.

    Raises:
        UnavailableError: the link is being changed by others all the time.
    """
    subject, card = await _account(request, ports), await _card(request, ports)
    if not subject and card is None:
        await _refuse(request, ports)
        return None

    async def read() -> CardLink | None:
        link = await ports.card_links.by_account(subject) if subject else None
        return link or (await ports.card_links.by_card(card.card) if card is not None else None)

    return await _remove(request, read, "", ports)


async def _cut(request: Request, ports: WorkerPorts) -> LinkRecord | None:
    """An operator removes the very link that the console showed: their token is verified here, and it is not their own account.

    Raises:
        UnavailableError: keys, directory or storage cannot be read now, or the link is being changed by others all the time.
    """
    found = Findings()
    await gather_decider(request, found, ports)
    operator, snapshot = found.deciders[request.key], await ports.applications.read(request.body["case"])
    if operator.staff is None or snapshot is None or not operator.may_operate(snapshot.application):
        await _refuse(request, ports)
        return None
    case = snapshot.application
    account = await ports.directory.facts(case.subject)
    if account is not None and not operator.may_operate(with_facts(case, account)):
        await _refuse(request, ports)
        return None

    async def read() -> CardLink | None:
        link = await ports.card_links.by_account(case.subject)
        return link if link is not None and link.verification == request.body["verification"] else None

    return await _remove(request, read, operator.staff.oid, ports)


_ACTS: Final = {RequestKind.LINK: _link, RequestKind.UNLINK: _unlink, RequestKind.CUT_LINK: _cut}


async def _remove(
    request: Request, read: Callable[[], Awaitable[CardLink | None]], actor: str, ports: WorkerPorts
) -> LinkRecord | None:
    for _ in range(_TRIES):
        link = await read()
        if link is None:
            _unchanged(request)
            return None
        now = ports.clock.now()
        try:
            await ports.card_links.unlink(link, verification=request.application, at=now, actor=actor)
        except (StaleError, ConflictError):
            mine = await ports.card_links.record(request.application, LinkDeed.UNLINKED)
            if mine is not None:
                return mine
            continue
        deed = LinkDeed.UNLINKED
        return LinkRecord(deed, request.application, link.subject, link.card, now, actor=actor)
    raise UnavailableError("the link is being changed by others")


async def _account(request: Request, ports: WorkerPorts) -> str:
    """Object id of the account whose fresh sign-in came along; empty if none did that verifies."""
    token = request.body.get("sign_in", "")
    if not token or request.stamped_at is None:
        return ""
    return await ports.fresh_sign_ins.verify(token, stamped_at=request.stamped_at)


async def _card(request: Request, ports: WorkerPorts) -> CardIdentity | None:
    """The card whose token came along, made for the verification that bears the request's id."""
    if not request.evidence or request.stamped_at is None:
        return None
    return await ports.card_tokens.verify(
        request.evidence, verification=request.application, stamped_at=request.stamped_at
    )


async def _refuse(request: Request, ports: WorkerPorts) -> None:
    """No page of ours sends what does not verify: it can never succeed, so the operators are told and it goes."""
    application = request.application
    _LOG.error("a request about a link proves nothing", extra={"application": application})
    key = sha256(f"{application}:{request.key}".encode()).hexdigest()[:24]
    await give_up(key, INBOX_LANE, application, ports)


def _unchanged(request: Request) -> None:
    """Nothing to link or to undo: a page that was open for long, or the loser of a race. Its next look says how it is."""
    application = request.application
    _LOG.info("a link stays as it is", extra={"application": application})


async def _tell(record: LinkRecord, language: Language, ports: WorkerPorts) -> bool:
    """Tell every address on file, within the budget; whether all were told, or cannot be.

    What is told is noted when others are left, so that the next try begins with those. A mail that is sent once more, since
    the note was lost, has the same operation id: it is the same mail.
    """
    facts = await ports.directory.facts(record.subject)
    if facts is None or not facts.addresses:
        return True
    addresses = {_operation(record, each.value): each.value for each in facts.addresses}
    left = [each for each in addresses if each not in record.told]
    allowance = await take_allowance({Urgency.FIRST: len(left)}, ports, owed_at=record.at)
    granted = left[: allowance.granted.get(Urgency.FIRST, 0)]
    told = [
        each for each in granted if await _tell_one(addresses[each], each, record, facts.upn, language, ports)
    ]
    if len(told) == len(left):
        return True
    if told:
        await ports.card_links.note_told(replace(record, told=(*record.told, *told)))
    return False


def _operation(record: LinkRecord, address: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{record.verification}:{record.deed}:{address}"))


async def _tell_one(
    address: str, operation: str, record: LinkRecord, account: str, language: Language, ports: WorkerPorts
) -> bool:
    """Hand one mail over; whether it need not be tried again. One address must not keep the others from being told."""
    try:
        message = ports.composer.link_changed(address, record, account=account, language=language)
    except Exception as error:  # noqa: BLE001 - templates can fail in many ways
        _LOG.error("a mail cannot be written: %s at %s", type(error).__name__, frames(error))
        return True
    try:
        await ports.mailer.send(message, operation=operation)
    except ForbiddenError:
        return True
    except (UnavailableError, UnknownOutcomeError):
        return False
    return True
