"""The pickup page's three calls: ask for the pass, collect the ciphertext, say that it was shown."""

from dataclasses import dataclass, field

from shared.domain.application import Application
from shared.domain.counter_steps import slip_works
from shared.domain.issuing import COLLECT_WITHIN, may_ask
from shared.domain.kinds import Channel
from shared.domain.limits import Limit, Whose
from shared.domain.putting_off import asked_in_vain, on_trial, waits_for_thaw
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.services.ask import ask
from shared.services.count_use import count_use
from shared.services.find_case import FoundCase, find_case, find_own_case, read_case
from shared.services.refusals import Refusal, RefusedError
from shared.services.web_ports import WebPorts


@dataclass(frozen=True)
class Collector:
    """Who stands at the pickup page.

    Attributes:
        subject: Object id of the signed-in applicant.
        session: Digest of the browser session; only the one that asked may collect.
        round: Round that the mailed link was made for.
        slip: Number of the printed slip that was opened instead of a mailed link; 0: none.
        verification: Id of the card's verification that stands in for link and sign-in; empty: none.
        evidence: The card provider's token of that verification, which the worker verifies.
    """

    subject: str
    session: str
    round: int
    slip: int = 0
    verification: str = ""
    evidence: str = field(default="", repr=False)


@dataclass(frozen=True)
class Sealed:
    """The ciphertext for the browser that asked, and how long the pass will live."""

    sealed: str
    seconds_left: int


class Pending:
    """The pass is being made."""


async def ask_for_pass(application: str, collector: Collector, public_key: str, ports: WebPorts) -> None:
    """Ask for a pass, sealed to this key.

    Raises:
        RefusedError: ``NOT_YOURS``; ``FORBIDDEN`` for a link of another round; ``SLIP_REPLACED``; ``BAD_REQUEST`` for a key that
            is no RSA key of 2048 bits or more; ``TOO_LATE`` if no pass can be asked for now; ``PASSES_USED_UP``;
            ``PASSES_FROZEN``, ``PASSES_BUSY`` or ``TRIAL`` while passes are put off; ``TOO_MANY``, asked for too often.
        UnavailableError: storage cannot be reached.
    """
    if not ports.sealer.accepts(public_key):
        raise RefusedError(Refusal.BAD_REQUEST)
    case = (await read_case(application, ports)).application
    check_collector(case, collector)
    await _count_request(application, collector, ports)
    if case.state not in {State.APPROVED, State.ISSUED, State.ISSUING}:
        raise RefusedError(Refusal.TOO_LATE, link=f"/applications/{application}")
    if case.pickup_until is None or ports.clock.now() >= case.pickup_until:
        raise RefusedError(Refusal.TOO_LATE, link=f"/applications/{application}")
    if not may_ask(case, ports.rules):
        raise RefusedError(Refusal.PASSES_USED_UP, link=f"/applications/{application}")
    if ports.rules.evaluation or not on_trial(case) or asked_in_vain(case, ports.clock.now()):
        check_put_off(case, ports)
    if case.state is State.ISSUING:
        return _same_session(case.attempt.session if case.attempt else "", collector)
    return await put_pickup(application, case.attempts + 1, collector, public_key, ports)


async def _count_request(application: str, collector: Collector, ports: WebPorts) -> None:
    """By case and by the link or slip that was opened: whoever has nothing but the password uses up nothing of the owner's."""
    who = f"{application}:{collector.subject}:{collector.round}:{collector.slip}"
    await count_use((Limit.PASS_REQUESTS,), {Whose.CASE: who}, ports)


async def put_pickup(
    application: str, slot: int, collector: Collector, public_key: str, ports: WebPorts
) -> None:
    """Put the request for a pass into the inbox, with the card's evidence where a card asks.

    Raises:
        RefusedError: ``OTHER_BROWSER``, another session asked for this attempt already.
        UnavailableError: storage cannot be reached.
    """
    body = {"public_key": public_key, "session": collector.session}
    if collector.verification:
        body |= {"verification": collector.verification}
    fresh = await ask(
        application,
        RequestKind.PICKUP,
        slot,
        ports,
        body=body,
        evidence=collector.evidence,
        lane="issuance",
    )
    if not fresh:
        asked = (await find_case(application, ports)).asked(RequestKind.PICKUP)
        _same_session(asked.body["session"] if asked else collector.session, collector)


async def collect_pass(application: str, collector: Collector, ports: WebPorts) -> Sealed | Pending:
    """The ciphertext, again and again until it was shown; nothing while an unanswered stop exists.

    Raises:
        RefusedError: ``OTHER_BROWSER`` in another session; ``GONE`` when it was shown, ran out or was stopped;
            ``ASK_AGAIN`` when the attempt made no pass; ``PASSES_FROZEN``, ``PASSES_BUSY`` or ``TRIAL`` when it was put off.
    """
    return handed_over(await _at_the_counter(application, collector, ports), collector, ports)


