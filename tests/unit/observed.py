"""Eyes and hands between the use cases and the fakes: counts calls, injects faults, holds what must hold at every moment."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.mails import MailState
from shared.domain.states import State
from shared.ports import Snapshot, Wake
from tests.fakes.memory_storage import MemoryStorage

_WRITES = {("applications", "save"), ("applications", "mark_mails"), ("due", "erase")}

_SOON = timedelta(minutes=1)
"""What should have happened already but could not is tried again then."""
_IN_PROGRESS = timedelta(minutes=11)
"""What a worker is doing now is looked for again when that worker surely lives no more."""


class CrashError(BaseException):
    """The process died here: nothing catches it."""


class UnguardedError(BaseException):
    """Something is left to do and nobody will come; nothing catches it, so that a test sees it."""


@dataclass
class Fault:
    """What goes wrong: at calls of this port and method, ``times`` times, after ``skip`` calls went well.

    ``after`` False: the call never arrived; True: it did its work and the answer got lost.
    """

    port: str
    method: str
    error: BaseException
    times: int = 1_000_000
    after: bool = False
    skip: int = 0

    def meets(self, port: str, method: str, *, after: bool) -> bool:
        """Whether this call fails; counts it."""
        if (port, method, after) != (self.port, self.method, self.after) or self.times == 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Observer:
    """Hooks into every port of a world.

    Attributes:
        calls: Every call so far, as (port, method).
        faults: What goes wrong.
        fail_at: Number of the call (from 1) that fails, and whether after its effect.
        fails_with: What it raises; ``CrashError`` is the death of the process.
        failures: How often that happened.
        between: Called before every call; a test may do there what somebody else does in the meantime.
    """

    storage: MemoryStorage
    now: Callable[[], datetime]
    calls: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    fail_at: tuple[int, bool] | None = None
    fails_with: type[BaseException] = CrashError
    failures: int = 0
    between: Callable[[str, str], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        """Take over the hooks."""
        self.storage.hooks.before = self.before
        self.storage.hooks.after = self.after

    async def before(self, port: str, method: str) -> None:
        """Count, then fail if it was planned."""
        self.calls.append((port, method))
        if self.between is not None:
            await self.between(port, method)
        self._fail(port, method, after=False)

    async def after(self, port: str, method: str) -> None:
        """Look at the storage, then fail if it was planned."""
        if (port, method) in _WRITES:
            self.check()
        self._fail(port, method, after=True)

    def _fail(self, port: str, method: str, *, after: bool) -> None:
        if self.fail_at == (len(self.calls), after):
            self.fail_at = None
            self.failures += 1
            raise self.fails_with(f"{'after' if after else 'before'} {port}.{method}")
        for fault in self.faults:
            if fault.meets(port, method, after=after):
                raise fault.error.with_traceback(
                    None
                )  # the same one again, without where it was raised before

    def meanwhile(self, port: str, method: str, act: Callable[[], Awaitable[object]]) -> None:
        """Before the next call of this port and method somebody else does something, once."""

        async def between(called: str, by: str) -> None:
            if (called, by) == (port, method):
                self.between = None
                await act()

        self.between = between

    def check(self) -> None:
        """Nothing that is to be done is ever without a due row that will bring somebody to it in time."""
        for name in self.storage.applications.ids():
            snapshot = self.storage.applications.peek(name)
            assert snapshot is not None
            rows = [each for each in self.storage.due_rows.rows.values() if each.application == name]
            try:
                check_guarded(snapshot, rows, self.now())
                heads = [each.number for each in self.storage.heads.peek(name)]
                check_head_guarded(snapshot, max(heads, default=0), rows, self.now())
            except AssertionError as error:
                raise UnguardedError(str(error)) from error


def check_head_guarded(snapshot: Snapshot, kept: int, rows: list[Wake], now: datetime) -> None:
    """Fail unless a due row will come in time for the head that this case still owes."""
    case = snapshot.application
    if not case.chain or kept >= case.events or case.audit_differed:
        return
    first = min((each.at for each in rows), default=None)
    assert first is not None, f"{case.state}: a head is owed, and nobody comes"
    assert first <= now + _IN_PROGRESS, f"{case.state}: the head that is owed waits until {first}"


def check_guarded(snapshot: Snapshot, rows: list[Wake], now: datetime) -> None:
    """Fail unless a due row will come in time for whatever this case still needs.

    A parked case whose operators were told waits for a human and for no clock.
    """
    case = snapshot.application
    first = min((each.at for each in rows), default=None)
    clock_moves = not case.terminal and case.state is not State.ATTENTION
    if clock_moves:
        assert first is not None, f"{case.state} has no due row"
    owed = [each for each in snapshot.mails if each.state is MailState.OWED]
    at_work = case.state is State.STOPPING or case.awaits_prechecks
    if owed or case.removals or case.discarded or at_work:
        assert first is not None, f"{case.state}: work in progress has no due row"
        assert first <= now + _IN_PROGRESS, f"{case.state}: work in progress sleeps until {first}"
    for at in (case.due_at, case.check_at):
        if at is not None:
            assert first is not None, f"{case.state}: nobody comes at {at}"
            assert first <= max(at, now + _SOON), f"{case.state}: somebody comes at {first}, not at {at}"
    photo = case.photo
    if photo is not None and photo.erase_at is not None and photo.erased_at is None:
        assert first is not None, "nobody comes to erase the photo"
        assert first <= max(photo.erase_at, now + _SOON), "the photo stays too long"
