"""Processes that die, stand still and have wrong clocks, and what happens at each call of a port."""

import asyncio
from collections.abc import Awaitable, Coroutine
from contextvars import Context, ContextVar
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from shared.ports import ForbiddenError, UnavailableError, UnknownOutcomeError
from tests.fakes.hooks import Hooks
from tests.simulation.loop import VirtualLoop
from tests.simulation.weather import Fault, Weather
from tests.unit.observed import CrashError

_GRAPH: Final = frozenset({"directory", "methods", "passes", "sessions"})
_KEYS: Final = frozenset({"staff_tokens", "card_tokens", "fresh_sign_ins", "form_tokens", "photo_lab"})
_ONCE: Final = frozenset(
    {
        ("applications", "save"),
        ("card_links", "link"),
        ("card_links", "unlink"),
        ("passes", "create"),
        ("mailer", "send"),
    }
)
"""Calls whose lost answer is told as such (see ``shared/adapters``); after all others it is safe to call again."""


_BEYOND: Final = (175.0, 560.0)
_TIMEOUT: Final = 600.0
"""Seconds that reach beyond the deadline of a claim, and not to the function timeout: the process lives to see what it did."""


class Process:
    """One process of web or worker. A dead one never does anything again; its successor is another object."""

    def __init__(self, name: str, loop: VirtualLoop, start: datetime) -> None:
        self.name = name
        self.skew = 0.0
        self.dead = False
        self.born = loop.seconds
        self.still_until = 0.0
        self.doomed = ("", "")
        self._loop = loop
        self._start = start
        self._said = (-1.0, start)
        self.context = Context()
        self.context.run(PROCESS.set, self)

    def now(self) -> datetime:
        """What its clock says: the port ``Clock``."""
        seconds = self._loop.seconds + self.skew
        if self._said[0] != seconds:
            self._said = (seconds, self._start + timedelta(seconds=seconds))
        return self._said[1]

    def spawn[T](self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start something in this process."""
        return self._loop.create_task(work, context=self.context.copy())


PROCESS: ContextVar[Process] = ContextVar("process")
"""Whose task this is."""
OF_THE_CROWD: ContextVar[bool] = ContextVar("of_the_crowd", default=False)
"""Whether it takes a place among the passes for somebody of whom there is no case."""


class Trouble(Hooks):
    """Delays every call of a port, and lets it fail as the weather has it; a call of a dead process never arrives."""

    def __init__(self, loop: VirtualLoop, dice: Random, weather: Weather, start: datetime) -> None:
        super().__init__()
        self.loop = loop
        self.weather = weather
        self.over = False
        self.calls = 0
        self.last_strike = -1.0
        self.stalled_until = -1.0
        self.trace: list[str] | None = None
        self.killed: list[Process] = []
        self._dice = dice
        self._start = start
        self._beyond = False
        self._aims: dict[tuple[str, str, bool], Fault] = {}
        self._outages: dict[str, float] = {}
        self.outages: list[tuple[float, float]] = []
        self.before = self._before
        self.after = self._after

    def say(self, text: str) -> None:
        """Write a line of the trace, if one is kept."""
        if self.trace is not None:
            at = self._start + timedelta(seconds=self.loop.seconds)
            self.trace.append(f"{at:%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}  {text}")

    def kill(self, process: Process, why: str) -> None:
        """The process dies now, with everything that it was doing."""
        process.dead = True
        self.killed.append(process)
        self.say(f"{process.name:10} DIES: {why}")

    def _before(self, port: str, method: str) -> Awaitable[None] | None:
        process = PROCESS.get()
        if process.dead or self.over:
            raise CrashError
        self.calls += 1
        dice, weather = self._dice, self.weather
        pause = dice.random() * 0.2
        if weather.left:
            kind = self._fault_at(port, method, after=False)
            if kind is not None:
                pause += self._strike(kind, process, port, method)
        if self._passed(process, pause):
            self._arrive(process, port, method)
            return None
        return self._arrive_later(process, port, method, self.loop.seconds + pause)

    def aim(self, port: str, method: str, kind: Fault, *, after: bool) -> None:
        """The next call of this method is struck, before its effect or after it: the worst moments are rare by chance alone."""
        self._aims[port, method, after] = kind

    def _fault_at(self, port: str, method: str, *, after: bool) -> Fault | None:
        if self._aims:
            aimed = self._aims.pop((port, method, after), None)
            if aimed is not None:
                self._beyond = self.weather.longest_pause > _TIMEOUT and self._dice.random() < 0.5
                return aimed
        focus = self.weather.focus
        struck = (not focus or port in focus) and self._dice.random() < self.weather.rate
        return self._pick() if struck else None

    async def _arrive_later(self, process: Process, port: str, method: str, at: float) -> None:
        await self._until(process, at)
        self._arrive(process, port, method)

    def _arrive(self, process: Process, port: str, method: str) -> None:
        if self._outages and self._down(port):
            self.say(f"{process.name:10} {port}.{method}: not available")
            raise UnavailableError("an outage")
        if self.trace is not None:
            self.say(f"{process.name:10} {port}.{method}")

    def _after(self, port: str, method: str) -> Awaitable[None] | None:
        process = PROCESS.get()
        if process.dead or self.over:
            raise CrashError
        dice, weather = self._dice, self.weather
        pause = 0.0
        if process.doomed == (port, method):
            self.last_strike = self.loop.seconds
            self.kill(process, f"after {port}.{method}")
            raise CrashError
        if weather.left:
            kind = self._fault_at(port, method, after=True)
            if kind is Fault.CRASH_AFTER:
                self._hit(kind)
                self.kill(process, f"after {port}.{method}")
                raise CrashError
            if kind is Fault.LOST_ANSWER and port not in _KEYS:
                self._hit(kind)
                self.say(f"{process.name:10} {port}.{method}: the answer is lost")
                if (port, method) in _ONCE:
                    raise UnknownOutcomeError("no answer")
                raise UnavailableError("no answer")
            if kind is Fault.PAUSE:
                self._hit(kind)
                pause = self._span(process, f"in the answer of {port}.{method}")
        pause += dice.random() * 0.05
        return None if self._passed(process, pause) else self._until(process, self.loop.seconds + pause)

    def _passed(self, process: Process, pause: float) -> bool:
        """Let a pause pass if nobody has anything to do meanwhile: most of the speed."""
        at = self.loop.seconds + pause
        return process.still_until <= at and self.loop.goes_on(at)

    async def _until(self, process: Process, at: float) -> None:
        """Come back at an instant, or when the process no longer stands still; never, if it died meanwhile."""
        await self.loop.until(max(at, process.still_until))
        while process.still_until > self.loop.seconds and not self.over:
            await self.loop.until(process.still_until)
        if process.dead or self.over:
            raise CrashError

    def _pick(self) -> Fault | None:
        kinds = self.weather.kinds
        return self._dice.choices(list(kinds), list(kinds.values()))[0] if kinds else None

    def _hit(self, kind: Fault) -> None:
        self.weather.left -= 1
        self.weather.strike(kind)
        self.last_strike = self.loop.seconds

    def _strike(self, kind: Fault, process: Process, port: str, method: str) -> float:
        """Something goes wrong before the call arrives; returns by how many seconds it is late."""
        match kind:
            case Fault.CRASH_BEFORE:
                self._hit(kind)
                self.kill(process, f"before {port}.{method}")
                raise CrashError
            case Fault.UNAVAILABLE:
                self._hit(kind)
                self.say(f"{process.name:10} {port}.{method}: refused for now")
                raise UnavailableError("not now", self._dice.choice((None, None, 5.0, 120.0)))
            case Fault.FORBIDDEN if port in _GRAPH or (port, method) == ("mailer", "send"):
                self._hit(kind)
                self.say(f"{process.name:10} {port}.{method}: refused for good")
                raise ForbiddenError("never")
            case Fault.PAUSE:
                self._hit(kind)
                return self._span(process, f"before {port}.{method}")
            case Fault.LATE_AND_DEAD:
                self._hit(kind)
                process.doomed = (port, method)
                return self._span(process, f"before {port}.{method}")
            case Fault.FREEZE:
                self._hit(kind)
                process.still_until = self.loop.seconds + self._span(process, "as a whole")
            case Fault.OUTAGE:
                self._hit(kind)
                what = self._dice.choice(("graph", "mail", "storage"))
                self._outages[what] = self.loop.seconds + self._dice.uniform(30, 3 * 3600)
                self.outages.append((self.loop.seconds, self._outages[what]))
                self.say(f"outage of {what}")
            case Fault.CLOCK_JUMP if self.weather.skew:
                self._hit(kind)
                process.skew = self._dice.uniform(-self.weather.skew, self.weather.skew)
                self.say(f"{process.name:10} its clock is wrong by {process.skew:.0f} s")
            case _:
                pass
        return 0.0

    def _span(self, process: Process, where: str) -> float:
        """How long a pause is: anything from a second to the longest, short ones as likely as long ones."""
        longest = self.weather.longest_pause
        span = float(longest ** self._dice.random())
        if self._beyond:
            self._beyond = False
            span = self._dice.uniform(*_BEYOND)
        self.stalled_until = max(self.stalled_until, self.loop.seconds + span)
        self.say(f"{process.name:10} stands still for {span:.0f} s, {where}")
        return span

    def _down(self, port: str) -> bool:
        what = "graph" if port in _GRAPH else "mail" if port == "mailer" else "storage"
        if port in _KEYS:
            return False
        return self._outages.get(what, 0.0) > self.loop.seconds

    @property
    def outage(self) -> bool:
        """Whether something is out of order now, or was during the last half hour."""
        return any(end > self.loop.seconds - 1800.0 for end in self._outages.values())

    def clear_up(self) -> None:
        """From now on everything works."""
        self.weather.clear_up()
        self._outages = dict.fromkeys(self._outages, self.loop.seconds)
