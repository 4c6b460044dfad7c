"""What storage holds, read with the shipped adapters, and what must be true of it when everything is quiet."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from azure.storage.queue.aio import QueueServiceClient

from shared import names
from shared.adapters.storage import Storage, StorageAccount
from shared.adapters.tables_applications import RESERVED, TableApplications
from shared.adapters.tables_inbox import TableInbox
from shared.domain.kinds import Attention
from shared.domain.mails import MailKind, MailState
from shared.domain.requests import Request
from shared.domain.states import TERMINAL, State
from shared.ports import Snapshot

TOLD_BY: dict[State, frozenset[MailKind]] = {
    State.IN_REVIEW: frozenset({MailKind.REVIEW, MailKind.REVIEW_REMINDER}),
    State.RETURNED: frozenset({MailKind.RETURNED}),
    State.APPROVED: frozenset({MailKind.PICKUP, MailKind.VERIFY_AGAIN}),
    State.ISSUED: frozenset({MailKind.PICKUP, MailKind.PASS_ISSUED}),
    State.ATTENTION: frozenset({MailKind.OPERATOR_ALERT}),
}
"""States in which somebody with a name has to act, and the mails that tell them so."""


@dataclass(frozen=True)
class DueRow:
    """A row of the table ``due``."""

    key: str
    application: str
    at: datetime


@dataclass(frozen=True)
class Books:
    """Everything that storage holds at one moment."""

    cases: Mapping[str, Snapshot]
    inbox: tuple[Request, ...]
    due: tuple[DueRow, ...]
    photos: frozenset[str]
    messages: Mapping[str, int]
    """Messages of each queue, those under work included."""
    poison: tuple[str, ...]
    """Texts of the messages that the platform gave up on and an operator has not yet retried."""

    @property
    def states(self) -> dict[str, str]:
        """The state of each case."""
        return {name: each.application.state.value for name, each in self.cases.items()}

    def unsettled(self, now: datetime) -> list[str]:
        """What somebody still works at; empty when all is quiet."""
        found = [f"request {each.kind} of {each.application}" for each in self.inbox]
        found += [f"{count} messages in {queue}" for queue, count in self.messages.items() if count]
        found += [f"due row of {each.application}" for each in self.due if each.at <= now]
        for name, each in self.cases.items():
            if each.application.state in {State.SUBMITTED, State.ISSUING, State.STOPPING}:
                found.append(f"{name} is {each.application.state}")
            found += [f"{name} owes {mail.kind}" for mail in each.mails if mail.state is MailState.OWED]
        return found

    def wrong(self, accepted: Mapping[str, str]) -> list[str]:
        """What must never be, once all is quiet. ``accepted``: id and account of every application that was answered 202."""
        found = [f"{name} of {who} is lost" for name, who in accepted.items() if name not in self.cases]
        for name, each in self.cases.items():
            found += [f"{name}: {text}" for text in _wrong_with(each)]
        found += self._wrong_guards() + self._wrong_photos() + self._two_open()
        return found

    def _wrong_guards(self) -> list[str]:
        """An open case has its due row; a due row has a case that names it."""
        keys = {each.key for each in self.due}
        found = [
            f"{name} is {each.application.state} without a due row"
            for name, each in self.cases.items()
            if not each.application.terminal and (each.wake is None or each.wake.key not in keys)
        ]
        return found + [
            f"due row of {each.application}, which is no case"
            for each in self.due
            if each.application not in self.cases
        ]

    def left_over(self, names: Collection[str], now: datetime) -> list[str]:
        """What of these cases must be gone long after they ended: rows that wake nobody for anything, and photos."""
        named = {each.wake.key for each in self.cases.values() if each.wake}
        found = [
            f"due row of {each.application}"
            for each in self.due
            if each.application in names and (each.at <= now or each.key not in named)
        ]
        photos = {name: self.cases[name].application.photo for name in names if name in self.cases}
        return found + [
            f"photo of {name}" for name, photo in photos.items() if photo and photo.name in self.photos
        ]

    def _wrong_photos(self) -> list[str]:
        """A photo belongs to a case that will erase it; a case that staff look at has its photo."""
        found: list[str] = []
        known: set[str] = set()
        for name, each in self.cases.items():
            photo = each.application.photo
            if photo is None or photo.erased_at is not None:
                continue
            known.add(photo.name)
            if photo.name not in self.photos:
                found.append(f"{name}: its photo is gone")
        return found + [f"photo {each} that no case knows" for each in self.photos - known]

    def _two_open(self) -> list[str]:
        seen: set[str] = set()
        found: list[str] = []
        for name, each in self.cases.items():
            if each.application.open:
                if each.application.subject in seen:
                    found.append(f"{name}: a second open case of its account")
                seen.add(each.application.subject)
        return found


def _wrong_with(case: Snapshot) -> list[str]:
    application = case.application
    found: list[str] = []
    if application.state not in TERMINAL:
        wanted = TOLD_BY.get(application.state)
        told = {each.kind for each in case.mails if each.state is MailState.SENT}
        if wanted and not wanted & told:
            found.append(f"{application.state}, and nobody was told")
        if application.state is State.ATTENTION and application.attention is not Attention.POISON:
            found.append(f"in attention: {application.attention}")
    found += [f"mail {each.kind} refused" for each in case.mails if each.state is MailState.REFUSED]
    if len(case.events) != application.events:
        found.append(f"{application.events} events counted, {len(case.events)} kept")
    once = ("submitted", "completed", "cancelled", "rejected", "expired")
    kinds = [each.kind.value for each in case.events]
    found += [f"{kinds.count(kind)} x {kind}" for kind in once if kinds.count(kind) > 1]
    return found


def read_books(storage: str) -> Books:
    """Read everything. ``storage``: a connection string."""
    return asyncio.run(_read(storage))


def create_storage(storage: str) -> None:
    """Tables, queues and the container, as the templates create them in the cloud."""

    async def create() -> None:
        account = StorageAccount(connection_string=storage)
        async with Storage(records=account, photos=account) as opened:
            await opened.ensure()

    asyncio.run(create())


def send(storage: str, messages: Mapping[str, str]) -> None:
    """Put messages into queues, by the queue's name, encoded as the host expects them."""

    async def put() -> None:
        account = StorageAccount(connection_string=storage)
        async with Storage(records=account, photos=account) as opened:
            for queue, text in messages.items():
                await opened.queue(queue).send_message(text, time_to_live=-1)

    asyncio.run(put())


