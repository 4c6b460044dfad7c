"""One schedule from its seed to its end, and what it reports."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from shared.domain.kinds import Language, Reason
from shared.domain.risk_limits import COOLING_OFF_FLAGS
from shared.domain.states import State
from shared.domain.surge import SurgeLimits
from shared.services import submit_application
from tests.simulation.applicants import Applicants
from tests.simulation.at_erasures import somebody_to_forget
from tests.simulation.attackers import Attackers
from tests.simulation.crowd import Crowd
from tests.simulation.endings import AT_REST, AT_THE_VERY_END
from tests.simulation.holders import Holders
from tests.simulation.lifters import Lifters
from tests.simulation.murphy import Murphy
from tests.simulation.staff import Staff
from tests.simulation.town import Town
from tests.simulation.watching import watched
from tests.simulation.weather import Fault
from tests.simulation.world import Broken, World

_DAY = 86_400.0
_PATIENT = 6
"""Days for which people go on after the last fault."""
_DAYS_AT_MOST = 24
"""Days after which everything has come to rest: two windows of business days, and the photo's week."""
_TEXT_EVERY = 200
"""One run in so many keeps its cases as the text of rows."""


@dataclass
class Report:
    """What became of one run."""

    seed: int
    broken: list[Broken]
    struck: Counter[Fault]
    reached: Counter[str]
    calls: int
    passes: int
    cases: int
    seconds: float
    residue: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)


def simulate(seed: int, *, trace: bool = False, through_text: bool | None = None) -> Report:
    """Run one schedule; the same seed is the same run, with trace or without."""
    text = seed % _TEXT_EVERY == 0 if through_text is None else through_text
    world = World(seed, trace=trace, through_text=text)
    with watched(world):
        _live(world)
    return Report(
        seed=seed,
        broken=world.broken_ones,
        struck=world.weather.struck,
        reached=world.book.reached,
        calls=world.trouble.calls,
        passes=len(world.book.made),
        cases=len(world.storage.applications.ids()),
        seconds=world.loop.seconds,
        residue=world.book.residue,
        trace=world.trouble.trace or [],
    )


def _live(world: World) -> None:
    loop = world.loop
    town = Town(world)
    _populate(town)
    busy = world.dice.choice((0.5, 2.0, 5.0)) * _DAY
    try:
        loop.run(until=busy)
        if world.broken_ones:
            return
        world.calm = world.weather.calm and world.machines.alone
        world.trouble.say("from now on nothing goes wrong any more")
        world.trouble.clear_up()
        world.machines.clear_up()
        town.quiet = True
        loop.run(until=busy + _PATIENT * _DAY)
        world.trouble.say("nobody presses a button any more")
        world.readers.clear()
        end = _come_to_rest(world, busy + _PATIENT * _DAY)
        if not world.broken_ones:
            _ask(world, AT_REST)
        _probe(town)
        loop.run(until=end + 3600)
        if not world.broken_ones:
            _ask(world, AT_THE_VERY_END)
    finally:
        world.trouble.over = True
        loop.drain()


def _come_to_rest(world: World, start: float) -> float:
    """Let days pass until nobody but staff has anything left to do; the instant at which that was so."""
    end = start
    for _ in range(_DAYS_AT_MOST):
        end += _DAY
        world.loop.run(until=end)
        found = (world.storage.applications.peek(each) for each in world.storage.applications.ids())
        cases = [each.application for each in found if each is not None]
        resting = all(each.terminal or each.state in {State.IN_REVIEW, State.ATTENTION} for each in cases)
        resting = resting and not somebody_to_forget(world)
        if world.broken_ones or (resting and not world.storage.photos.blobs and _long_since(world)):
            break
    return end


def _long_since(world: World) -> bool:
    """Whether even a photo that nobody claimed would be gone, and no message is on its way."""
    return world.machines.messages == 0 and world.loop.seconds - world.last_put > 7200


