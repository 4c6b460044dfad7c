"""The machines: processes of web and worker that start anew after they died, their timers, and the queues with leases."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from shared.ports import PortError
from shared.services.look_at import EndlessLookError, look_at
from shared.services.park_poison import park_poison
from shared.services.wake_due import wake_due
from shared.services.web_ports import WebPorts
from shared.services.worker_ports import WorkerPorts
from tests.simulation.processes import Process
from tests.simulation.weather import Fault
from tests.unit.observed import CrashError

if TYPE_CHECKING:
    from tests.simulation.world import World

_MINUTE: Final = 60.0
_TIMEOUT: Final = 600.0
"""``functionTimeout`` of host.json: a function that takes longer takes its process with it."""
_LEASE: Final = 600.0
"""How long a message is hidden while it is worked on; the host renews it, unless it is dead or stands still."""
_BACK: Final = 10.0
"""``visibilityTimeout`` of host.json: when a message comes back whose function failed."""
_STAYS: Final = 1200.0
"""What has been in the inbox for so long is looked at ever more rarely, to save time: some of it stays there for an operator."""
_TRIES: Final = 5
"""``maxDequeueCount`` of host.json."""


@dataclass(eq=False, slots=True)
class Message:
    """A queue message."""

    lane: str
    text: str
    poison: bool = False
    tries: int = 0
    done: bool = False


class Machines:
    """Everything that runs. ``web`` and ``workers`` are the processes that are alive now."""

    def __init__(self, world: "World", webs: int, workers: int) -> None:
        self._world = world
        self._loop = world.loop
        self._dice: Random = world.dice
        self.messages = 0
        self._gaps: list[tuple[float, float]] = []
        self._last_death = 0.0
        self._webs: list[tuple[Process, WebPorts]] = []
        self._workers: list[tuple[Process, WorkerPorts]] = []
        self._timers: dict[str, tuple[asyncio.Task[None], float]] = {}
        self._next_tick: dict[str, float] = {}
        self.alone = self._dice.random() < 0.7
        self._holder: Process | None = None
        for number in range(webs):
            self._start_web(f"web-{number + 1}")
        for number in range(workers):
            self._start_worker(f"worker-{number + 1}")

    # --- processes ------------------------------------------------------------------------------------

    def _process(self, name: str) -> Process:
        process = Process(name, self._loop, self._world.start)
        skew = self._world.weather.skew
        process.skew = self._dice.uniform(-skew, skew) if skew else 0.0
        return process

    def _start_web(self, name: str) -> None:
        process = self._process(name)
        self._webs.append((process, self._world.web_ports(process)))

    def _start_worker(self, name: str) -> None:
        process = self._process(name)
        if not self._workers:
            self._gaps.append((self._last_death, self._loop.seconds))
        self._workers.append((process, self._world.worker_ports(process)))
        self._timers.pop(name, None)
        self._tick_at(name, self._loop.seconds)

    def restart_dead(self) -> None:
        """The platform starts processes anew: after seconds, sometimes after hours."""
        for process in self._world.trouble.killed:
            down = self._dice.choice((1.0, 20.0, 90.0, 900.0, 7200.0)) if self._world.weather.left else 5.0
            start = self._start_web if process.name.startswith("web") else self._start_worker
            self._loop.at(self._loop.seconds + down, partial(start, process.name))
            self._webs = [each for each in self._webs if each[0] is not process]
            self._workers = [each for each in self._workers if each[0] is not process]
            if process.name.startswith("worker"):
                self._last_death = self._loop.seconds
        self._world.trouble.killed.clear()

    def somebody_since(self, seconds: float) -> bool:
        """Whether a worker that lives now has lived since then, and does not stand still."""
        now = self._loop.seconds
        return any(each.born <= seconds and each.still_until <= now for each, _ in self._workers)

    def nobody_between(self, start: float, end: float) -> bool:
        """Whether no worker lived for minutes within this span."""
        return any(min(end, over) - max(start, began) > 300.0 for began, over in self._gaps)

    def clear_up(self) -> None:
        """Clocks are right again, and nobody stands still."""
        for process, _ in (*self._webs, *self._workers):
            process.skew = 0.0

    async def at_a_door[T](self, act: Callable[[WebPorts], Coroutine[Any, Any, T]]) -> T:
        """Do something in a process of web; raises whatever it raises, ``CrashError`` if it died."""
        while not self._webs:
            await self._loop.sleep(5.0)
            if self._world.trouble.over:
                raise CrashError
        process, ports = self._dice.choice(self._webs)
        return await process.spawn(self._carried(act(ports)))

    async def at_a_worker(self, act: Callable[[WorkerPorts], Coroutine[Any, Any, None]]) -> None:
        """Do something in a process of the worker, if there is one."""
        if self._workers:
            process, ports = self._dice.choice(self._workers)
            await process.spawn(self._carried(act(ports)))

    async def _carried[T](self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await work
        finally:
            self.restart_dead()

    async def _worked(self, process: Process, work: Awaitable[object]) -> bool:
        """Do a function's work; whether it ended well. What is no error of a port is a fault of ours."""
        done = False
        try:
            await work
            done = True
        except* CrashError:
            pass
        except* (PortError, EndlessLookError) as errors:
            endless = errors.subgroup(EndlessLookError)
            if endless is not None:
                self._world.broken("no endless look", f"{process.name}: a look did not end")
            self._world.trouble.say(f"{process.name:10} failed: {errors.exceptions[0]!r:.120}")
        except* Exception as errors:  # noqa: BLE001 - shown as what it is
            self._world.unexpected(errors)
        self.restart_dead()
        return done

    # --- timers ---------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Something was stored that a timer will find."""
        for process, _ in self._workers:
            self._tick_at(process.name, self._loop.seconds)

    def due_at(self, at: datetime) -> None:
        """A due row was stored."""
        for process, _ in self._workers:
            away = (at - process.now()).total_seconds()
            self._tick_at(process.name, self._loop.seconds + max(0.0, away - 0.001))

    def _tick_at(self, name: str, seconds: float) -> None:
        """The timer of a worker is needed at an instant: it runs at the next whole minute after it."""
        at = math.ceil((seconds + 0.001) / _MINUTE) * _MINUTE
        if self._next_tick.get(name, math.inf) <= at:
            return
        self._next_tick[name] = at
        self._loop.at(at, lambda: self._tick(name, at))

    def _tick(self, name: str, at: float) -> None:
        if self._world.trouble.over or self._next_tick.get(name) != at:
            return
        del self._next_tick[name]
        found = next(((process, ports) for process, ports in self._workers if process.name == name), None)
        if found is None:
            return  # its successor begins with a tick
        process, ports = found
        running = self._timers.get(name)
        if running is not None and not running[0].done():
            if self._loop.seconds - running[1] > _TIMEOUT and process.still_until <= self._loop.seconds:
                self._time_out(process)
                return
        elif self._may_tick(process) and self._needed(process):
            task = process.spawn(self._run_timer(process, ports))
            self._timers[name] = (task, self._loop.seconds)
        self._plan(process)

    async def _run_timer(self, process: Process, ports: WorkerPorts) -> None:
        await self._worked(process, wake_due(ports))
        self._plan(process)

    def _may_tick(self, process: Process) -> bool:
        """The platform lets one process run the timer, by a lease that a dead or frozen one loses; in some runs all do."""
        holder = self._holder
        if not self.alone or holder is None or holder.dead or holder.still_until > self._loop.seconds:
            self._holder = holder = process
        return holder is process

    def _needed(self, process: Process) -> bool:
        now = process.now()
        storage = self._world.storage
        return bool(len(storage.inbox)) or any(each.at <= now for each in storage.due_rows.rows.values())

    def _plan(self, process: Process) -> None:
        """When this worker's timer will find something: in a minute while the inbox holds anything, else at the next due row."""
        storage = self._world.storage
        if len(storage.inbox):
            age = self._loop.seconds - self._world.last_put
            self._tick_at(process.name, self._loop.seconds + (age / 10 if age > _STAYS else 0.0))
        first = min((each.at for each in storage.due_rows.rows.values()), default=None)
        if first is not None:
            away = (first - process.now()).total_seconds()
            self._tick_at(process.name, self._loop.seconds + max(0.0, away - 0.001))

    def _time_out(self, process: Process) -> None:
        self._world.weather.strike(Fault.TIMED_OUT)
        self._world.trouble.kill(process, "function timeout")
        self.restart_dead()

    # --- queues ---------------------------------------------------------------------------------------

    def deliver(self, lane: str, text: str) -> None:
        """A message was sent: it is delivered at least once (if it is not lost), in any order."""
        weather, dice = self._world.weather, self._dice
        if weather.lost and dice.random() < weather.lost:
            self._world.trouble.say(f"a message of {lane} is lost")
            weather.strike(Fault.LOST_HINT)
            return
        wait = dice.random() * 2.0
        if weather.delayed and dice.random() < weather.delayed:
            weather.strike(Fault.DELAYED)
            wait += 3600.0 ** dice.random()
        self._deliver_in(wait, Message(lane, text))
        if weather.doubled and dice.random() < weather.doubled:
            weather.strike(Fault.DOUBLED)
            self._deliver_in(wait + dice.random() * 2.0, Message(lane, text))

    def _deliver_in(self, wait: float, message: Message) -> None:
        self.messages += 1
        self._loop.at(self._loop.seconds + wait, lambda: self._take(message))

    def _take(self, message: Message) -> None:
        self.messages -= 1
        if message.done or self._world.trouble.over:
            return
        able = [each for each in self._workers if each[0].still_until <= self._loop.seconds]
        if not able:
            self._deliver_in(5.0, message)
            return
        message.tries += 1
        if message.tries > _TRIES:
            self._give_up(message)
            return
        process, ports = self._dice.choice(able)
        task = process.spawn(self._handle(process, ports, message))
        self._loop.at(self._loop.seconds + _LEASE, lambda: self._lease_over(message, process, task))

    async def _handle(self, process: Process, ports: WorkerPorts, message: Message) -> None:
        tries = message.tries
        if message.poison:
            self._world.trouble.say(f"{process.name:10} takes poison of {message.lane}")
            work: Awaitable[object] = park_poison(message.lane, message.text, ports)
        else:
            self._world.trouble.say(f"{process.name:10} takes {message.lane} {message.text[:6]}")
            work = look_at(message.text, ports)
        done = await self._worked(process, work)
        if process.dead or message.tries != tries:
            return  # the message comes back when its lease is over, or is with somebody else already
        if done:
            message.done = True
        else:
            self._deliver_in(_BACK, message)

    def _lease_over(self, message: Message, process: Process, task: "asyncio.Task[None]") -> None:
        """The host renews leases while it lives; a dead one, or one that stands still, loses them."""
        if message.done or self._world.trouble.over:
            return
        if task.done() and not process.dead:
            return  # it failed and came back by itself
        if not process.dead:
            self._world.weather.strike(Fault.LEASE_LOST)
            if process.still_until <= self._loop.seconds and self._dice.random() < 0.5:
                self._time_out(process)
        self._deliver_in(0.0, message)

    def _give_up(self, message: Message) -> None:
        """Too many tries: to the poison queue; what fails there too is gone."""
        if message.poison:
            return
        self._world.trouble.say(f"a message of {message.lane} is poison")
        self._deliver_in(1.0, Message(message.lane, message.text, poison=True))
