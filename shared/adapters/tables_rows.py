"""What every table adapter does with rows: keys and sizes that storage takes, queries, transactions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import batched
from typing import TYPE_CHECKING, Any

from shared.adapters.storage_errors import Effect, port_errors
from shared.ports import MissingError, NewerVersionError

if TYPE_CHECKING:
    from azure.data.tables import TableEntity
    from azure.data.tables.aio import TableClient

type Row = dict[str, Any]
type Operation = tuple[str, Row] | tuple[str, Row, dict[str, Any]]

SCHEMA = 1
"""Version of the rows' form, in every row that is written; rows without it are older.

Raise it when an older process could misread what this one writes: it then leaves the row alone.
"""
MAX_OPERATIONS = 100
"""Entity-group transactions take no more (azure.md 10)."""
MAX_TEXT = 32_000
"""A string property holds 64 KiB of UTF-16 (azure.md 10)."""

_FORBIDDEN = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_MAX_KEY = 256


def key(text: str) -> str:
    """The text, if storage takes it as a key: checked here, since the emulator answers 500 to a bad one.

    Raises:
        ValueError: empty, too long, or with a character that keys may not have.
    """
    if not text or len(text) > _MAX_KEY or _FORBIDDEN.search(text):
        message = "not a key that storage takes"
        raise ValueError(message)
    return text


def text(value: str) -> str:
    """The text, if it fits into one property.

    Raises:
        ValueError: it does not.
    """
    if len(value.encode("utf-16-le")) > MAX_TEXT * 2:
        message = "the record is too large for one property"
        raise ValueError(message)
    return value


def partition(name: str, count: int) -> str:
    """The partition of a row among a fixed number, by a hash of its name."""
    return f"p{sha256(name.encode()).digest()[0] % count}"


def time_key(at: datetime) -> str:
    """An instant as a key that sorts by time: UTC to the millisecond, such as ``20261124T041333123Z``."""
    utc = at.astimezone(UTC)
    return f"{utc:%Y%m%dT%H%M%S}{utc.microsecond // 1000:03d}Z"


def time_text(at: datetime) -> str:
    """An instant as ISO 8601 in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat()


def time_from(value: str) -> datetime:
    """An aware instant from ISO 8601, in UTC."""
    return datetime.fromisoformat(value).astimezone(UTC)


def stamp(entity: "TableEntity") -> datetime | None:
    """When storage stored the row (UTC, real time): the service sets it, no caller can."""
    value = entity.metadata.get("timestamp")
    return value.astimezone(UTC) if isinstance(value, datetime) else None


def is_newer(row: Mapping[str, Any]) -> bool:
    """Whether a newer version of the service wrote the row; one with a version that is no number counts as newer."""
    version = row.get("schema", 0)
    return not isinstance(version, int) or version > SCHEMA


def readable[R: Mapping[str, Any]](row: R) -> R:
    """The row, if this version knows its form.

    Raises:
        NewerVersionError: a newer version of the service wrote it.
    """
    if is_newer(row):
        raise NewerVersionError("the row was written by a newer version of the service")
    return row


async def query(table: "TableClient", condition: str, **values: str) -> "list[TableEntity]":
    """All rows that a condition names, page after page; ``values`` are its ``@parameters``."""
    async with port_errors("query rows"):
        rows = table.query_entities(condition, parameters=values)
        return [row async for row in rows]


async def get(table: "TableClient", part: str, row_key: str) -> "TableEntity | None":
    """One row, or None."""
    try:
        async with port_errors("read a row"):
            return await table.get_entity(part, row_key)
    except MissingError:
        return None


async def insert(table: "TableClient", row: Row) -> str:
    """Insert-only, and sent once: a repeat by the SDK would meet its own row and call it a conflict.

    Returns the row's version (ETag).

    Raises:
        ConflictError: the row is there.
    """
    async with port_errors("insert a row"):
        done = await table.create_entity(_signed(row), retry_total=0)
    return str(done.get("etag", ""))


async def put(table: "TableClient", row: Row) -> None:
    """Write a row whatever was there; doing it twice is the same as once."""
    from azure.data.tables import UpdateMode

    async with port_errors("put a row"):
        await table.upsert_entity(_signed(row), mode=UpdateMode.REPLACE)


async def replace(table: "TableClient", row: Row, version: str) -> str:
    """Replace a row that still has this version (ETag); returns the new one.

    The transport itself repeats a PUT whose connection is lost. A repeat is harmless: it meets another version and is
    stale, and reading again shows whose it is.

    Raises:
        StaleError: it has another version.
        MissingError: it is gone.
    """
    from azure.core import MatchConditions
    from azure.data.tables import UpdateMode

    async with port_errors("replace a row"):
        done = await table.update_entity(
            _signed(row),
            mode=UpdateMode.REPLACE,
            etag=version,
            match_condition=MatchConditions.IfNotModified,
            retry_total=0,
        )
    return str(done.get("etag", ""))


async def commit(
    table: "TableClient",
    operations: Sequence[Operation],
    effect: Effect = Effect.ONCE,
    *,
    as_they_are: bool = False,
) -> list[str]:
    """One entity-group transaction: all or nothing, sent once. Returns the new versions, in order.

    Rows get the version of this code, except rows of a backup, which come back `as_they_are`: what a newer version wrote
    stays left alone.

    Raises:
        ValueError: more operations than a transaction takes.
        ConflictError: an insert met a row.
        StaleError: an update met another version.
        MissingError: a row to be changed is gone.
        UnknownOutcomeError: no answer came, and the effect is one that must be looked at first.
    """
    if len(operations) > MAX_OPERATIONS:
        message = "too many rows for one transaction"
        raise ValueError(message)
    signed = [
        each if as_they_are or each[0] == "delete" else (each[0], _signed(each[1]), *each[2:])
        for each in operations
    ]
    async with port_errors("commit rows", effect):
        done = await table.submit_transaction(signed, retry_total=0)
    return [str(each.get("etag", "")) for each in done]


async def erase(table: "TableClient", keys: Iterable[tuple[str, str]]) -> None:
    """Remove rows, given as (partition, row key); one that is gone is no error."""
    by_partition: dict[str, list[str]] = {}
    for part, row_key in dict.fromkeys(keys):
        by_partition.setdefault(part, []).append(row_key)
    for part, row_keys in by_partition.items():
        for some in batched(row_keys, MAX_OPERATIONS, strict=False):
            await _erase(table, part, some)


async def _erase(table: "TableClient", part: str, row_keys: tuple[str, ...]) -> None:
    if len(row_keys) > 1:
        try:
            await commit(table, [("delete", _named(part, each)) for each in row_keys], Effect.HARMLESS)
        except MissingError:
            pass  # one of them is gone, so the whole transaction was refused: each by itself
        else:
            return
    for each in row_keys:
        async with port_errors("erase a row"):
            await table.delete_entity(part, each)


def _signed(row: Row) -> Row:
    return {**row, "schema": SCHEMA}


def _named(part: str, row_key: str) -> Row:
    return {"PartitionKey": part, "RowKey": row_key}


def field(row: Mapping[str, Any], name: str) -> str:
    """A text property of a row; empty when it has none."""
    return str(row.get(name, ""))
