"""Identity verification, the card holder's side: where the account stands, and a pass at once, by what the card proved."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.application import Application
from shared.domain.card import CardLink, LinkDeed
from shared.domain.closing import gives_way
from shared.domain.kinds import CardBar, Channel, Closing, Language, Reason
from shared.domain.requests import RequestKind
from shared.domain.reviewing import reference_of
from shared.domain.states import State
from shared.services import collect_pass
from shared.services.ask import ask, ask_to_look
from shared.services.collect_pass import Collector, Pending, Sealed
from shared.services.count_passes import limit_until
from shared.services.find_case import FoundCase, find_case
from shared.services.refusals import Refusal, RefusedError
from shared.services.submit_application import OFFICE_WAY, refuse_blocked
from shared.services.web_ports import WebPorts

_HERE = "/verify"
_AGAIN = "/verify/start"
_WITH_A_PASS = frozenset({State.APPROVED, State.ISSUING, State.ISSUED})


class Item(StrEnum):
    """What the card's holder can have issued.

    Another one (a new account password) would be one more value here, its words, and one more line in ``_ISSUE``.
    """

    PASS = "pass"  # noqa: S105 - a word, not a secret


@dataclass(frozen=True)
class CardHolder:
    """What a verification in this browser proved, as its cookie holds it.

    Attributes:
        verification: Id of the verification, to whose nonce the token is bound.
        card: Keyed hash of the card: finds the link, proves nothing; the worker reads the token itself.
        name: Name printed on the card, for showing only.
        token: The card provider's ID token: the evidence.
        session: Digest of the browser session; only the one that asked may collect.
        counts: Whether the token is still young enough to be taken as evidence.
        application: Application that this browser asked for, if it did.
    """

    verification: str
    card: str
    name: str
    token: str = field(repr=False)
    session: str
    counts: bool
    application: str = ""


@dataclass(frozen=True)
class CardDesk:
    """Where the holder of a card stands.

    Attributes:
        link: The account that the card is linked to, if it is.
        usable_from: From when the link gives a pass without delay (UTC); None without a link.
        case: The account's last application by card, with what is still being worked on; None if there is none.
        other_way: Way in of an open application that one by card would take the place of.
        upn: Account name, as far as an application has told it.
        pass_from: From when the next pass can be had (UTC), if the few of a day are used up.
        unlinking: This verification asked for the link to be removed, and that is being worked on.
        unlinked: This verification has removed the link.
        blocked: The account's owner said "not me": only the office helps.
    """

    link: CardLink | None = None
    usable_from: datetime | None = None
    case: FoundCase | None = None
    other_way: Channel | None = None
    upn: str = ""
    pass_from: datetime | None = None
    unlinking: bool = False
    unlinked: bool = False
    blocked: bool = False


@dataclass(frozen=True)
class Asked:
    """The application through which something is issued."""

    id: str
    reference: str


async def show_card(holder: CardHolder, ports: WebPorts) -> CardDesk:
    """The linked account and its application by card.

    Raises:
        UnavailableError: storage cannot be reached.
    """
    link = await ports.card_links.by_card(holder.card)
    if link is None:
        removed = await ports.card_links.record(holder.verification, LinkDeed.UNLINKED)
        return CardDesk(case=await _own_case(holder, ports), unlinked=removed is not None)
    waiting = await ports.inbox.waiting(holder.verification)
    lock = await ports.locks.read(link.subject)
    held = await ports.applications.read(lock.application) if lock is not None else None
    by_card = held is not None and held.application.channel is Channel.IDENTITY_VERIFICATION
    name = held.application.id if held is not None and by_card else ""
    found = await find_case(name, ports) if name else await _own_case(holder, ports)
    opened = held.application if held is not None and held.application.open and not by_card else None
    other = opened.channel if opened is not None and not _stays(opened, link, ports) else None
    return CardDesk(
        link=link,
        usable_from=link.linked_at + ports.rules.link_cooling,
        case=found,
        other_way=other,
        upn=held.application.upn if held is not None else "",
        pass_from=await limit_until(link.subject, ports),
        unlinking=any(each.kind is RequestKind.UNLINK for each in waiting),
        blocked=lock is not None and lock.blocked,
    )


async def issue(
    item: Item, holder: CardHolder, public_key: str, language: Language, ports: WebPorts
) -> Asked:
    """Ask for what was chosen; an application of the account by card that is open goes on, and no second one begins.

    Raises:
        RefusedError: ``BAD_REQUEST`` for a key that is no RSA key of 2048 bits or more; ``NOT_LINKED``; ``VERIFY_AGAIN`` when the
            verification is too old or has made an application that is over; ``COOLING_OFF``, ``BEING_LOOKED_AT``,
            ``PASSES_TODAY``, ``PASSES_USED_UP``, ``OTHER_BROWSER``, ``ACCOUNT_BLOCKED``.
        UnavailableError: storage cannot be reached.
    """
    return await _ISSUE[item](holder, public_key, language, ports)


async def _issue_pass(holder: CardHolder, public_key: str, language: Language, ports: WebPorts) -> Asked:
    if not ports.sealer.accepts(public_key):
        raise RefusedError(Refusal.BAD_REQUEST)
    link = await ports.card_links.by_card(holder.card)
    if link is None:
        raise RefusedError(Refusal.NOT_LINKED, link=_HERE)
    if not holder.counts:
        raise RefusedError(Refusal.VERIFY_AGAIN, link=_AGAIN)
    lock = await ports.locks.read(link.subject)
    refuse_blocked(lock)
    held = await ports.applications.read(lock.application) if lock is not None else None
    case = held.application if held is not None else None
    if case is not None and case.open and case.channel is Channel.IDENTITY_VERIFICATION:
        await _resume(case, link, holder, public_key, ports)
        return Asked(case.id, case.reference)
    if case is not None and case.open and _stays(case, link, ports):
        raise RefusedError(Refusal.OPEN_APPLICATION, link=f"/applications/{case.id}")
    await _begin(link, holder, public_key, language, ports)
    return Asked(holder.verification, reference_of(holder.verification))


async def _resume(
    case: Application, link: CardLink, holder: CardHolder, public_key: str, ports: WebPorts
) -> None:
    _check_state(case)
    collector = _collector(link.subject, case.round, holder)
    if case.state is State.SUBMITTED:
        if case.received_at >= link.linked_at + ports.rules.link_cooling:
            await collect_pass.put_pickup(case.id, case.attempts + 1, collector, public_key, ports)
        return
    if case.state is not State.ISSUING:
        await _check_limit(link.subject, ports)
    try:
        await collect_pass.ask_for_pass(case.id, collector, public_key, ports)
    except RefusedError as error:
        raise RefusedError(error.refusal, link=_HERE) from error


async def _begin(
    link: CardLink, holder: CardHolder, public_key: str, language: Language, ports: WebPorts
) -> None:
    """A new application, whose id is the verification's; with a young link nobody asks for a pass yet."""
    if await ports.applications.read(holder.verification) is not None:
        raise RefusedError(Refusal.VERIFY_AGAIN, link=_AGAIN)  # it made an application that is over
    await _check_limit(link.subject, ports)
    now = ports.clock.now()
    body = {
        "channel": Channel.IDENTITY_VERIFICATION.value,
        "reason": Reason.OTHER.value,
        "details": "",
        "language": language.value,
    }
    ripe = now >= link.linked_at + ports.rules.link_cooling
    lane = "" if ripe else "review"
    submit = RequestKind.SUBMIT
    await ask(holder.verification, submit, 0, ports, body=body, evidence=holder.token, lane=lane, at=now)
    if ripe:
        collector = _collector(link.subject, 1, holder)
        await collect_pass.put_pickup(holder.verification, 1, collector, public_key, ports)


