"""Inbox, due rows and hints in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from shared import names
from shared.adapters.tables_rows import key, text, time_key
from shared.domain.requests import Request
from shared.ports import ConflictError, Randomness, Wake
from shared.ports.telemetry import is_trace
from tests.fakes.hooks import Hooks, call
from tests.fakes.memory_cases import copied


class MemoryInbox:
    """The ports ``Inbox`` and ``InboxSweep``; rows are stamped with ``real_time``, as storage does."""

    port = "inbox"

    def __init__(
        self, hooks: Hooks, *, real_time: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.hooks = hooks
        self.real_time = real_time
        self._rows: dict[tuple[str, str], Request] = {}

    @call
    async def put(self, request: Request) -> None:
        name = (key(request.application), key(request.key))
        text(request.evidence)
        if name in self._rows:
            raise ConflictError("the slot is taken")
        trace = request.trace if is_trace(request.trace) else ""
        self._rows[name] = replace(copied(request), stamped_at=self.real_time(), trace=trace)

    @call
    async def waiting(self, application: str) -> list[Request]:
        return [copied(row) for name, row in sorted(self._rows.items()) if name[0] == application]

    @call
    async def everything(self) -> list[Request]:
        return [copied(row) for _, row in sorted(self._rows.items())]

    @call
    async def erase(self, requests: Sequence[Request]) -> None:
        for each in requests:
            self._rows.pop((each.application, each.key), None)

    def __len__(self) -> int:
        return len(self._rows)


class MemoryDueRows:
    """The port ``DueRows``."""

    port = "due"

    def __init__(self, hooks: Hooks, *, randomness: Randomness) -> None:
        self.hooks = hooks
        self._randomness = randomness
        self.rows: dict[str, Wake] = {}

    @call
    async def insert(self, at: datetime, application: str, lane: str) -> Wake:
        wake = Wake(at, key(application), f"{time_key(at)}-{self._randomness.token()[:16]}", lane)
        self.rows[wake.key] = wake
        return wake

    @call
    async def due(self, now: datetime) -> list[Wake]:
        return sorted(
            (wake for wake in self.rows.values() if wake.at <= now), key=lambda each: (each.at, each.key)
        )

    @call
    async def erase(self, wakes: Sequence[Wake]) -> None:
        for wake in wakes:
            self.rows.pop(wake.key, None)


class MemoryHints:
    """The port ``Hints``: what was sent and not yet taken, lane by lane, oldest first."""

    port = "hints"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self.lanes: dict[str, list[str]] = {lane: [] for lane in names.LANES}

    @call
    async def send(self, lane: str, application: str) -> None:
        if lane not in self.lanes:
            raise ValueError("there is no such lane")
        self.lanes[lane].append(application)

    def take(self, lane: str) -> str | None:
        """The oldest hint of a lane, taken out of it; None if the lane is empty."""
        return self.lanes[lane].pop(0) if self.lanes[lane] else None
