"""The storage adapters over one set of accounts: one object for whoever wires them."""

from shared import names
from shared.adapters.blob_heads import BlobHeads
from shared.adapters.blob_photos import BlobPhotos
from shared.adapters.queue_hints import QueueHints
from shared.adapters.storage import Storage
from shared.adapters.tables_accesses import TableAccesses
from shared.adapters.tables_all_cases import TableAllCases
from shared.adapters.tables_applications import TableApplications
from shared.adapters.tables_card_links import TableCardLinks
from shared.adapters.tables_due import TableDueRows
from shared.adapters.tables_inbox import TableInbox
from shared.adapters.tables_locks import TableAccountLocks, TableMailBudgets
from shared.adapters.tables_open_cases import TableOpenCases
from shared.adapters.tables_photo_prints import TablePhotoPrints
from shared.adapters.tables_poison import TablePoisonRows
from shared.adapters.tables_sent_mails import TableSentMails
from shared.adapters.tables_switches import TablePassMeters, TableSwitches
from shared.ports import Randomness


class Records:
    """Every port that is kept in storage."""

    def __init__(self, storage: Storage, randomness: Randomness) -> None:
        cases = storage.table(names.TABLE_APPLICATIONS)
        locks = storage.table(names.TABLE_LOCKS)
        self.applications = TableApplications(cases)
        self.open_cases = TableOpenCases(cases)
        self.poison = TablePoisonRows(cases)
        self.inbox = TableInbox(storage.table(names.TABLE_REQUESTS))
        self.due = TableDueRows(storage.table(names.TABLE_DUE), randomness=randomness)
        self.locks = TableAccountLocks(locks)
        self.switches = TableSwitches(locks)
        self.budgets = TableMailBudgets(locks)
        self.meters = TablePassMeters(locks)
        self.card_links = TableCardLinks(locks)
        self.sent_mails = TableSentMails(locks)
        self.accesses = TableAccesses(storage.table(names.TABLE_ACCESSES), randomness=randomness)
        self.photos = BlobPhotos(storage)
        self.photo_prints = TablePhotoPrints(storage.table(names.TABLE_PHOTO_PRINTS))
        self.heads = BlobHeads(storage)
        self.all_cases = TableAllCases(cases)
        self.hints = QueueHints(storage)
