"""Whose messages of the mail service are, in memory."""

from collections.abc import Sequence

from shared.adapters.tables_rows import key
from tests.fakes.hooks import Hooks, call


class MemorySentMails:
    """The port ``SentMails``."""

    port = "sent_mails"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self._cases: dict[str, str] = {}

    def known(self) -> set[str]:
        """All messages there are: for a test's own eyes."""
        return set(self._cases)

    @call
    async def note(self, message: str, application: str) -> None:
        self._cases[key(message)] = key(application)

    @call
    async def case_of(self, message: str) -> str | None:
        return self._cases.get(key(message))

    @call
    async def forget(self, messages: Sequence[str]) -> None:
        for each in messages:
            self._cases.pop(key(each), None)
