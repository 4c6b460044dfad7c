"""Things that happen at the worst moment: beside a claim, a release, an issue, or the end of another application."""

from contextlib import suppress
from functools import partial
from typing import Final

from shared.domain.application import Application
from shared.domain.kinds import Channel
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import Request, RequestKind
from shared.domain.states import State
from shared.ports import ConflictError
from shared.services import act_on_own_case, answer_owner_notice, collect_pass
from shared.services.collect_pass import Collector
from shared.services.web_ports import WebPorts
from tests.simulation.applicants import Applicants
from tests.simulation.staff import Staff
from tests.simulation.town import Town
from tests.simulation.weather import Fault

_CHANCE: Final = 0.06
_FOUL: Final = 0.25
_FOULS: Final = (
    (Fault.PAUSE, False),
    (Fault.PAUSE, False),
    (Fault.LATE_AND_DEAD, False),
    (Fault.CRASH_AFTER, True),
    (Fault.LOST_ANSWER, True),
    (Fault.PAUSE, True),
)
"""What may happen to the very call that makes a pass, before its effect or after it."""


async def _put(row: Request, web: WebPorts) -> None:
    with suppress(ConflictError):
        await web.inbox.put(row)


class Murphy:
    """Looks at each change of a state, and sometimes lets somebody act within seconds of it."""

    def __init__(self, town: Town, applicants: Applicants, staff: Staff) -> None:
        self._town = town
        self._world = town.world
        self._applicants = applicants
        self._staff = staff
        self._again = 0
        town.world.lookers.append(self._look)

    def _look(self, case: Application) -> None:
        town = self._town
        if case.state is State.ISSUING and not town.quiet:
            self._foul(case)
        if (
            town.quiet
            or not case.subject
            or not town.chance(_CHANCE * (3 if case.state is State.ISSUING else 1))
        ):
            return
        match case.state:
            case State.ISSUING | State.ISSUED | State.APPROVED:
                acts = (self._stop, self._withdraw, self._foreign_pass, self._ask_again)
                if case.channel is Channel.IDENTITY_VERIFICATION:
                    acts = (self._stop, self._withdraw, self._foreign_pass, self._replay)
                town.begin(town.dice.choice(acts)(case))
            case (
                State.IN_REVIEW
                | State.HELD
                | State.COOLING_OFF
                | State.STOPPING
                | State.CANCELLED
                | State.REJECTED
            ):
                town.begin(town.dice.choice((self._stop, self._withdraw, self._apply_again))(case))
            case _:
                pass

    def _foul(self, case: Application) -> None:
        """The call that makes the pass goes wrong, and while it does somebody ends the case, or nobody does."""
        town, weather = self._town, self._world.weather
        fouls = [each for each in _FOULS if each[0] in weather.kinds]
        if not fouls or not weather.left or not town.chance(_FOUL):
            return
        kind, after = town.dice.choice(fouls)
        self._world.trouble.aim("passes", "create", kind, after=after)
        if town.chance(0.5):
            town.begin(town.dice.choice((self._stop, self._withdraw))(case))

    async def _stop(self, case: Application) -> None:
        await self._town.wait(0.05, 60.0)
        claims = LinkClaims(Purpose.NOT_ME, case.id, "owner", 1, self._world.now())
        await self._town.press(lambda web: answer_owner_notice.answer_not_mine(claims, web))

    async def _withdraw(self, case: Application) -> None:
        await self._town.wait(0.05, 60.0)
        await self._town.press(lambda web: act_on_own_case.withdraw(case.id, case.subject, web))

    async def _foreign_pass(self, case: Application) -> None:
        await self._town.wait(0.05, 200.0)
        if case.subject in self._world.graph.accounts:
            self._world.trouble.say(f"           an administrator makes a pass for {case.subject}")
            self._world.graph.make_foreign_pass(case.subject)

    async def _ask_again(self, case: Application) -> None:
        """The same person in two browsers."""
        if case.channel is Channel.IDENTITY_VERIFICATION:
            return
        await self._town.wait(0.05, 30.0)
        collector = Collector(case.subject, "session of the other browser", case.round)
        key = f"key of {collector.session}"
        ask = partial(collect_pass.ask_for_pass, case.id, collector, key)
        await self._town.press(ask)

    async def _replay(self, case: Application) -> None:
        """A process of web that was taken over writes the token that just passed through it once more, for another attempt."""
        for _ in range(3):
            await self._town.wait(1.0, 240.0)
            tokens = self._world.card_tokens._made
            found = self._world.storage.applications.peek(case.id)
            if not tokens or found is None:
                return
            verification = self._world.chance.token()
            body = {"public_key": "key of the forger", "session": "forger", "verification": verification}
            slot = found.application.attempts + 1
            row = Request(case.id, RequestKind.PICKUP, slot, self._world.now(), body, list(tokens)[-1])
            await self._town.press(partial(_put, row))

    async def _apply_again(self, case: Application) -> None:
        """Two more applications at the same moment."""
        await self._town.wait(0.05, 30.0)
        for _ in range(2):
            self._again += 1
            self._town.begin(self._applicants.apply_at_once(case.subject, f"again {self._again}"))
