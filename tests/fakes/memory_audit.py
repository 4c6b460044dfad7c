"""The container of heads, and the list of all cases, in memory."""

from collections.abc import Callable
from datetime import datetime

from shared.domain.audit import AuditHead
from shared.ports import ConflictError
from tests.fakes.hooks import Hooks, call


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
    """The port ``AllCases``."""

    port = "all_cases"

    def __init__(self, hooks: Hooks, ids: Callable[[], list[str]]) -> None:
        self.hooks = hooks
        self._ids = ids

    @call
    async def names(self) -> list[str]:
        return sorted(self._ids())
