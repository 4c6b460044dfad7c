"""Links between accounts and cards: two insert-only rows a link, so that neither side is ever linked twice.

All rows lie in one partition of the table of locks, so that both rows and the line of the history are one
entity-group transaction: ``account:{object id}``, ``card:{hash}``, ``history:{verification}:{deed}``.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from shared.adapters import codec
from shared.adapters import tables_rows as rows
from shared.domain.card import CardLink, LinkDeed, LinkRecord
from shared.ports import MissingError, StaleError, UnavailableError

if TYPE_CHECKING:
    from azure.data.tables import TableEntity
    from azure.data.tables.aio import TableClient

_PARTITION = "card-link"
_TRIES = 3


class TableCardLinks:
    """The port ``CardLinks`` over one table."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def by_account(self, subject: str) -> CardLink | None:
        """The link of an account.

        Raises:
            UnavailableError: storage cannot be reached, or the link changes all the time.
        """
        return await self._pair(account_key(subject))

    async def by_card(self, card: str) -> CardLink | None:
        """The link of a card; raises as ``by_account``."""
        return await self._pair(card_key(card))

    async def link(self, link: CardLink) -> None:
        """Insert both rows and the line of the history, or none of them; raises as the port says."""
        record = LinkRecord(LinkDeed.LINKED, link.verification, link.subject, link.card, link.linked_at)
        await rows.commit(
            self._table,
            [
                ("create", _link_row(account_key(link.subject), link)),
                ("create", _link_row(card_key(link.card), link)),
                ("create", _history_row(record)),
            ],
        )

    async def unlink(self, link: CardLink, *, verification: str, at: datetime, actor: str = "") -> None:
        """Remove both rows by ETag and write the line of the history, or nothing; raises as the port says."""
        from azure.core import MatchConditions

        record = LinkRecord(LinkDeed.UNLINKED, verification, link.subject, link.card, at, actor=actor)
        keys = (account_key(link.subject), card_key(link.card))
        removals: list[rows.Operation] = [
            (
                "delete",
                {"PartitionKey": _PARTITION, "RowKey": key},
                {"etag": version, "match_condition": MatchConditions.IfNotModified},
            )
            for key, version in zip(keys, _versions(link), strict=True)
        ]
        try:
            await rows.commit(self._table, [*removals, ("create", _history_row(record))])
        except MissingError as error:
            raise StaleError("the link is gone") from error

    async def record(self, verification: str, deed: LinkDeed) -> LinkRecord | None:
        """What a request did already."""
        row = await rows.get(self._table, _PARTITION, history_key(verification, deed))
        if row is None:
            return None
        at = rows.time_from(rows.field(row, "at"))
        told = codec.names_from(rows.field(row, "told") or "[]")
        subject, card = rows.field(row, "subject"), rows.field(row, "card")
        return LinkRecord(deed, verification, subject, card, at, told, rows.field(row, "actor"))

    async def note_told(self, record: LinkRecord) -> None:
        """Write down which mails about it went out; of two at once the last one stays: a mail too many is the same mail."""
        await rows.put(self._table, _history_row(record))

    async def _pair(self, key: str) -> CardLink | None:
        """Both rows of a link; read again while they do not belong together (somebody links or unlinks beside us)."""
        for _ in range(_TRIES):
            one = await rows.get(self._table, _PARTITION, key)
            if one is None:
                return None
            rows.readable(one)
            subject, card = rows.field(one, "subject"), rows.field(one, "card")
            accounts, cards = account_key(subject), card_key(card)
            other = await rows.get(self._table, _PARTITION, cards if key == accounts else accounts)
            if other is not None and rows.field(other, "verification") == rows.field(one, "verification"):
                account, by_card = (one, other) if key == accounts else (other, one)
                return _link(account, f"{_etag(account)} {_etag(by_card)}")
        raise UnavailableError("the link of an account and a card is being written by others")


def account_key(subject: str) -> str:
    """Key of the row by account."""
    return rows.key(f"account:{subject}")


def card_key(card: str) -> str:
    """Key of the row by card."""
    return rows.key(f"card:{card}")


def history_key(verification: str, deed: LinkDeed) -> str:
    """Key of a line of the history."""
    return rows.key(f"history:{verification}:{deed.value}")


def _link_row(key: str, link: CardLink) -> rows.Row:
    return {
        "PartitionKey": _PARTITION,
        "RowKey": key,
        "subject": link.subject,
        "card": link.card,
        "name": rows.text(link.name),
        "linked_at": rows.time_text(link.linked_at),
        "verification": link.verification,
    }


def _history_row(record: LinkRecord) -> rows.Row:
    return {
        "PartitionKey": _PARTITION,
        "RowKey": history_key(record.verification, record.deed),
        "subject": record.subject,
        "card": record.card,
        "at": rows.time_text(record.at),
        "told": rows.text(codec.names_text(record.told)),
        "actor": record.actor,
    }


def _link(row: "TableEntity", version: str) -> CardLink:
    return CardLink(
        subject=rows.field(row, "subject"),
        card=rows.field(row, "card"),
        name=rows.field(row, "name"),
        linked_at=rows.time_from(rows.field(row, "linked_at")),
        verification=rows.field(row, "verification"),
        version=version,
    )


def _etag(row: "TableEntity") -> str:
    return str(row.metadata["etag"])


def _versions(link: CardLink) -> tuple[str, str]:
    """The ETags of the row by account and of the row by card; one that was not read matches nothing.

    Raises:
        StaleError: the link was not read from storage.
    """
    account, _, card = link.version.partition(" ")
    if not account or not card:
        raise StaleError("the link was not read")
    return account, card