def _ask(world: World, invariants: tuple[object, ...]) -> None:
    for each in invariants:
        for said in each(world):  # type: ignore[operator]  # functions of a world
            world.broken(each.__name__, said)  # type: ignore[attr-defined]


def _populate(town: Town) -> None:
    """Draw who does what in this run."""
    dice = town.dice
    applicants = Applicants(town)
    staff = Staff(town, applicants)
    holders = Holders(town, applicants)
    attackers = Attackers(town, applicants)
    lifters = Lifters(town)
    Murphy(town, applicants, staff)
    for oid in town.subjects:
        _refuse_mail(town, oid)
        _defer_mail(town, oid)
        _apply(town, oid, applicants, staff, holders)
        if dice.random() < 0.15:
            town.begin(attackers.steal(oid))
        if dice.random() < 0.15:
            town.begin(attackers.administer(oid))
        if dice.random() < 0.1:
            town.begin(holders.link(oid) if oid not in town.cards else holders.unlink(oid))
        if oid in town.cards and dice.random() < 0.1:
            town.begin(lifters.cut(oid))
    if dice.random() < 0.25:
        town.begin(attackers.forge())
    if dice.random() < 0.4:
        town.begin(lifters.lift())
    if dice.random() < 0.1:
        town.begin(lifters.freeze())
    if town.world.rules.surge != SurgeLimits():
        town.begin(Crowd(town).come())


def _apply(town: Town, oid: str, applicants: Applicants, staff: Staff, holders: Holders) -> None:
    """One way in, sometimes more, sometimes one of them twice."""
    dice = town.dice
    first = dice.choice(("website", "website", "form", "office", "card"))
    ways = {first, *(each for each in ("website", "form", "office", "card") if dice.random() < 0.15)}
    if "card" in ways:
        if oid not in town.cards:
            town.link(oid)
        town.begin(holders.verify(oid))
        if dice.random() < 0.2:
            town.begin(holders.press_past_the_door(oid))
    if "website" in ways:
        for nonce in ("1", "2")[: 2 if dice.random() < 0.1 else 1]:
            town.begin(applicants.apply_by_website(oid, nonce))
    if "form" in ways:
        town.begin(applicants.apply_by_form(oid, f"response-{oid}"))
    if "office" in ways:
        for nonce in ("1", "2")[: 2 if dice.random() < 0.15 else 1]:
            town.begin(staff.serve(oid, nonce))


def _refuse_mail(town: Town, oid: str) -> None:
    """Some addresses take no mail for some hours."""
    world, dice = town.world, town.dice
    if not world.weather.refused_mail or oid not in world.graph.accounts:
        return
    for address in world.facts(oid).addresses:
        if dice.random() < world.weather.refused_mail:
            start = dice.choice((0.0, 0.0, 20_000.0))
            world.mailer.refused[address.value] = (start, start + dice.uniform(600.0, 30_000.0))


def _defer_mail(town: Town, oid: str) -> None:
    """Where flags make people wait, the owner's notice is sometimes taken hours after the reviewers' mail."""
    world = town.world
    dice = Random(f"{world.seed} {oid}")
    if (
        world.rules.cooling_off_for == COOLING_OFF_FLAGS
        or oid not in world.graph.accounts
        or dice.random() < 0.4
    ):
        return
    until = dice.uniform(3600.0, 40_000.0)
    world.mailer.deferred.update((address.value, until) for address in world.facts(oid).addresses)


def _probe(town: Town) -> None:
    """Everybody applies once more."""
    for oid in town.subjects:
        town.begin(_apply_once_more(town, oid))


async def _apply_once_more(town: Town, oid: str) -> None:
    sent = submit_application.Submission(
        subject=oid,
        reason=Reason.OTHER,
        details="",
        language=Language.EN,
        contact_email="",
        photo=b"photo",
        nonce="once more",
        keep_doubts=True,
    )
    got = await town.press(lambda web: submit_application.submit_application(sent, web))
    if isinstance(got, submit_application.Accepted):
        town.world.probes[oid] = got.id