async def _read(storage: str) -> Books:
    account = StorageAccount(connection_string=storage)
    async with Storage(records=account, photos=account) as opened:
        table = opened.table(names.TABLE_APPLICATIONS)
        parts = {str(row["PartitionKey"]) async for row in table.list_entities(select=["PartitionKey"])}
        cases: dict[str, Snapshot] = {}
        for name in sorted(parts - RESERVED):
            snapshot = await TableApplications(table).read(name)
            if snapshot is not None:
                cases[name] = snapshot
        poison = [str(row["text"]) async for row in table.query_entities("PartitionKey eq 'poison'")]
        inbox = await TableInbox(opened.table(names.TABLE_REQUESTS)).everything()
        due = [
            DueRow(str(row["RowKey"]), str(row["application"]), datetime.fromisoformat(str(row["at"])))
            async for row in opened.table(names.TABLE_DUE).list_entities()
        ]
        photos = frozenset([name async for name in opened.container().list_blob_names()])
    return Books(cases, tuple(inbox), tuple(due), photos, await _messages(storage), tuple(poison))


async def _messages(storage: str) -> dict[str, int]:
    async with QueueServiceClient.from_connection_string(storage) as service:
        found: dict[str, int] = {}
        for queue in names.QUEUES:
            properties = await service.get_queue_client(queue).get_queue_properties()
            found[queue] = int(properties.approximate_message_count or 0)
        return found
