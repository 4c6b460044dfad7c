"""The office counter: a clerk looks an account up, compares the person with it, confirms or leaves.

Only the clerk who opened a case sees it and acts on it.
"""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from shared.domain.accounts import Method
from shared.domain.application import Application
from shared.domain.counter_steps import CounterStep, step_at_counter
from shared.domain.flag_policy import ExplainedFlag, explained
from shared.domain.kinds import CardKind, Channel, Language, Reason
from shared.domain.requests import RequestKind
from shared.domain.staff import StaffIdentity
from shared.ports import Access
from shared.services.ask import ask
from shared.services.find_case import FoundCase, find_case
from shared.services.refusals import Refusal, RefusedError
from shared.services.watch_cases import list_cases
from shared.services.web_ports import WebPorts

_SHOWS_THE_PERSON: Final = frozenset({CounterStep.COMPARE, CounterStep.APPROVED, CounterStep.ISSUED})
_BEFORE: Final = frozenset({CounterStep.COMPARE, CounterStep.CONFIRMING})


@dataclass(frozen=True)
class Clerk:
    """Who stands behind the counter, with the ID token that is the evidence of what they do."""

    identity: StaffIdentity
    token: str


@dataclass(frozen=True)
class PersonOnFile:
    """What the directory says of the person, to be compared with the card.

    Attributes:
        name: Name in the directory.
        affiliation: Faculty or department.
        account: Account name (UPN).
        methods: Methods that are still registered, with masked labels.
    """

    name: str
    affiliation: str
    account: str
    methods: tuple[Method, ...]


@dataclass(frozen=True)
class Counter:
    """A case as its clerk sees it.

    Attributes:
        application: The case.
        step: What comes next.
        person: None wherever nothing of the directory may be shown.
        flags: Why a reviewer is asked besides the clerk.
    """

    application: Application
    step: CounterStep
    person: PersonOnFile | None = None
    flags: tuple[ExplainedFlag, ...] = ()


@dataclass(frozen=True)
class Confirmation:
    """What the clerk confirms: the card was in their hands, the face is that of the person, the card is valid.

    Attributes:
        card: Which card was checked.
        contact_email: An address that the person confirmed at the counter; empty if there is none.
    """

    card: CardKind
    reason: Reason
    language: Language
    contact_email: str

    @property
    def body(self) -> dict[str, str]:
        """The fields as the request carries them."""
        return {
            "card": self.card.value,
            "face": "on",
            "valid": "on",
            "reason": self.reason.value,
            "language": self.language.value,
            "contact_email": self.contact_email,
            "contact_confirmed": "on" if self.contact_email else "",
        }

    def stands_in(self, case: Application) -> bool:
        """Whether the case was confirmed with this very content."""
        told = (case.reason, case.language, case.contact_email)
        same = told == (self.reason, self.language, self.contact_email)
        return case.vouched and same and self.card.value in case.checks


async def look_up(account: str, clerk: Clerk, ports: WebPorts, *, nonce: str, language: Language) -> str:
    """Ask the worker for an account; the id of the case. The same form sent twice is one case while that is not over.

    Raises:
        UnavailableError: storage cannot be reached; nothing was asked for.
    """
    application = sha256(f"counter:{clerk.identity.oid}:{account}:{nonce}".encode()).hexdigest()[:32]
    before = await ports.applications.read(application)
    if before is not None and before.application.terminal:
        application = ports.randomness.token()
    body = {
        "channel": Channel.OFFICE.value,
        "account": account,
        "reason": Reason.OTHER.value,
        "language": language.value,
    }
    await ask(application, RequestKind.SUBMIT, 0, ports, body=body, evidence=clerk.token)
    return application


