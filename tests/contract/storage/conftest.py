"""Every suite here runs twice: against the fakes in memory, and against the shipped adapters on Azurite."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from shared import names
from shared.adapters.blob_heads import BlobHeads
from shared.adapters.blob_photos import BlobPhotos
from shared.adapters.queue_hints import QueueHints
from shared.adapters.storage import Storage, StorageAccount
from shared.adapters.system import SystemRandomness
from shared.adapters.tables_accesses import TableAccesses
from shared.adapters.tables_all_cases import TableAllCases
from shared.adapters.tables_applications import TableApplications
from shared.adapters.tables_card_links import TableCardLinks
from shared.adapters.tables_due import TableDueRows
from shared.adapters.tables_inbox import TableInbox
from shared.adapters.tables_limits import TableLimits
from shared.adapters.tables_locks import TableAccountLocks, TableMailBudgets
from shared.adapters.tables_open_cases import TableOpenCases
from shared.adapters.tables_photo_prints import TablePhotoPrints
from shared.adapters.tables_poison import TablePoisonRows
from shared.adapters.tables_sent_mails import TableSentMails
from shared.adapters.tables_switches import TablePassMeters, TableSwitches
from shared.ports import (
    Accesses,
    AccountLocks,
    AllCases,
    Applications,
    CardLinks,
    DueRows,
    Hints,
    Limits,
    LimitsSweep,
    MailBudgets,
    OpenCases,
    PassMeters,
    PhotoPrints,
    Photos,
    PoisonRows,
    SentMails,
)
from tests.azurite import storage_account
from tests.fakes.memory_audit import MemoryHeads
from tests.fakes.memory_guards import MemorySwitches
from tests.fakes.memory_storage import MemoryStorage
from tests.fakes.memory_work import MemoryInbox

__all__ = ["storage_account"]


@dataclass(frozen=True)
class Ports:
    """Every port of storage."""

    applications: Applications
    open_cases: OpenCases
    inbox: TableInbox | MemoryInbox
    due_rows: DueRows
    locks: AccountLocks
    card_links: CardLinks
    switches: TableSwitches | MemorySwitches
    budgets: MailBudgets
    meters: PassMeters
    limits: Limits
    limits_sweep: LimitsSweep
    photos: Photos
    photo_prints: PhotoPrints
    hints: Hints
    poison: PoisonRows
    sent_mails: SentMails
    accesses: Accesses
    heads: BlobHeads | MemoryHeads
    all_cases: AllCases


@pytest.fixture(scope="session")
def prefix() -> str:
    """Keeps this run apart from others on the same account."""
    return f"t{secrets.token_hex(4)}"


@pytest.fixture
async def storage(storage_account: str, prefix: str) -> AsyncIterator[Storage]:
    account = StorageAccount(connection_string=storage_account)
    async with Storage(records=account, photos=account, prefix=prefix) as opened:
        await opened.ensure()
        yield opened


@pytest.fixture(params=["fake", "azurite"])
async def ports(request: pytest.FixtureRequest) -> AsyncIterator[Ports]:
    """The ports, filled one way or the other. Tables are shared by the tests of a run: each uses names of its own."""
    if request.param == "fake":
        yield _memory()
        return
    account = StorageAccount(connection_string=request.getfixturevalue("storage_account"))
    async with Storage(records=account, photos=account, prefix=request.getfixturevalue("prefix")) as opened:
        await opened.ensure()
        yield _tables(opened)


def _memory() -> Ports:
    memory = MemoryStorage()
    return Ports(
        applications=memory.applications,
        open_cases=memory.open_cases,
        inbox=memory.inbox,
        due_rows=memory.due_rows,
        locks=memory.locks,
        card_links=memory.card_links,
        switches=memory.switches,
        budgets=memory.budgets,
        meters=memory.meters,
        limits=memory.limits,
        limits_sweep=memory.limits,
        photos=memory.photos,
        photo_prints=memory.photo_prints,
        hints=memory.hints,
        poison=memory.poison,
        sent_mails=memory.sent_mails,
        accesses=memory.accesses,
        heads=memory.heads,
        all_cases=memory.all_cases,
    )


def _tables(storage: Storage) -> Ports:
    applications, locks = storage.table(names.TABLE_APPLICATIONS), storage.table(names.TABLE_LOCKS)
    return Ports(
        applications=TableApplications(applications),
        open_cases=TableOpenCases(applications),
        inbox=TableInbox(storage.table(names.TABLE_REQUESTS)),
        due_rows=TableDueRows(storage.table(names.TABLE_DUE), randomness=SystemRandomness()),
        locks=TableAccountLocks(locks),
        card_links=TableCardLinks(locks),
        switches=TableSwitches(locks),
        budgets=TableMailBudgets(locks),
        meters=TablePassMeters(locks),
        limits=TableLimits(storage.table(names.TABLE_LIMITS), hash_key=b"k" * 32),
        limits_sweep=TableLimits(storage.table(names.TABLE_LIMITS)),
        photos=BlobPhotos(storage),
        photo_prints=TablePhotoPrints(storage.table(names.TABLE_PHOTO_PRINTS)),
        hints=QueueHints(storage),
        poison=TablePoisonRows(applications),
        sent_mails=TableSentMails(locks),
        accesses=TableAccesses(storage.table(names.TABLE_ACCESSES), randomness=SystemRandomness()),
        heads=BlobHeads(storage),
        all_cases=TableAllCases(applications),
    )
