"""The table of locks: account locks and mail budget, each in a partition of its own; ``tables_switches`` has the rest."""

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.adapters import codec
from shared.adapters import tables_rows as rows
from shared.domain.mails import MailBudget
from shared.ports import AccountLock, ConflictError, MissingError, StaleError

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient

_ACCOUNT = "account"
_BUDGET = "budget"
_MAIL = "mail"
_MAX_EARLIER = 100
_LISTED = "~blocked:"
_LISTED_END = "~blocked;"
"""Index rows of blocked accounts lie beside the locks, so that lock and index are one transaction; ``;`` follows ``:``."""


class TableAccountLocks:
    """The port ``AccountLocks`` over one table."""

    def __init__(self, table: "TableClient") -> None:
        self._table = table

    async def read(self, subject: str) -> AccountLock | None:
        """The lock of an account, if there ever was one."""
        row = await rows.get(self._table, _ACCOUNT, rows.key(subject))
        if row is None:
            return None
        rows.readable(row)
        return AccountLock(
            subject=subject,
            application=rows.field(row, "application"),
            earlier=codec.names_from(rows.field(row, "earlier")),
            version=str(row.metadata["etag"]),
            contested=bool(row.get("contested", False)),
            blocked_by=codec.names_from(rows.field(row, "blocked_by") or "[]"),
            blocked_at=rows.time_from(since) if (since := rows.field(row, "blocked_at")) else None,
            lifted=codec.names_from(rows.field(row, "lifted") or "[]"),
            lifters=codec.names_from(rows.field(row, "lifters") or "[]"),
            told_of=rows.field(row, "told_of"),
            told_at=rows.time_from(told) if (told := rows.field(row, "told_at")) else None,
        )

    async def insert(self, subject: str, application: str) -> None:
        """Take the lock of an account that never had one.

        Raises:
            ConflictError: there is a row.
        """
        await rows.insert(self._table, _lock_row(AccountLock(subject, application, (), "")))

    async def replace(self, lock: AccountLock, application: str) -> None:
        """Take over by ETag; the application it named joins the earlier ones (the last hundred are kept).

        Raises:
            StaleError: somebody else wrote it since it was read.
        """
        taken = replace(lock, application=application, earlier=earlier_of(lock, application))
        try:
            await rows.replace(self._table, _lock_row(taken), lock.version)
        except MissingError as error:
            raise StaleError("the lock is gone") from error

    async def mark(self, lock: AccountLock) -> None:
        """Write contest and block, with the row of the index, in one transaction by the lock's ETag.

        Raises:
            StaleError: somebody else wrote it since it was read.
            UnknownOutcomeError: no answer came; read to find out.
        """
        from azure.core import MatchConditions
        from azure.data.tables import UpdateMode

        listed = {"PartitionKey": _ACCOUNT, "RowKey": _listed_key(lock.subject), "blocked": lock.blocked}
        guard = {
            "mode": UpdateMode.REPLACE,
            "etag": lock.version,
            "match_condition": MatchConditions.IfNotModified,
        }
        try:
            await rows.commit(
                self._table,
                [("update", _lock_row(lock), guard), ("upsert", listed, {"mode": UpdateMode.REPLACE})],
            )
        except MissingError as error:
            raise StaleError("the lock is gone") from error

    async def forget(self, lock: AccountLock) -> None:
        """Remove the lock by its ETag, and its row of the index if it ever had one, in one transaction.

        Raises:
            StaleError: somebody else wrote it since it was read, or it is gone.
            UnknownOutcomeError: no answer came; read to find out.
        """
        from azure.core import MatchConditions

        guard = {"etag": lock.version, "match_condition": MatchConditions.IfNotModified}
        gone: list[rows.Operation] = [
            ("delete", {"PartitionKey": _ACCOUNT, "RowKey": rows.key(lock.subject)}, guard)
        ]
        listed = _listed_key(lock.subject)
        if await rows.get(self._table, _ACCOUNT, listed) is not None:
            gone.append(("delete", {"PartitionKey": _ACCOUNT, "RowKey": listed}))
        try:
            await rows.commit(self._table, gone)
        except MissingError as error:
            raise StaleError("the lock is gone") from error

    async def blocked(self) -> list[str]:
        """Object ids of all blocked accounts."""
        found = await rows.query(
            self._table,
            "PartitionKey eq @part and RowKey ge @first and RowKey lt @end and blocked eq true",
            part=_ACCOUNT,
            first=_LISTED,
            end=_LISTED_END,
        )
        return sorted(str(each["RowKey"]).removeprefix(_LISTED) for each in found)


class TableMailBudgets:
    """The port ``MailBudgets`` over one table.

    What this process wrote last is remembered with its version: the next reader gets it without a call, and a write
    that meets another version forgets it. The ETag decides in any case.
    """

    def __init__(self, table: "TableClient") -> None:
        self._table = table
        self._held: tuple[MailBudget, str] | None = None

    async def read(self) -> tuple[MailBudget | None, str]:
        """The bucket and its version; None and an empty version when nothing was ever sent."""
        if self._held is not None:
            return self._held
        row = await rows.get(self._table, _BUDGET, _MAIL)
        if row is None:
            return None, ""
        return codec.budget_from(rows.field(row, "data")), str(row.metadata["etag"])

    async def write(self, budget: MailBudget, version: str) -> None:
        """Save it; an empty version stands for a bucket that was not there.

        Raises:
            StaleError: another worker took from it first.
        """
        row = {"PartitionKey": _BUDGET, "RowKey": _MAIL, "data": rows.text(codec.budget_text(budget))}
        self._held = None
        try:
            if version:
                now = await rows.replace(self._table, row, version)
            else:
                now = await rows.insert(self._table, row)
        except (ConflictError, MissingError) as error:
            raise StaleError("the budget was changed") from error
        self._held = (budget, now)


def earlier_of(lock: AccountLock, application: str) -> tuple[str, ...]:
    """The earlier applications once ``application`` holds the lock: newest first, without itself."""
    return tuple(each for each in (lock.application, *lock.earlier) if each != application)[:_MAX_EARLIER]


def _lock_row(lock: AccountLock) -> rows.Row:
    return {
        "PartitionKey": _ACCOUNT,
        "RowKey": rows.key(lock.subject),
        "application": rows.key(lock.application),
        "earlier": rows.text(codec.names_text(lock.earlier)),
        "contested": lock.contested,
        "blocked_by": rows.text(codec.names_text(lock.blocked_by)),
        "blocked_at": rows.time_text(lock.blocked_at) if lock.blocked_at else "",
        "lifted": rows.text(codec.names_text(lock.lifted)),
        "lifters": rows.text(codec.names_text(lock.lifters)),
        "told_of": lock.told_of,
        "told_at": rows.time_text(lock.told_at) if lock.told_at else "",
    }


def _listed_key(subject: str) -> str:
    """Key of the index row of an account that is or was blocked; no object id begins like it."""
    return rows.key(f"{_LISTED}{subject}")
