"""Counters of the doors in a table of their own: one partition for each end of a window, one row for each caller.

A row holds a count and a keyed hash: neither account nor address can be read from it, and it goes when its window is over.
"""

import asyncio
import hmac
import random
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from shared.adapters import tables_rows as rows
from shared.domain.limits import Window
from shared.ports import ConflictError, MissingError, StaleError, UnavailableError

if TYPE_CHECKING:
    from azure.data.tables.aio import TableClient

_TRIES: Final = 100
"""A write that fails was beaten by another one that counted, so this is reached only by so many at one moment."""
_LONGEST_PAUSE: Final = 0.05
_MOST_AT_ONCE: Final = 1000


class TableLimits:
    """The ports ``Limits`` and ``LimitsSweep`` over one table."""

    def __init__(self, table: "TableClient", *, hash_key: bytes = b"") -> None:
        """``hash_key`` makes the rows' names; whoever only sweeps needs none."""
        self._table = table
        self._hash_key = hash_key

    async def has_room(self, window: Window) -> bool:
        """Look, and count nothing."""
        row = await rows.get(self._table, rows.time_key(window.ends_at), self._name(window))
        return (int(row.get("count", 0)) if row is not None else 0) < window.most

    async def take(self, window: Window) -> bool:
        """Count once more by ETag; False, and nothing is counted, if the window is full.

        Raises:
            UnavailableError: too many others count at the same time, or storage cannot be reached.
        """
        part, name = rows.time_key(window.ends_at), self._name(window)
        for _ in range(_TRIES):
            row = await rows.get(self._table, part, name)
            count = int(row.get("count", 0)) if row is not None else 0
            if count >= window.most:
                return False
            fresh = {"PartitionKey": part, "RowKey": name, "count": count + 1}
            try:
                if row is None:
                    await rows.insert(self._table, fresh)
                else:
                    await rows.replace(self._table, fresh, str(row.metadata["etag"]))
            except (ConflictError, StaleError, MissingError):
                await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 - spreads callers, hides nothing
                continue
            return True
        raise UnavailableError("too many count at the same time")

    async def sweep(self, before: datetime) -> int:
        """Remove the counts of windows that ended before; what is left over goes next time."""
        found = await rows.query(self._table, "PartitionKey lt @end", end=rows.time_key(before))
        some = found[:_MOST_AT_ONCE]
        await rows.erase(self._table, ((str(each["PartitionKey"]), str(each["RowKey"])) for each in some))
        return len(some)

    def _name(self, window: Window) -> str:
        digest = hmac.new(self._hash_key, f"{window.limit.value}\n{window.who}".encode(), sha256)
        return f"{window.limit.value}:{digest.hexdigest()[:32]}"
