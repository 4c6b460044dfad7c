"""Operators who open again what a "not me" closed, cut links of accounts and cards, and freeze the making of passes."""

from functools import partial
from typing import Final

from shared.domain.freezing import FREEZE_ID, FreezeReason
from shared.domain.kinds import LiftReason, Role
from shared.domain.staff import StaffIdentity
from shared.services import set_freeze, watch_blocks
from tests.simulation.town import Town

_HOUR: Final = 3600.0
_TURNS: Final = 20


class Lifters:
    """They look at the console now and then."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._world = town.world

    async def lift(self) -> None:
        """Find out who is blocked, and lift it; sometimes somebody tries who is no operator, or with a page of yesterday."""
        town = self._town
        for _ in range(2):
            await town.wait(_HOUR, 60 * _HOUR)
            oid = town.dice.choice(("ope", "opa", "both", "rei"))
            staff = StaffIdentity(oid, f"Name of {oid}", town.roles_of(oid))
            blocked = await town.press(partial(watch_blocks.list_blocked, staff))
            if not isinstance(blocked, list):
                continue
            for each in blocked:
                await self._lift(each.application, staff)

    async def _lift(self, application: str, staff: StaffIdentity) -> None:
        town = self._town
        found = self._world.storage.applications.peek(application)
        subject = found.application.subject if found else ""
        token = town.staff_token(staff.oid)
        if Role.OPERATOR.value in staff.roles:
            self._world.book.clicks.add(("lift", subject, 0, staff.oid))
        reason = town.dice.choice(list(LiftReason))
        lock = self._world.storage.locks._rows.get(subject)
        seen = lock.blocked_by if lock is not None else ()
        await town.press(partial(watch_blocks.lift_block, application, reason, staff, token, seen=seen))

    async def freeze(self) -> None:
        """Turn the switch, and turn it back after some time, however often that must be tried."""
        town = self._town
        await town.wait(10.0, 40 * _HOUR)
        await self._turn(town.dice.choice(("ope", "both", "rei")), FreezeReason.SUSPECTED_ATTACK)
        await town.wait(60.0, 10 * _HOUR)
        for _ in range(_TURNS):
            if not self._world.storage.switches._switch.frozen:
                return
            await self._turn(town.dice.choice(("opa", "both")), FreezeReason.CLEARED)
            await town.wait(600.0, 2 * _HOUR)

    async def _turn(self, oid: str, reason: FreezeReason) -> None:
        town, freeze = self._town, reason is not FreezeReason.CLEARED
        number = self._world.storage.switches._switch.number
        if Role.OPERATOR in town.roles_of(oid):
            self._world.book.clicks.add(("freeze" if freeze else "thaw", FREEZE_ID, 0, oid))
        act = partial(
            set_freeze.ask_to_turn, freeze=freeze, number=number, reason=reason, token=town.staff_token(oid)
        )
        await town.press(lambda web: act(ports=web))

    async def cut(self, oid: str) -> None:
        """Remove the link of an account with a card, seen from one of its cases."""
        town = self._town
        await town.wait(_HOUR, 60 * _HOUR)
        names = self._world.storage.applications.ids()
        found = [self._world.storage.applications.peek(each) for each in names]
        mine = [each.application.id for each in found if each is not None and each.application.subject == oid]
        if not mine:
            return
        who = town.dice.choice(("ope", "opa", "rei"))
        staff = StaffIdentity(who, f"Name of {who}", town.roles_of(who))
        await town.press(partial(watch_blocks.cut_link, mine[0], staff, town.staff_token(who)))
