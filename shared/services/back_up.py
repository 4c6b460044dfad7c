"""Export the tables as JSON Lines while the service runs, and erase the exports whose time is over.

The order of the tables makes an export good although the rows go on changing. A request is read before the case that
answers it: then it is in one of them or in both, and an answered request that comes again is known as answered. Locks are
read after the cases: what a case says it wrote into its account's lock is there. Counts of the doors are not exported.
"""

import hashlib
import json
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from shared import names
from shared.logs import frames
from shared.ports import PortError
from shared.services.backup_ports import BackupPorts

_LOG = logging.getLogger(__name__)

ORDER: Final = (
    names.TABLE_REQUESTS,
    names.TABLE_APPLICATIONS,
    names.TABLE_LOCKS,
    names.TABLE_PHOTO_PRINTS,
    names.TABLE_ACCESSES,
    names.TABLE_DUE,
)
MANIFEST: Final = "manifest.json"
"""Written last: an export without it is not whole and is never restored."""
FORM: Final = 1
"""Version of the export's own form; what its rows hold has versions of its own (``codec.SCHEMA``)."""
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_UNFINISHED: Final = timedelta(days=1)


class Tally:
    """Counts the lines of one file on their way, and hashes them.

    Attributes:
        rows: How many there were.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.rows = 0
        self._hash = hashlib.sha256()

    async def counting(self, lines: AsyncIterator[str]) -> AsyncIterator[str]:
        """The same lines, counted."""
        async for line in lines:
            self.rows += 1
            self._hash.update(f"{line}\n".encode())
            yield line

    def facts(self) -> dict[str, int | str]:
        """What the manifest says of the file."""
        return {"rows": self.rows, "sha256": self._hash.hexdigest()}


async def back_up(ports: BackupPorts) -> str:
    """Erase what is over, then make an export if one is due; the name of what was made, empty if none was.

    In this order, since an export that takes too long ends the process: what was left of it would never be erased.

    Raises:
        UnavailableError: storage cannot be reached; the next run tries again.
    """
    now = ports.clock.now()
    found = await ports.files.names()
    newest = newest_whole(found)
    try:
        for each in _over(found, now, ports):
            await ports.files.erase(each)
    except PortError as error:  # an export matters more; the rest goes with the next run
        _LOG.warning("an old export could not be erased: %s at %s", type(error).__name__, frames(error))
    due = bool(ports.every) and (newest is None or now - newest >= ports.every)
    return await _export(now, ports) if due else ""


async def _export(now: datetime, ports: BackupPorts) -> str:
    name = f"{now.astimezone(UTC):{_STAMP}}"
    files: dict[str, dict[str, int | str]] = {}
    for table in ORDER:
        tally = Tally()
        await ports.files.write(f"{name}/{table}.jsonl", tally.counting(ports.tables.lines(table)))
        files[table] = tally.facts()
    manifest = json.dumps({"form": FORM, "at": now.astimezone(UTC).isoformat(), "tables": files})
    await ports.files.write(f"{name}/{MANIFEST}", _one(manifest))
    _LOG.info("the tables were exported")
    return name


def newest_whole(found: Iterable[str]) -> datetime | None:
    """When the newest export was begun that was brought to its end (UTC), by the names of all files; None if there is none."""
    return max((made_at(each) for each in found if each.endswith(f"/{MANIFEST}")), default=None)


def _over(found: Sequence[str], now: datetime, ports: BackupPorts) -> list[str]:
    """The files whose time is over, manifests first: what is left of an export of which only a part went is not whole.

    As long as exports are wanted, the newest whole one stays however old it is. One that was never finished helps nobody, and
    holds personal data: it goes after a day.
    """
    whole = {each.partition("/")[0] for each in found if each.endswith(f"/{MANIFEST}")}
    newest = newest_whole(found) if ports.every else None
    over = [
        each
        for each in found
        if made_at(each) != newest
        and now - made_at(each) >= (ports.kept if each.partition("/")[0] in whole else _UNFINISHED)
    ]
    return sorted(over, key=lambda each: not each.endswith(f"/{MANIFEST}"))


def made_at(name: str) -> datetime:
    """When the export was begun to which a file belongs (UTC); what has no such name counts as very old."""
    try:
        return datetime.strptime(name.partition("/")[0], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)


async def _one(line: str) -> AsyncIterator[str]:
    yield line
