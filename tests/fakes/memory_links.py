"""Links between accounts and cards in memory."""

from dataclasses import replace
from datetime import datetime
from itertools import count

from shared.adapters.tables_card_links import account_key, card_key, history_key
from shared.domain.card import CardLink, LinkDeed, LinkRecord
from shared.ports import ConflictError, StaleError
from tests.fakes.hooks import Hooks, call


class MemoryCardLinks:
    """The port ``CardLinks``."""

    port = "card_links"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self._numbers = count(1)
        self._rows: dict[str, CardLink] = {}
        self.history: dict[str, LinkRecord] = {}

    @call
    async def by_account(self, subject: str) -> CardLink | None:
        return self._rows.get(account_key(subject))

    @call
    async def by_card(self, card: str) -> CardLink | None:
        return self._rows.get(card_key(card))

    @call
    async def link(self, link: CardLink) -> None:
        keys = (account_key(link.subject), card_key(link.card))
        line = history_key(link.verification, LinkDeed.LINKED)
        if line in self.history or any(each in self._rows for each in keys):
            raise ConflictError("linked already")
        number = next(self._numbers)
        for each in keys:
            self._rows[each] = replace(link, version=f'W/"{number}" W/"{number}"')
        self.history[line] = LinkRecord(
            LinkDeed.LINKED, link.verification, link.subject, link.card, link.linked_at
        )

    @call
    async def unlink(self, link: CardLink, *, verification: str, at: datetime, actor: str = "") -> None:
        line = history_key(verification, LinkDeed.UNLINKED)
        present = self._rows.get(account_key(link.subject))
        if present is None or not link.version or present.version != link.version:
            raise StaleError("the link is gone, or another one")
        if line in self.history:
            raise ConflictError("unlinked already")
        del self._rows[account_key(link.subject)], self._rows[card_key(link.card)]
        deed = LinkDeed.UNLINKED
        self.history[line] = LinkRecord(deed, verification, link.subject, link.card, at, actor=actor)

    @call
    async def record(self, verification: str, deed: LinkDeed) -> LinkRecord | None:
        return self.history.get(history_key(verification, deed))

    @call
    async def note_told(self, record: LinkRecord) -> None:
        self.history[history_key(record.verification, record.deed)] = record

    def rows(self) -> dict[str, CardLink]:
        """All rows as they are, without a call: a test looks."""
        return dict(self._rows)
