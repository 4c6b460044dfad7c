"""Export the tables as JSON Lines while the service runs, and erase the exports whose time is over.

The order of the tables makes an export good although the rows go on changing. A request is read before the case that
answers it: then it is in one of them or in both, and an answered request that comes again is known as answered. Locks are
read after the cases: what a case says it wrote into its account's lock is there. Counts of the doors are not exported.
"""

import hashlib
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from shared import names
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
    """Make an export if one is due; the name of what was made, empty if none was.

    Raises:
        UnavailableError: storage cannot be reached; the next run tries again.
        ValueError: a table holds a row that cannot be exported.
    """
    now = ports.clock.now()
    found = await ports.files.names()
    for each in found:
        if now - made_at(each) >= ports.kept:
            await ports.files.erase(each)
    newest = max((made_at(each) for each in found if each.endswith(f"/{MANIFEST}")), default=None)
    if not ports.every or (newest is not None and now - newest < ports.every):
        return ""
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


def made_at(name: str) -> datetime:
    """When the export was begun to which a file belongs (UTC); what has no such name counts as very old."""
    try:
        return datetime.strptime(name.partition("/")[0], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)


async def _one(line: str) -> AsyncIterator[str]:
    yield line
