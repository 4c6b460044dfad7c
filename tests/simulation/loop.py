"""An event loop whose time is a number: nothing waits, everything happens in an order that the seed decides.

The services run on it as they are, with ``asyncio.TaskGroup``, ``gather`` and ``Semaphore``. Time goes on only when nothing
can run at the present instant. Whoever waits alone does not even leave the stack: that is most of the speed.
"""

import asyncio
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from functools import partial
from heapq import heappop, heappush
from typing import Any

type _Call = tuple[Callable[..., object], tuple[object, ...], Context | None]


def _come_back(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)


class VirtualLoop(asyncio.AbstractEventLoop):
    """Runs tasks in virtual time; ``seconds`` is the present, counted from the start of the run."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.stopped = False
        self.errors: list[BaseException] = []
        self._ready: deque[_Call] = deque()
        self._later: list[tuple[float, int, Callable[[], object]]] = []
        self._number = 0

    # --- what asyncio asks of a loop ------------------------------------------------------------------

    def call_soon(  # type: ignore[override]  # no handle: nothing here is ever cancelled through one
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> None:
        """Run it at the present instant, after what is ready already."""
        self._ready.append((callback, args, context))

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task[T](  # type: ignore[override]  # the few arguments that are used
        self, coro: Coroutine[Any, Any, T], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[T]:
        """Start a task at the present instant."""
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def get_debug(self) -> bool:
        """No debugging: it would take most of the time."""
        return False

    def time(self) -> float:
        """Virtual seconds."""
        return self.seconds

    def is_running(self) -> bool:
        """It runs whenever anybody can ask."""
        return True

    def is_closed(self) -> bool:
        """It is never closed."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """A task that nobody awaited ended in an error."""
        error = context.get("exception")
        if error is not None:
            self.errors.append(error)

    # --- time -----------------------------------------------------------------------------------------

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        """Call ``act`` at an instant; of two at the same one the first asked for comes first."""
        self._number += 1
        heappush(self._later, (max(seconds, self.seconds), self._number, act))

    def goes_on(self, seconds: float) -> bool:
        """Let time go on to an instant, if nobody has anything to do before; whether it did."""
        if self._ready or (self._later and self._later[0][0] <= seconds):
            return False
        self.seconds = seconds
        return True

    async def until(self, seconds: float) -> None:
        """Come back at an instant. If nobody else has anything to do before, time just goes on."""
        if seconds <= self.seconds or self.goes_on(seconds):
            return
        waiter = self.create_future()
        self.at(seconds, partial(_come_back, waiter))
        await waiter

    async def sleep(self, seconds: float) -> None:
        """Come back after a span."""
        await self.until(self.seconds + seconds)

    def run(self, *, until: float) -> None:
        """Run everything that happens up to an instant."""
        before = events._get_running_loop()
        events._set_running_loop(self)
        try:
            self._run(until)
        finally:
            events._set_running_loop(before)

    def _run(self, until: float) -> None:
        ready, later = self._ready, self._later
        while not self.stopped:
            while ready:
                callback, args, context = ready.popleft()
                if context is None:
                    callback(*args)
                else:
                    context.run(callback, *args)
            if not later or later[0][0] > until:
                self.seconds = max(self.seconds, until)
                return
            self.seconds, _, act = heappop(later)
            act()

    def drain(self) -> None:
        """Let whoever still waits come back at once, to find that the run is over."""
        before = events._get_running_loop()
        events._set_running_loop(self)
        self.stopped = False
        try:
            while self._later or self._ready:
                self._run(self._later[0][0] if self._later else self.seconds)
        finally:
            events._set_running_loop(before)
