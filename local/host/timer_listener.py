"""Timer trigger: runs a function when its schedule says so, on the business clock.

Rules of azure-webjobs-sdk-extensions (TimerListener, ScheduleMonitor): one host at a time; no overlap; one run,
told so, when no host was there at the due time; the next time is computed from the time of the run.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from local.host.invocation import Invoker
from local.host.metadata import Function, TimerTrigger
from local.host.protos import TypedData
from local.host.schedule import Schedule
from local.host.storage import STORAGE_ERRORS
from local.host.timer_record import NEVER, StatusBlob, TimerLock, TimerStatus

log = logging.getLogger(__name__)

# The business clock can be moved at any moment, so a timer looks at it again at least this often (real time).
_LONGEST_SLEEP = 1.0


class TimerListener:
    """Runs one timer function."""

    def __init__(
        self,
        function: Function,
        schedule: Schedule,
        *,
        clock: Callable[[], datetime],
        lock: TimerLock,
        status_blob: StatusBlob,
        invoker: Invoker,
    ) -> None:
        """`clock` answers the business now (aware, UTC)."""
        self._function = function
        self._schedule = schedule
        self._clock = clock
        self._lock = lock
        self._invoker = invoker
        self._blob = self._monitoring_blob(status_blob)
        self._status: TimerStatus | None = None
        self._owed: str | None = None
        self._has_begun = False
        self._turn = asyncio.Lock()
        self._stopping = asyncio.Event()
        self.has_looked = asyncio.Event()

    @property
    def name(self) -> str:
        """The function's name."""
        return self._function.name

    async def run(self) -> None:
        """Watch the clock until `stop`. `has_looked` is set after the first look, good or bad."""
        keeping = asyncio.create_task(self._lock.keep(self._stopping))
        try:
            while not self._stopping.is_set():
                try:
                    await self._run_if_due()
                except STORAGE_ERRORS as error:
                    log.warning(
                        "timer storage failed: %s", type(error).__name__, extra={"fields": self._fields()}
                    )
                self.has_looked.set()
                await self._sleep()
        finally:
            self._stopping.set()
            await keeping
            await self._lock.release()

    async def settle(self) -> bool:
        """Run the timer if it is due, and wait for a run under way; whether there was a run."""
        was_running = self._turn.locked()
        return await self._run_if_due() or was_running

    def stop(self) -> None:
        """Begin no further run."""
        self._stopping.set()

    def _monitoring_blob(self, blob: StatusBlob) -> StatusBlob | None:
        trigger = self._function.trigger
        wanted = isinstance(trigger, TimerTrigger) and trigger.use_monitor
        return blob if wanted and not self._schedule.is_too_frequent_to_monitor(self._clock()) else None

    async def _sleep(self) -> None:
        pause = _LONGEST_SLEEP
        if self._status is not None:
            pause = min(max((self._status.next - self._clock()).total_seconds(), 0.01), _LONGEST_SLEEP)
        try:
            async with asyncio.timeout(pause):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _run_if_due(self) -> bool:
        async with self._turn:
            if self._stopping.is_set():
                return False
            if not await self._lock.hold():
                self._status = None  # another host may run it meanwhile: read again what storage remembers
                return False
            now = self._clock()
            if self._status is None:
                await self._begin(now)
            elif now < self._status.last_updated - timedelta(seconds=1):
                await self._set_status(self._reckoned_anew(now))  # the clock was moved back
            if self._status is None or (self._owed is None and now < self._status.next):
                return False
            self.has_looked.set()  # the host need not wait for the run itself to be ready
            await self._run(now, self._status, past_due=self._owed == "past due")
            return True

    async def _begin(self, now: datetime) -> None:
        """Compare what storage remembers with the clock: that decides whether a run is owed at the start."""
        recorded = await self._blob.read() if self._blob is not None else None
        trigger = self._function.trigger
        if isinstance(trigger, TimerTrigger) and trigger.run_on_startup and not self._has_begun:
            self._owed = "start"
        self._has_begun = True
        rescheduled = recorded and self._schedule.next(recorded.last_updated) != recorded.next
        if recorded is None or rescheduled or now < recorded.last_updated:
            await self._set_status(self._reckoned_anew(now))
            return
        self._status = recorded
        if now > recorded.next:
            self._owed = "past due"

    def _reckoned_anew(self, now: datetime) -> TimerStatus:
        last = NEVER if self._status is None else min(self._status.last, now)
        return TimerStatus(last=last, next=self._schedule.next(now), last_updated=now)

    async def _run(self, now: datetime, status: TimerStatus, *, past_due: bool) -> None:
        self._owed = None
        payload = {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": None if self._blob is None else status.to_json(),
            "IsPastDue": past_due,
        }
        try:
            await self._invoker.invoke(self._function, TypedData(json=json.dumps(payload)))
        finally:
            # Also after a failure: a timer's failed run is not repeated.
            await self._set_status(TimerStatus(last=now, next=self._schedule.next(now), last_updated=now))

    async def _set_status(self, status: TimerStatus) -> None:
        self._status = status
        if self._blob is not None:
            try:
                await self._blob.write(status)
            except STORAGE_ERRORS as error:
                log.warning("status not written: %s", type(error).__name__, extra={"fields": self._fields()})

    def _fields(self) -> dict[str, object]:
        return {"function": self._function.name}