def handed_over(found: FoundCase, collector: Collector, ports: WebPorts) -> Sealed | Pending:
    """What ``collect_pass`` gives of a case that was found; raises the same."""
    case, application = found.application, found.application.id
    if found.stop_waiting or case.terminal or case.state is State.STOPPING:
        raise RefusedError(Refusal.GONE, link=f"/applications/{application}")
    asked = found.asked(RequestKind.PICKUP)
    if case.state is State.ISSUING and case.attempt is not None:
        _same_session(case.attempt.session, collector)
        return Pending()
    if asked is not None and asked.slot == case.attempts + 1:
        _same_session(asked.body["session"], collector)
        return Pending()
    current = case.current_pass
    if current is None or not current.sealed or current.session != collector.session:
        check_put_off(case, ports)
    return _ciphertext(found, collector, ports)


def check_put_off(case: Application, ports: WebPorts) -> None:
    """Whether passes are made for this case at present.

    Raises:
        RefusedError: ``PASSES_FROZEN`` until the thaw, of which the person is told; ``PASSES_BUSY`` for a while; ``TRIAL``,
            they asked while the service is tried out.
    """
    off, link = case.put_off, f"/applications/{case.id}"
    if waits_for_thaw(case):
        raise RefusedError(Refusal.PASSES_FROZEN, link=link)
    if on_trial(case):
        raise RefusedError(Refusal.TRIAL, link=link)
    if off is not None and off.until is not None and ports.clock.now() < off.until:
        raise RefusedError(Refusal.PASSES_BUSY, link=link, until=off.until)


async def confirm_shown(application: str, collector: Collector, ports: WebPorts) -> None:
    """The pass is on the screen: from now on it is gone from here.

    Raises:
        RefusedError: ``OTHER_BROWSER`` in another session; ``GONE`` when there is none.
    """
    case = (await read_case(application, ports)).application
    check_collector(case, collector)
    current = case.current_pass
    if current is None:
        raise RefusedError(Refusal.GONE, link=f"/applications/{application}")
    _same_session(current.session, collector)
    await ask(application, RequestKind.SHOWN, current.attempt, ports, lane="")


def check_slip(case: Application, number: int) -> None:
    """Only the newest slip opens anything.

    Raises:
        RefusedError: ``SLIP_REPLACED``, a newer one was printed.
    """
    if not slip_works(case, number):
        raise RefusedError(Refusal.SLIP_REPLACED, link=f"/applications/{case.id}")


async def read_for_slip(application: str, number: int, ports: WebPorts) -> Application:
    """The case that a slip names, before anybody has signed in: only whether the slip is the newest is told.

    Raises:
        RefusedError: there is no such case, or ``SLIP_REPLACED``.
    """
    case = (await read_case(application, ports)).application
    check_slip(case, number)
    return case


async def _at_the_counter(application: str, collector: Collector, ports: WebPorts) -> FoundCase:
    found = await find_own_case(application, collector.subject, ports)
    check_collector(found.application, collector)
    return found


def check_collector(case: Application, collector: Collector) -> None:
    """Whether the opened link is of this round, or the slip the newest one.

    Raises:
        RefusedError: ``NOT_YOURS``, ``FORBIDDEN`` for a link of another round, ``SLIP_REPLACED``.
    """
    if case.subject != collector.subject:
        raise RefusedError(Refusal.NOT_YOURS)
    if collector.verification:
        if case.channel is not Channel.IDENTITY_VERIFICATION:
            raise RefusedError(Refusal.FORBIDDEN, link="/verify")
    elif collector.slip:
        check_slip(case, collector.slip)
    elif case.round != collector.round:
        raise RefusedError(Refusal.FORBIDDEN, link=f"/applications/{case.id}")


def _ciphertext(found: FoundCase, collector: Collector, ports: WebPorts) -> Sealed:
    case = found.application
    current = case.current_pass
    link = f"/applications/{case.id}"
    if current is None or case.state is not State.ISSUED:
        raise RefusedError(Refusal.ASK_AGAIN, link=f"/pickup/{case.id}")
    _same_session(current.session, collector)
    now = ports.clock.now()
    shown = found.asked(RequestKind.SHOWN)
    over = not current.sealed or now >= current.issued_at + COLLECT_WITHIN or now >= current.expires_at
    if over or (shown is not None and shown.slot == current.attempt):
        raise RefusedError(Refusal.GONE, link=link)
    return Sealed(current.sealed, int((current.expires_at - now).total_seconds()))


def _same_session(session: str, collector: Collector) -> None:
    if session != collector.session:
        raise RefusedError(Refusal.OTHER_BROWSER)
