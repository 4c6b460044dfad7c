"""Who lives in a run, and what they have in common: they wait, press buttons, press again when they see an error page."""

from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, Final

from shared.domain.accounts import AccountFacts, Address
from shared.domain.card import CardLink
from shared.domain.kinds import Role
from shared.ports import PortError
from shared.services.refusals import RefusedError
from shared.services.web_ports import WebPorts
from tests.fakes.memory_links import MemoryCardLinks
from tests.simulation.world import World
from tests.unit import people
from tests.unit.observed import CrashError

TYPED: Final = "typed@elsewhere.example"
"""An address that nobody has on file; whoever typed it reads it."""
_ROLES: Final = {
    "rei": (Role.REVIEWER,),
    "ren": (Role.REVIEWER,),
    "rei-too": (Role.REVIEWER,),
    "both": (Role.REVIEWER, Role.OPERATOR),
    "ope": (Role.OPERATOR,),
    "opa": (Role.OPERATOR,),
    "cleo": (Role.OFFICE_CLERK,),
    "clem": (Role.OFFICE_CLERK, Role.REVIEWER),
    "stray": (Role.OFFICE_CLERK,),
    "aud": (Role.AUDITOR,),
}
"""``rei-too`` is a second account of the person of ``rei``; the clerk ``stray`` belongs to no office."""


class Town:
    """The accounts, and what all people do alike."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dice: Random = world.dice
        self.subjects: list[str] = []
        self.attacked: set[str] = set()
        self.cards: dict[str, str] = {}
        self.quiet = False
        for oid, roles in _ROLES.items():
            groups = [people.CLERKS] if Role.OFFICE_CLERK in roles and oid != "stray" else []
            employee = "employee-rei" if oid == "rei-too" else f"employee-{oid}"
            world.graph.add(people.account(oid, groups=frozenset(groups), employee_id=employee))
        self._settle()

    def _settle(self) -> None:
        """One account, sometimes two; sometimes one that no pass may be made for, or a reviewer's own."""
        dice = self.dice
        for number in range(dice.choice((1, 1, 1, 1, 1, 2))):
            oid = "rei" if dice.random() < 0.06 and not number else f"student-{number + 1}"
            if oid != "rei":
                methods = [people.AUTHENTICATOR, people.NUMBER, people.PASSWORD]
                self.world.graph.add(self._account(oid), *(each for each in methods if dice.random() < 0.8))
            self.subjects.append(oid)
            if dice.random() < 0.1:
                self.link(oid)

    def _account(self, oid: str) -> AccountFacts:
        dice = self.dice
        differs: dict[str, object] = {
            "addresses": (
                Address(f"{oid}@home.example", own_mailbox=False),
                Address(f"{oid}@u.example", own_mailbox=True),
            )
        }
        if dice.random() < 0.12:
            differs |= dice.choice(
                (
                    {"enabled": False},
                    {"directory_roles": frozenset({"role-1"})},
                    {"groups": frozenset({people.PROTECTED_GROUP})},
                    {"addresses": ()},
                    {"in_pass_policy": False},
                    {"addresses": (Address(f"{oid}@u.example", own_mailbox=True),)},
                    {"affiliation": "Faculty of Others"},
                )
            )
        return people.account(oid, **differs)

    def link(self, oid: str) -> None:
        """A card that was linked beforehand; some links are young."""
        card = f"card-of-{oid}"
        age = self.dice.choice((30.0, 30.0, 6.9, 1.0)) * 86_400
        at = self.world.start.timestamp() - age
        link = CardLink(
            oid, card, "", self.world.start.fromtimestamp(at, self.world.start.tzinfo), f"{oid:0>32}"
        )
        done = MemoryCardLinks.link.__wrapped__(self.world.storage.card_links, link)  # type: ignore[attr-defined]
        try:
            done.send(None)
        except StopIteration:
            self.cards[oid] = card

    # --- what people do -------------------------------------------------------------------------------

    def begin(self, life: Coroutine[Any, Any, None]) -> None:
        """Somebody sets out to do something."""
        self.world.loop.create_task(self._live(life))

    async def _live(self, life: Coroutine[Any, Any, None]) -> None:
        try:
            await life
        except CrashError:
            return
        except Exception as error:  # noqa: BLE001 - shown as what it is
            self.world.unexpected(error)

    async def wait(self, shortest: float, longest: float) -> None:
        """Some time, short spans as likely as long ones."""
        span = shortest * (longest / shortest) ** self.dice.random()
        await self.world.loop.sleep(span)
        if self.world.trouble.over:
            raise CrashError

    def chance(self, probability: float) -> bool:
        """Whether it happens."""
        return self.dice.random() < probability

    async def press[T](self, act: Callable[[WebPorts], Coroutine[Any, Any, T]]) -> T | RefusedError | None:
        """Press a button, and again on an error page; None if it never worked."""
        for _ in range(3):
            try:
                return await self.world.machines.at_a_door(act)
            except RefusedError as error:
                self.world.trouble.say(f"           a door says {error.refusal.value}")
                return error
            except (PortError, CrashError):
                if self.world.trouble.over:
                    raise CrashError from None
                await self.wait(2.0, 60.0)
        return None

    def staff_token(self, oid: str) -> str:
        """The ID token of a session: mostly young, sometimes of a page that was left open too long."""
        roles = [each.value for each in _ROLES.get(oid, ())]
        age = self.dice.choice((0, 0, 0, 0, 0, 600, 600, 9000))
        at = self.world.now().timestamp() - age
        start = self.world.start.fromtimestamp(at, self.world.start.tzinfo)
        return self.world.tokens.make(oid, f"Name of {oid}", *roles, at=start)

    def roles_of(self, oid: str) -> frozenset[str]:
        """App roles of a member of staff."""
        return frozenset(each.value for each in _ROLES.get(oid, ()))