_ISSUE = {Item.PASS: _issue_pass}


async def collect(holder: CardHolder, ports: WebPorts) -> tuple[Sealed | Pending, str]:
    """The ciphertext, again and again until it was shown, and the account name that the pass is for, once it is known.

    Raises:
        RefusedError: ``ASK_AGAIN`` when nothing was asked for or the attempt made no pass; ``OTHER_BROWSER``; ``GONE`` when it
            was shown, ran out or was stopped; ``COOLING_OFF``, ``BEING_LOOKED_AT``, ``PASSES_TODAY``, ``NOT_LINKED``,
            ``VERIFY_AGAIN``: why there will be none now.
        UnavailableError: storage cannot be reached.
    """
    found = await _own_case(holder, ports)
    if found is None:
        raise RefusedError(Refusal.ASK_AGAIN, link=_HERE)
    case = found.application
    _check_ending(case)
    if found.stop_waiting:
        raise RefusedError(Refusal.GONE, link=_HERE)
    _check_state(case)
    if case.state is State.SUBMITTED:
        return Pending(), case.upn
    collector = _collector(case.subject, case.round, holder)
    try:
        return collect_pass.handed_over(found, collector, ports), case.upn
    except RefusedError as error:
        if error.refusal is Refusal.ASK_AGAIN:
            await _check_limit(case.subject, ports)
        raise RefusedError(error.refusal, link=_HERE) from error


