"""Account locks, switches, the mail budget and photos in memory."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count

from shared.adapters.tables_rows import key
from shared.domain.freezing import FreezeSwitch
from shared.domain.health import HealthReport
from shared.domain.mails import MailBudget
from shared.domain.surge import PassMeter
from shared.ports import AccountLock, ConflictError, MissingError, StaleError
from tests.fakes.hooks import Hooks, call


def _versions() -> Iterator[str]:
    return (f'W/"{number}"' for number in count(1))


class MemoryAccountLocks:
    """The port ``AccountLocks``."""

    port = "locks"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self._versions = _versions()
        self._rows: dict[str, AccountLock] = {}

    @call
    async def read(self, subject: str) -> AccountLock | None:
        return self._rows.get(key(subject))

    @call
    async def insert(self, subject: str, application: str) -> None:
        if key(subject) in self._rows:
            raise ConflictError("there is a lock")
        self._rows[subject] = AccountLock(subject, key(application), (), next(self._versions))

    @call
    async def replace(self, lock: AccountLock, application: str) -> None:
        before = (lock.application, *lock.earlier)
        earlier = tuple(each for each in before if each != application)[:100]
        self._write(replace(lock, application=key(application), earlier=earlier))

    @call
    async def mark(self, lock: AccountLock) -> None:
        self._write(lock)

    @call
    async def forget(self, lock: AccountLock) -> None:
        self._write(lock)
        del self._rows[lock.subject]

    @call
    async def blocked(self) -> list[str]:
        return sorted(each.subject for each in self._rows.values() if each.blocked)

    def peek(self, subject: str) -> AccountLock:
        """A lock as it is, without a call: a test looks."""
        return self._rows[key(subject)]

    def _write(self, lock: AccountLock) -> None:
        present = self._rows.get(key(lock.subject))
        if present is None or present.version != lock.version:
            raise StaleError("the lock was changed")
        self._rows[lock.subject] = replace(lock, version=next(self._versions))


class MemorySwitches:
    """The port ``Switches``, and the operator's act that sets one."""

    port = "switches"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self._versions = _versions()
        self._switch = FreezeSwitch()
        self._lines: list[FreezeSwitch] = []
        self._beat: datetime | None = None
        self._report: HealthReport | None = None

    @call
    async def frozen(self) -> bool:
        return self._switch.frozen

    @call
    async def freeze_switch(self) -> FreezeSwitch:
        return self._switch

    @call
    async def turn(self, switch: FreezeSwitch) -> None:
        if switch.version != self._switch.version:
            raise StaleError("the switch was touched")
        self._lines.insert(0, replace(switch, version=""))
        self._switch = replace(switch, version=next(self._versions))

    @call
    async def freeze_history(self) -> list[FreezeSwitch]:
        return self._lines[:50]

    @call
    async def freeze(self, *, frozen: bool) -> None:
        """Set it without anybody's request, for tests that need it set."""
        self._switch = replace(
            self._switch, frozen=frozen, number=self._switch.number + 1, version=next(self._versions)
        )

    @call
    async def beat(self, at: datetime) -> None:
        self._beat = at

    @call
    async def last_beat(self) -> datetime | None:
        return self._beat

    @call
    async def keep_report(self, report: HealthReport) -> None:
        self._report = report

    @call
    async def last_report(self) -> HealthReport | None:
        return self._report


class MemoryPassMeters:
    """The port ``PassMeters``."""

    port = "meters"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self._versions = _versions()
        self.meter: PassMeter | None = None

    @call
    async def read(self) -> PassMeter | None:
        return self.meter

    @call
    async def write(self, meter: PassMeter) -> None:
        if meter.version != (self.meter.version if self.meter else ""):
            raise StaleError("another worker counted first")
        self.meter = replace(meter, version=next(self._versions))


class MemoryMailBudgets:
    """The port ``MailBudgets``."""

    port = "budget"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self._versions = _versions()
        self._budget: MailBudget | None = None
        self._version = ""

    @call
    async def read(self) -> tuple[MailBudget | None, str]:
        return self._budget, self._version

    @call
    async def write(self, budget: MailBudget, version: str) -> None:
        if version != self._version:
            raise StaleError("the budget was changed")
        self._budget, self._version = budget, next(self._versions)


class MemoryPhotos:
    """The port ``Photos``."""

    port = "photos"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self.blobs: dict[str, bytes] = {}

    @call
    async def put(self, name: str, jpeg: bytes) -> None:
        if self.blobs.get(name, jpeg) != jpeg:
            raise ConflictError("there is one of that name")
        self.blobs[name] = bytes(jpeg)

    @call
    async def get(self, name: str) -> bytes:
        if name not in self.blobs:
            raise MissingError("there is no such photo")
        return self.blobs[name]

    @call
    async def erase(self, name: str) -> None:
        self.blobs.pop(name, None)
