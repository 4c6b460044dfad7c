"""Cases in table storage: one partition a case, every save one entity-group transaction.

Rows of a partition: ``app``; ``event:NNNNNN``; ``mail:KIND:ROUND:DIGEST``; ``answered:REQUEST``.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import batched
from typing import TYPE_CHECKING, Any

from shared.adapters import codec
from shared.adapters import tables_rows as rows
from shared.adapters.storage_errors import Effect
from shared.domain.application import Change
from shared.domain.mails import OwedMail
from shared.domain.requests import Answer
from shared.domain.retention import RowErasure, removes
from shared.ports import MissingError, Snapshot, StaleError, Wake

if TYPE_CHECKING:
    from azure.data.tables import TableEntity
    from azure.data.tables.aio import TableClient

RESERVED = frozenset({"open", "poison"})
"""Partitions of the same table that are no case."""

_APP = "app"
_MARK_TRIES = 3
_NO_FIELDS = codec.fields_text({})


class TableApplications:
    """The port ``Applications`` over one table."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def read(self, application: str) -> Snapshot | None:
        """The case and its rows, in one query of its partition."""
        found = await rows.query(self._table, "PartitionKey eq @part", part=_partition(application))
        by_key = {str(row["RowKey"]): row for row in found}
        app = by_key.get(_APP)
        if app is None:
            return None
        rows.readable(app)
        return Snapshot(
            application=codec.application_from(rows.field(app, "data")),
            version=str(app.metadata["etag"]),
            wake=_wake_of(app, application),
            mails=tuple(codec.mail_from(rows.field(row, "data")) for row in _starting(by_key, "mail:")),
            answered=frozenset(rows.field(row, "request") for row in _starting(by_key, "answered:")),
            events=tuple(codec.event_from(rows.field(row, "data")) for row in _starting(by_key, "event:")),
            mail_versions={
                codec.mail_from(rows.field(row, "data")).key: str(row.metadata["etag"])
                for row in _starting(by_key, "mail:")
            },
        )

    async def save(self, before: Snapshot | None, change: Change, wake: Wake | None) -> Snapshot:
        """Save everything of a change in one transaction; the row of the case is first, so its ETag decides.

        Raises:
            ConflictError: it exists already, or a request of the change was answered already.
            StaleError: it was changed since ``before`` was read.
            UnknownOutcomeError: no answer came; read to find out.
            ValueError: the change is too large for one transaction, or a text for one property.
        """
        part = _partition(change.application.id)
        owed = {each.key for each in before.mails} if before else set()
        fresh = [mail for mail in change.mails if mail.key not in owed]
        operations: list[rows.Operation] = [_save_app(part, before, change, wake)]
        operations += [("create", _mail_row(part, mail)) for mail in fresh]
        operations += [("create", row) for row in _event_rows(part, change)]
        operations += [("create", _answer_row(part, answer)) for answer in change.answers]
        versions = await rows.commit(self._table, operations)
        start = before or Snapshot(application=change.application, version=versions[0], wake=wake)
        after = start.after(change, versions[0], wake)
        made = dict(zip((mail.key for mail in fresh), versions[1:], strict=False))
        return replace(after, mail_versions={**start.mail_versions, **made})

    async def mark_mails(self, snapshot: Snapshot, mails: Sequence[OwedMail]) -> Snapshot:
        """Record what became of mails; one that somebody else marked meanwhile stays as it is.

        Then the case is read anew, and whole: the case as it was beside mails that were owed later is one that never was.

        Raises:
            MissingError: one of the mails was never owed.
            StaleError: others write them all the time.
        """
        for _ in range(_MARK_TRIES):
            left = [each for each in mails if _may_be_marked(snapshot, each)]
            if not left:
                return snapshot
            try:
                versions = await self._mark(snapshot, left)
            except StaleError:
                fresh = await self.read(snapshot.application.id)
                if fresh is None:
                    raise
                snapshot = fresh
                continue
            made = dict(zip((each.key for each in left), versions, strict=False))
            after = snapshot.marked(left)
            return replace(after, mail_versions={**snapshot.mail_versions, **made})
        raise StaleError("the mails are being written by others")

    async def erase_rows(self, snapshot: Snapshot, what: RowErasure) -> Snapshot:
        """Take this out of answered requests and mails, row by row by ETag, a hundred in a transaction.

        Raises:
            StaleError: others write the rows all the time.
        """
        part = _partition(snapshot.application.id)
        for _ in range(_MARK_TRIES):
            found = await rows.query(self._table, "PartitionKey eq @part", part=part)
            operations = [each for row in found if (each := _erasure(row, what)) is not None]
            try:
                for some in batched(operations, rows.MAX_OPERATIONS, strict=False):
                    await rows.commit(self._table, some, Effect.HARMLESS)
            except (StaleError, MissingError):
                continue  # another worker does the same, or a mail was marked: what is left is done anew
            return replace(snapshot, mails=tuple(each for each in snapshot.mails if not removes(what, each)))
        raise StaleError("the rows are being written by others")

    async def _mark(self, snapshot: Snapshot, mails: Sequence[OwedMail]) -> list[str]:
        from azure.core import MatchConditions
        from azure.data.tables import UpdateMode

        part = _partition(snapshot.application.id)
        operations: list[rows.Operation] = []
        for mail in mails:
            guard: dict[str, Any] = {
                "mode": UpdateMode.REPLACE,
                "etag": snapshot.mail_versions[mail.key],
                "match_condition": MatchConditions.IfNotModified,
            }
            operations.append(("update", _mail_row(part, mail), guard))
        return await rows.commit(self._table, operations, Effect.HARMLESS)