async def show_counter(application: str, clerk: Clerk, ports: WebPorts) -> Counter:
    """The case for its clerk; that the person's data were looked at is recorded before they are given out.

    Raises:
        RefusedError: there is no such case, or another clerk opened it.
    """
    found = await find_at_counter(application, clerk, ports)
    case, step = found.application, step_of(found)
    if step not in _SHOWS_THE_PERSON or not case.upn:
        flags = explained(case, ports.rules) if step is CounterStep.ASKED else ()
        return Counter(case, step, flags=flags)
    await ports.accesses.record(Access(case.id, clerk.identity.oid, "directory", ports.clock.now()))
    methods = tuple(each for each in case.methods_seen if each.kind.is_mfa)
    return Counter(case, step, PersonOnFile(case.display_name, case.affiliation, case.upn, methods))


async def list_own(clerk: StaffIdentity, ports: WebPorts) -> list[Counter]:
    """The clerk's own cases that are not over, newest first; nothing of the directory is in them."""
    cases = [each for each in await list_cases(ports) if each.channel is Channel.OFFICE]
    own = [Counter(each, step_at_counter(each, ())) for each in cases if each.clerk == clerk.oid]
    return sorted(own, key=lambda each: each.application.received_at, reverse=True)


async def confirm(application: str, clerk: Clerk, form: Confirmation, ports: WebPorts) -> None:
    """Put the confirmation into the inbox; sent twice it is one.

    Raises:
        RefusedError: ``CONFIRMED_ALREADY`` when another content was confirmed before, ``TOO_LATE`` when there is nothing to
            confirm (any more), and as :func:`show_counter`.
        UnavailableError: storage cannot be reached.
    """
    found = await find_at_counter(application, clerk, ports)
    step = step_of(found)
    if step in _BEFORE:
        case = found.application
        fresh = await ask(
            case.id, RequestKind.CONFIRM, case.round, ports, body=form.body, evidence=clerk.token
        )
        if fresh:
            return
        found = await find_at_counter(application, clerk, ports)
    asked = found.asked(RequestKind.CONFIRM)
    if asked is not None and asked.body == form.body:
        return
    if asked is not None or (found.application.vouched and not form.stands_in(found.application)):
        raise RefusedError(Refusal.CONFIRMED_ALREADY, link=f"/office/{application}")
    if not found.application.vouched:
        raise RefusedError(Refusal.TOO_LATE, link=f"/office/{application}")


async def leave(application: str, clerk: Clerk, ports: WebPorts) -> None:
    """The clerk gives the look-up up: nobody is told, and nothing is left to do.

    Raises:
        RefusedError: ``TOO_LATE`` once it was confirmed, and as :func:`show_counter`.
    """
    found = await find_at_counter(application, clerk, ports)
    step = step_of(found)
    if step in {CounterStep.LEAVING, CounterStep.LEFT}:
        return
    if step is not CounterStep.COMPARE:
        raise RefusedError(Refusal.TOO_LATE, link=f"/office/{application}")
    round_ = found.application.round
    await ask(application, RequestKind.LEAVE, round_, ports, evidence=clerk.token)


async def find_at_counter(application: str, clerk: Clerk, ports: WebPorts) -> FoundCase:
    """A case of the office, for the clerk who opened it and nobody else.

    Raises:
        RefusedError: there is no such case of the office (``NOT_FOUND``), or another clerk opened it (``NOT_YOUR_COUNTER``).
    """
    found = await find_case(application, ports)
    if found.application.channel is not Channel.OFFICE:
        raise RefusedError(Refusal.NOT_FOUND)
    if not _opened_by(clerk, found.application):
        raise RefusedError(Refusal.NOT_YOUR_COUNTER, link="/office")
    return found


def step_of(found: FoundCase) -> CounterStep:
    """What comes next for the clerk, with what they asked a moment ago."""
    return step_at_counter(found.application, frozenset(each.kind for each in found.waiting))


def _opened_by(clerk: Clerk, case: Application) -> bool:
    """By the verified token; until the worker has verified it, by the very token that came with the look-up."""
    if case.clerk:
        return case.clerk == clerk.identity.oid
    return case.proof is not None and compare_digest(case.proof.evidence.encode(), clerk.token.encode())
