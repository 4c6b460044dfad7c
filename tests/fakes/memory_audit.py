"""The container of heads, and the list of all cases, in memory."""

from collections.abc import Callable
from datetime import datetime

from shared.adapters.tables_all_cases import stored_trail
from shared.adapters.tables_rows import key
from shared.domain.audit import AuditHead
from shared.ports import ConflictError, StoredTrail
from tests.fakes.hooks import Hooks, call
from tests.fakes.memory_cases import MemoryApplications


class MemoryHeads:
    """The ports ``AuditHeads`` and ``KeptHeads``."""

    port = "heads"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self.kept: dict[tuple[str, int], str] = {}

    @call
    async def keep(self, head: AuditHead, *, at: datetime) -> None:
        del at
        key = (head.application, head.number)
        if self.kept.get(key, head.hash) != head.hash:
            raise ConflictError("another head is kept")
        self.kept[key] = head.hash

    @call
    async def of(self, application: str) -> list[AuditHead]:
        return self.peek(application)

    def peek(self, application: str) -> list[AuditHead]:
        """Read without hooks: for a test's own eyes."""
        return [
            AuditHead(name, number, text)
            for (name, number), text in sorted(self.kept.items())
            if name == application
        ]

    @call
    async def applications(self) -> list[str]:
        return sorted({name for name, _ in self.kept})


class MemoryAllCases:
    """The port ``AllCases``; ``applications`` gives the present ones, which a simulation may exchange."""

    port = "all_cases"

    def __init__(self, hooks: Hooks, applications: Callable[[], MemoryApplications]) -> None:
        self.hooks = hooks
        self._applications = applications

    @call
    async def names(self) -> list[str]:
        return sorted(self._applications().ids())

    @call
    async def trail(self, application: str) -> StoredTrail:
        case = self._applications()._cases.get(key(application))
        return stored_trail(case.app if case else None, case.starting("event:") if case else ())
