"""A student with a My Number Card: the link made beforehand, the verification, the pass. ``CARD`` is the hash of their card."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from shared.domain.card import CardLink
from shared.domain.requests import Request, RequestKind
from shared.ports import ConflictError
from shared.services import collect_pass
from shared.services.ask import ask
from shared.services.refusals import Refusal, RefusedError
from tests.unit.world import World

CARD = "hash-of-the-card-of-hanako"
OTHER_CARD = "hash-of-another-card"
NAME = "見本　花子"
REAL = datetime(2026, 1, 1, tzinfo=UTC)
"""Real time of the world: it stands still, so tokens made at it are young."""
LONG_AGO = timedelta(days=30)


def verification(number: int) -> str:
    """Id of a verification."""
    return f"{number:032x}"


def token(world: World, of: str, card: str = CARD) -> str:
    """The provider's token of a card for one verification."""
    return world.card_tokens.make(card, NAME, verification=of, at=REAL)


async def has_link(
    world: World, *, age: timedelta = LONG_AGO, card: str = CARD, subject: str = ""
) -> CardLink:
    """The student linked the card so long ago."""
    made_by = sha256(f"{subject}:{card}:{age}".encode()).hexdigest()[:32]
    link = CardLink(subject or world.student, card, NAME, world.clock.now() - age, verification=made_by)
    await world.storage.card_links.link(link)
    return link


async def verify(world: World, number: int = 1, *, card: str = CARD, evidence: str | None = None) -> str:
    """Somebody verifies a card and asks to start again: the id of the application."""
    name = verification(number)
    proof = token(world, name, card) if evidence is None else evidence
    body = {"channel": "identity_verification", "language": "ja", "reason": "lost", "details": ""}
    await world.person(lambda: ask(name, RequestKind.SUBMIT, 0, world.web, body=body, evidence=proof))
    return name


async def press_issue(
    world: World,
    name: str,
    number: int = 1,
    *,
    card: str = CARD,
    evidence: str | None = None,
    session: str = "session-1",
) -> None:
    """The person presses "Issue a password" after the verification of this number."""
    claimed = verification(number) if number else ""
    proof = token(world, claimed, card) if evidence is None else evidence
    body = {"public_key": f"key of {session}", "session": session, "verification": claimed}
    slot = world.case(name).attempts + 1
    await world.person(
        lambda: ask(name, RequestKind.PICKUP, slot, world.web, body=body, evidence=proof, lane="issuance")
    )


def collector(world: World, name: str, session: str = "session-1") -> collect_pass.Collector:
    """The browser that verified the card."""
    case = world.case(name)
    return collect_pass.Collector(case.subject, session, case.round)


async def collect(world: World, name: str, session: str = "session-1") -> str | None:
    """What the page decrypts; None while the pass is being made."""
    got = await world.person(
        lambda: collect_pass.collect_pass(name, collector(world, name, session), world.web)
    )
    if isinstance(got, collect_pass.Pending):
        return None
    return got.sealed.removeprefix(f"sealed for key of {session}: ")


async def show(world: World, name: str, session: str = "session-1") -> None:
    """The page says that it shows the pass."""
    await world.person(lambda: collect_pass.confirm_shown(name, collector(world, name, session), world.web))


async def obtain(world: World, name: str, number: int = 1) -> str:
    """Press, wait and press again until the pass is there."""
    await press_issue(world, name, number)
    for _ in range(20):
        await world.tick()
        try:
            code = await collect(world, name)
        except RefusedError as error:
            if error.refusal not in {Refusal.TOO_LATE, Refusal.ASK_AGAIN, Refusal.GONE}:
                raise
            await press_issue(world, name, number)
            code = None
        if code is not None:
            await show(world, name)
            return code
        await world.move(timedelta(minutes=1))
    raise AssertionError("no pass came")


async def ask_to_link(
    world: World,
    number: int = 1,
    *,
    subject: str = "",
    card: str = CARD,
    evidence: str | None = None,
    sign_in: str | None = None,
    language: str = "ja",
) -> str:
    """Somebody who signed in freshly and verified a card presses "link": the id of the verification."""
    name = verification(number)
    signed_in = world.sign_ins.make(subject or world.student, at=REAL) if sign_in is None else sign_in
    proof = token(world, name, card) if evidence is None else evidence
    await _put(world, name, RequestKind.LINK, {"sign_in": signed_in, "language": language}, proof)
    return name


async def ask_to_unlink(
    world: World, number: int = 2, *, by: str = "card", card: str = CARD, subject: str = ""
) -> str:
    """Somebody presses "remove the link", after a fresh sign-in or a verified card."""
    name = verification(number)
    signed_in = world.sign_ins.make(subject or world.student, at=REAL) if by == "account" else ""
    proof = token(world, name, card) if by == "card" else ""
    await _put(world, name, RequestKind.UNLINK, {"sign_in": signed_in, "language": "en"}, proof)
    return name


async def _put(world: World, name: str, kind: RequestKind, body: dict[str, str], evidence: str) -> None:
    async def put() -> None:
        try:
            await world.storage.inbox.put(Request(name, kind, 0, world.clock.now(), body, evidence))
        except ConflictError:
            return  # it was stored, only the answer was lost
        await world.storage.hints.send("review", name)

    await world.person(put)