def _may_be_marked(snapshot: Snapshot, mail: OwedMail) -> bool:
    """Whether the mail is still to be marked so.

    Raises:
        MissingError: it was never owed.
    """
    for each in snapshot.mails:
        if each.key == mail.key:
            return each.gives_way_to(mail)
    raise MissingError("the mail was never owed")


def _partition(application: str) -> str:
    if application in RESERVED:
        raise ValueError("the name is reserved")
    return rows.key(application)


def _save_app(part: str, before: Snapshot | None, change: Change, wake: Wake | None) -> rows.Operation:
    from azure.core import MatchConditions
    from azure.data.tables import UpdateMode

    application = change.application
    row: rows.Row = {
        "PartitionKey": part,
        "RowKey": _APP,
        "data": rows.text(codec.application_text(application)),
        "state": application.state.value,
        "subject": application.subject,
    }
    if wake is not None:
        row |= {"wake_key": wake.key, "wake_at": rows.time_text(wake.at), "wake_lane": wake.lane}
    if before is None:
        return ("create", row)
    guard = {
        "mode": UpdateMode.REPLACE,
        "etag": before.version,
        "match_condition": MatchConditions.IfNotModified,
    }
    return ("update", row, guard)


def _event_rows(part: str, change: Change) -> list[rows.Row]:
    first = change.application.events - len(change.events) + 1
    if first < 1:
        raise ValueError("the application counts fewer events than the change has")
    return [
        {
            "PartitionKey": part,
            "RowKey": f"event:{number:06d}",
            "kind": event.kind.value,
            "data": rows.text(codec.event_text(event)),
        }
        for number, event in enumerate(change.events, start=first)
    ]


def _mail_row(part: str, mail: OwedMail) -> rows.Row:
    digest = sha256(mail.to.encode()).hexdigest()[:16]  # an address can hold characters that a key may not
    return {
        "PartitionKey": part,
        "RowKey": f"mail:{mail.kind.value}:{mail.round:04d}:{digest}",
        "state": mail.state.value,
        "data": rows.text(codec.mail_text(mail)),
    }


def _answer_row(part: str, answer: Answer) -> rows.Row:
    request = answer.request
    row: rows.Row = {
        "PartitionKey": part,
        "RowKey": rows.key(f"answered:{request.key}"),
        "request": request.key,
        "outcome": answer.outcome.value,
        "answered_at": rows.time_text(answer.at),
        "received_at": rows.time_text(request.received_at),
        "body": rows.text(codec.fields_text(request.body)),
        "evidence": rows.text(request.evidence),
    }
    if request.stamped_at is not None:
        row["stamped_at"] = rows.time_text(request.stamped_at)
    return row


def _erasure(row: "TableEntity", what: RowErasure) -> rows.Operation | None:
    """What is done to one row of the partition; None if nothing, as when it was done before."""
    from azure.core import MatchConditions
    from azure.data.tables import UpdateMode

    guard = {"etag": str(row.metadata["etag"]), "match_condition": MatchConditions.IfNotModified}
    name = str(row["RowKey"])
    if name.startswith("mail:") and removes(what, codec.mail_from(rows.field(row, "data"))):
        return ("delete", {"PartitionKey": row["PartitionKey"], "RowKey": name}, guard)
    if not name.startswith("answered:"):
        return None
    blank: rows.Row = {}
    if what.bodies and rows.field(row, "body") != _NO_FIELDS:
        blank["body"] = _NO_FIELDS
    if what.evidence and rows.field(row, "evidence"):
        blank["evidence"] = ""
    return ("update", {**row, **blank}, {"mode": UpdateMode.REPLACE, **guard}) if blank else None


def _wake_of(app: "TableEntity", application: str) -> Wake | None:
    if not app.get("wake_key"):
        return None
    at = rows.time_from(rows.field(app, "wake_at"))
    return Wake(at, application, rows.field(app, "wake_key"), rows.field(app, "wake_lane"))


def _starting(by_key: "dict[str, TableEntity]", start: str) -> "list[TableEntity]":
    return [by_key[each] for each in sorted(by_key) if each.startswith(start)]
