"""What there is to knock at: cases in the state in which a door does something, with their links and the cookies they need."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from shared import bootstrap
from shared.domain.health import HealthReport
from shared.domain.links import LinkClaims, Purpose
from shared.domain.states import State
from shared.ports import Poison
from tests.unit import cards, counters, people
from tests.unit.reaching import not_me, reach
from tests.unit.world import World

SID: Final = "5" * 32
SESSION: Final = sha256(SID.encode()).hexdigest()[:32]
"""Digest of the browser session of the sample applicant, as requests carry it; the card's browser has the same."""
POISON: Final = "0123456789abcdef01234567"


@dataclass
class Scene:
    """One state of the service.

    Attributes:
        world: Storage and worker.
        case: Id of the case that it is about; an id that nobody has, where there is none.
        links: Signed links about it, by purpose.
        cookies: Payloads of cookies that belong to this case, by kind.
    """

    world: World
    case: str = "0" * 32
    links: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, dict[str, Any]] = field(default_factory=dict)

    def path(self, template: str) -> str:
        """An address with this scene's ids and links in it."""
        return template.format(case=self.case, poison=POISON, **self.links)


async def nothing() -> Scene:
    """Nobody has applied."""
    return Scene(World())


async def alive() -> Scene:
    """A worker that was seen a moment ago, and found nothing wrong."""
    scene = await nothing()
    await scene.world.tick()
    await scene.world.storage.switches.keep_report(HealthReport(scene.world.clock.now()))
    return scene


async def frozen() -> Scene:
    """An operator has frozen the making of passes."""
    scene = await nothing()
    await scene.world.storage.switches.freeze(frozen=True)
    return scene


async def in_review() -> Scene:
    """A case that waits for a reviewer."""
    world, name = await reach(State.IN_REVIEW)
    scene = Scene(world, name)
    _sign(
        scene, review=world.link(Purpose.REVIEW, people.REVIEWERS[0]), not_me=_claims(scene, Purpose.NOT_ME)
    )
    return scene


async def returned() -> Scene:
    """A case that waits for a better photo."""
    return Scene(*await reach(State.RETURNED))


async def approved() -> Scene:
    """A case whose applicant has the mailed link."""
    scene = Scene(*await reach(State.APPROVED))
    return _with_pickup(scene)


async def made() -> Scene:
    """A case whose pass lies ready, sealed to the sample applicant's browser."""
    scene = Scene(*await reach(State.APPROVED))
    await scene.world.ask_for_pass(scene.case, SESSION)
    await scene.world.run()
    return _with_pickup(scene)


async def shown() -> Scene:
    """A case whose pass was shown."""
    scene = Scene(*await reach(State.ISSUED))
    return _with_pickup(scene)


async def parked() -> Scene:
    """A case that an operator must look at."""
    return Scene(*await reach(State.ATTENTION))


async def blocked() -> Scene:
    """An account whose owner said that it was somebody else."""
    scene = Scene(*await reach(State.IN_REVIEW))
    await not_me(scene.world, scene.case)
    return scene


async def poisoned() -> Scene:
    """A message that the platform gave up on."""
    scene = await nothing()
    await scene.world.storage.poison.keep(Poison(POISON, "mail", "no id", scene.world.clock.now()))
    return scene


async def at_counter() -> Scene:
    """A look-up that waits for its clerk."""
    world = World()
    name = await counters.look_up(world)
    await world.run()
    return Scene(world, name)


async def vouched() -> Scene:
    """A case that its clerk confirmed, with a slip."""
    world = World()
    name = await counters.vouched(world)
    return Scene(world, name)


async def linked() -> Scene:
    """An account that is linked to a card, and the card verified in a browser."""
    world = World()
    await cards.has_link(world)
    return Scene(world, cookies={"card": card_cookie(world)})


async def by_card() -> Scene:
    """A pass by card that lies ready for the browser that asked."""
    world = World()
    await cards.has_link(world)
    name = await cards.verify(world)
    await world.run()
    await cards.press_issue(world, name, session=SESSION)
    await world.run()
    return Scene(world, name, cookies={"card": card_cookie(world) | {"application": name}})


async def linking() -> Scene:
    """Somebody who signed in with MFA a moment ago and verified a card, without a link as yet."""
    world = World()
    card = card_cookie(world) | {"linker": "f" * 32}
    return Scene(world, cookies={"card": card, "linker": linker_cookie(world)})


async def unlinking() -> Scene:
    """The same with a link."""
    scene = await linking()
    await cards.has_link(scene.world)
    return scene


def card_cookie(world: World, card: str = cards.CARD) -> dict[str, Any]:
    """What the cookie of a verified card holds."""
    name = cards.verification(1)
    return {
        "verification": name,
        "token": cards.token(world, name, card),
        "card": card,
        "name": cards.NAME,
        "sid": SID,
        "counts": int(time.time()) + 600,
        "application": "",
        "linker": "",
        "until": int(time.time()) + 1800,
    }


def linker_cookie(world: World, oid: str = people.STUDENT.oid) -> dict[str, Any]:
    """What the cookie of somebody who links a card holds."""
    return {
        "oid": oid,
        "upn": f"{oid}@u.example",
        "name": oid,
        "token": world.sign_ins.make(oid, at=cards.REAL),
        "request": "f" * 32,
        "asked": "",
        "until": int(time.time()) + 600,
    }


def _claims(scene: Scene, purpose: Purpose) -> LinkClaims:
    until = scene.world.clock.now() + timedelta(days=1)
    return LinkClaims(purpose, scene.case, "0" * 16, scene.world.case(scene.case).round, until)


def _sign(scene: Scene, **claims: LinkClaims) -> None:
    links = bootstrap.web().links
    scene.links |= {name: links.sign(each) for name, each in claims.items()}


def _with_pickup(scene: Scene) -> Scene:
    claims = scene.world.link(Purpose.PICKUP, people.OUTSIDE)
    _sign(scene, pickup=claims)
    held = {"application": scene.case, "round": claims.round, "until": claims.expires_at.isoformat()}
    scene.cookies["pickup"] = held
    return scene


SCENES: Final[Mapping[str, Callable[[], Awaitable[Scene]]]] = {
    each.__name__: each
    for each in (
        nothing, alive, in_review, returned, approved, made, shown, parked, blocked, frozen, poisoned, at_counter, vouched,
        linked, by_card, linking, unlinking,
    )
}  # fmt: skip