async def confirm_shown(holder: CardHolder, ports: WebPorts) -> None:
    """The pass is on the screen: from now on it is gone from here.

    Raises:
        RefusedError: ``OTHER_BROWSER`` in another session; ``GONE`` when there is none.
        UnavailableError: storage cannot be reached.
    """
    found = await _own_case(holder, ports)
    if found is None:
        raise RefusedError(Refusal.GONE, link=_HERE)
    case = found.application
    try:
        await collect_pass.confirm_shown(case.id, _collector(case.subject, case.round, holder), ports)
    except RefusedError as error:
        raise RefusedError(error.refusal, link=_HERE) from error


async def report_registered(holder: CardHolder, ports: WebPorts) -> None:
    """The person says that a new method is registered: the worker looks at once.

    Raises:
        RefusedError: ``TOO_LATE`` when no pass was issued.
        UnavailableError: storage cannot be reached.
    """
    desk = await show_card(holder, ports)
    case = desk.case.application if desk.case is not None else None
    if case is None or case.state is not State.ISSUED:
        raise RefusedError(Refusal.TOO_LATE, link=_HERE)
    await ask_to_look(case, ports)


async def _own_case(holder: CardHolder, ports: WebPorts) -> FoundCase | None:
    """The case that this browser asked for: begun by this verification, or of the account that its card is linked to."""
    if not holder.application:
        return None
    try:
        found = await find_case(holder.application, ports)
    except RefusedError:
        return None
    case = found.application
    if case.channel is not Channel.IDENTITY_VERIFICATION:
        return None
    if case.id == holder.verification:
        return found
    link = await ports.card_links.by_card(holder.card)
    return found if link is not None and link.subject == case.subject else None


def _collector(subject: str, round_: int, holder: CardHolder) -> Collector:
    return Collector(subject, holder.session, round_, verification=holder.verification, evidence=holder.token)


def _stays(case: Application, link: CardLink, ports: WebPorts) -> bool:
    """Whether an open application of another way goes on beside this card: its link is too young to take the place."""
    young = ports.clock.now() < link.linked_at + ports.rules.link_cooling
    return not gives_way(case, Channel.IDENTITY_VERIFICATION, young=young)


def _check_state(case: Application) -> None:
    """States in which no pass is made, whoever asks."""
    if case.state is State.COOLING_OFF:
        raise RefusedError(Refusal.COOLING_OFF, link=_HERE, until=case.due_at)
    if not case.terminal and case.state not in {State.SUBMITTED, State.STOPPING, *_WITH_A_PASS}:
        raise RefusedError(Refusal.BEING_LOOKED_AT, link=_HERE)


def _check_ending(case: Application) -> None:
    """Why the application that this verification began gave nothing."""
    if case.stop_as is Closing.BLOCKED:
        raise RefusedError(Refusal.ACCOUNT_BLOCKED, link=OFFICE_WAY)
    if case.card_bar is CardBar.NOT_LINKED:
        raise RefusedError(Refusal.NOT_LINKED, link=_HERE)
    if case.card_bar is not None:
        raise RefusedError(Refusal.VERIFY_AGAIN, link=_AGAIN)
    if case.duplicate_of:
        raise RefusedError(Refusal.ASK_AGAIN, link=_HERE)


async def _check_limit(subject: str, ports: WebPorts) -> None:
    until = await limit_until(subject, ports)
    if until is not None:
        raise RefusedError(Refusal.PASSES_TODAY, link=_HERE, until=until)
