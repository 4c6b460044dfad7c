"""The host: one app, its triggers, its life from start to stop."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from aiohttp import web

from local.host.admin import AdminDoor
from local.host.host_json import HostOptions, read_host_json
from local.host.http_door import HttpDoor
from local.host.invocation import Invoker, settle
from local.host.keys import Keys
from local.host.metadata import (
    Function,
    HttpTrigger,
    IndexingError,
    QueueTrigger,
    TimerTrigger,
    is_disabled,
    resolve_settings,
)
from local.host.queue_listener import LEASE, QueueListener, QueuePair
from local.host.routes import RouteTable
from local.host.schedule import Schedule, ScheduleError
from local.host.storage import HostStorage
from local.host.timer_listener import TimerListener
from local.host.timer_record import CONTAINER, StatusBlob, TimerLock
from local.host.worker import FunctionWorker

log = logging.getLogger(__name__)

# A stop ends within eight seconds: functions finish, their messages are released, the app closes, its thread ends.
_FINISH_SECONDS = 4.5
_RELEASE_SECONDS = 6.0
_APP_STOP_SECONDS = 0.75
_FIRST_LOOK_SECONDS = 5.0


def system_clock() -> datetime:
    """Give the real time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class HostArguments:
    """What the command line says. `port` 0 takes a free one; `queue_lease` in whole seconds."""

    folder: Path
    keys: Keys
    port: int = 0
    inject: Callable[[], object] | None = None
    clock: Callable[[], datetime] = system_clock
    queue_lease: timedelta = LEASE


class Host:
    """Starts with `start`, ends with `stop`; both once."""

    def __init__(self, arguments: HostArguments, *, environment: Mapping[str, str]) -> None:
        """`environment` has the app's settings, connection strings among them."""
        self._arguments = arguments
        self._environment = environment
        self._worker = FunctionWorker(arguments.folder, inject=arguments.inject)
        self._storage = HostStorage(environment)
        self._queues: list[QueueListener] = []
        self._timers: list[TimerListener] = []
        self._queue_tasks: set[asyncio.Task[None]] = set()
        self._timer_tasks: set[asyncio.Task[None]] = set()
        self._invoker: Invoker | None = None
        self._runner: web.AppRunner | None = None
        self.functions: tuple[Function, ...] = ()
        self.port = 0

    async def start(self) -> None:
        """Index the app and listen.

        Raises IndexingError when the app cannot be run, OSError when the port is taken.
        """
        self.functions = await self._worker.start()
        options = read_host_json(self._arguments.folder, self._environment)
        self._worker.timeout = options.function_timeout
        self._invoker = Invoker(
            self._worker,
            storage=self._storage,
            environment=self._environment,
            base64_messages=options.queues.base64,
        )
        enabled = [f for f in self.functions if not is_disabled(f.name, self._environment)]
        routes = RouteTable(enabled, prefix=options.route_prefix)
        for function in enabled:
            self._add_listener(function, options, self._invoker)
        admin = AdminDoor(
            {f.name: f for f in self.functions},
            invoker=self._invoker,
            timers=self._timers,
            host_id=options.host_id,
        )
        door = HttpDoor(
            routes,
            keys=self._arguments.keys,
            invoker=self._invoker,
            admin=admin,
            environment=self._environment,
        )
        await self._listen(door.runner(stop_within=_FINISH_SECONDS))

    async def stop(self) -> bool:
        """Stop accepting, let what runs finish, release the rest; whether nothing was left behind."""
        for queue in self._queues:
            queue.stop(finish_within=_FINISH_SECONDS)
        for timer in self._timers:
            timer.stop()
        endings: list[Coroutine[None, None, None]] = [
            settle(self._queue_tasks, within=_RELEASE_SECONDS),
            settle(self._timer_tasks, within=_FINISH_SECONDS),
        ]
        if self._invoker is not None:
            endings.append(self._invoker.stop(within=_FINISH_SECONDS))
        if self._runner is not None:
            endings.append(self._runner.cleanup())
        await asyncio.gather(*endings)
        clean = await self._worker.stop(within=_APP_STOP_SECONDS)
        await self._storage.close()
        return clean

    async def _listen(self, runner: web.AppRunner) -> None:
        self._runner = runner
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._arguments.port)
        await site.start()
        self.port = int(runner.addresses[0][1])
        for queue in self._queues:
            self._watch(queue.run(), self._queue_tasks)
        for timer in self._timers:
            self._watch(timer.run(), self._timer_tasks)
        # Ready means: queues are there, timers have their lock; but a storage that is down does not stop the start.
        events = [*(q.has_looked for q in self._queues), *(t.has_looked for t in self._timers)]
        looks = [asyncio.create_task(event.wait()) for event in events]
        if looks:
            _, late = await asyncio.wait(looks, timeout=_FIRST_LOOK_SECONDS)
            for look in late:
                look.cancel()

    def _watch(self, listening: Coroutine[None, None, None], tasks: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(listening)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        task.add_done_callback(_report_fault)

    def _add_listener(self, function: Function, options: HostOptions, invoker: Invoker) -> None:
        match function.trigger:
            case QueueTrigger(queue=queue, connection=connection):
                name = resolve_settings(queue, self._environment)
                listener = QueueListener(
                    function,
                    QueuePair.of(name, partial(self._storage.queue, connection)),
                    options=options.queues,
                    invoker=invoker,
                    lease=self._arguments.queue_lease,
                )
                invoker.on_message_sent(name, listener.wake)
                self._queues.append(listener)
            case TimerTrigger(schedule=expression):
                self._timers.append(self._timer(function, expression, options.host_id, invoker))
            case HttpTrigger():
                pass  # the route table has it

    def _timer(self, function: Function, expression: str, host_id: str, invoker: Invoker) -> TimerListener:
        try:
            schedule = Schedule.parse(resolve_settings(expression, self._environment))
        except ScheduleError as error:
            raise IndexingError(f"function {function.name!r}: {error}") from error
        container = self._storage.container(CONTAINER)
        return TimerListener(
            function,
            schedule,
            clock=self._arguments.clock,
            lock=TimerLock(container, host_id=host_id, function=function.name),
            status_blob=StatusBlob(container, host_id=host_id, function=function.name),
            invoker=invoker,
        )


def _report_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("a listener ended: this is a fault of the local host", exc_info=error)
