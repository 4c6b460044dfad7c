"""All of storage in memory: every storage port, over one set of hooks."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.ports import Randomness
from tests.fakes.hooks import Hooks
from tests.fakes.memory_audit import MemoryAllCases, MemoryHeads
from tests.fakes.memory_cases import MemoryAccesses, MemoryApplications, MemoryOpenCases, MemoryPoisonRows
from tests.fakes.memory_guards import (
    MemoryAccountLocks,
    MemoryMailBudgets,
    MemoryPassMeters,
    MemoryPhotos,
    MemorySwitches,
)
from tests.fakes.memory_limits import MemoryLimits
from tests.fakes.memory_links import MemoryCardLinks
from tests.fakes.memory_photo_prints import MemoryPhotoPrints
from tests.fakes.memory_sent_mails import MemorySentMails
from tests.fakes.memory_work import MemoryDueRows, MemoryHints, MemoryInbox
from tests.fakes.seeded_randomness import SeededRandomness


class MemoryStorage:
    """What two processes would share; make the ports' users anew over the same one to play a crash."""

    def __init__(
        self,
        hooks: Hooks | None = None,
        *,
        randomness: Randomness | None = None,
        real_time: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Start empty; ``real_time`` stamps the rows of the inbox."""
        self.hooks = hooks or Hooks()
        self.applications = MemoryApplications(self.hooks)
        self.open_cases = MemoryOpenCases(self.hooks)
        self.inbox = MemoryInbox(self.hooks, real_time=real_time)
        self.due_rows = MemoryDueRows(self.hooks, randomness=randomness or SeededRandomness())
        self.locks = MemoryAccountLocks(self.hooks)
        self.card_links = MemoryCardLinks(self.hooks)
        self.switches = MemorySwitches(self.hooks)
        self.budgets = MemoryMailBudgets(self.hooks)
        self.meters = MemoryPassMeters(self.hooks)
        self.photos = MemoryPhotos(self.hooks)
        self.limits = MemoryLimits(self.hooks)
        self.photo_prints = MemoryPhotoPrints(self.hooks)
        self.hints = MemoryHints(self.hooks)
        self.poison = MemoryPoisonRows(self.hooks)
        self.sent_mails = MemorySentMails(self.hooks)
        self.accesses = MemoryAccesses(self.hooks)
        self.heads = MemoryHeads(self.hooks)
        self.all_cases = MemoryAllCases(self.hooks, lambda: self.applications)
