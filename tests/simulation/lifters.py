"""Operators who open again what a "not me" closed, and who cut links of accounts and cards."""

from functools import partial
from typing import Final

from shared.domain.kinds import LiftReason, Role
from shared.domain.staff import StaffIdentity
from shared.services import watch_blocks
from tests.simulation.town import Town

_HOUR: Final = 3600.0


class Lifters:
    """They look at the list of blocked accounts now and then."""

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
        await town.press(partial(watch_blocks.lift_block, application, reason, staff, token))

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
