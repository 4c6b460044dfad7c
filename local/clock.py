"""The business clock of the local run: the machine's time plus an offset kept in a small file.

Every local process (the cloud, the two hosts) reads the same file: moving the clock in one moves it in all.
Sign-in tokens, cookies and storage do not use it: they run in real time, as in the cloud.
"""

import contextlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

CLOCK_FILE_VARIABLE = "REREGISTER_CLOCK_FILE"


class FileClock:
    """A clock whose offset from the machine's time lies in `path`; a missing file means no offset."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        """The business time, aware, in UTC. One `stat` a call; the file is read again only if it changed."""
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """How far the business time is ahead of the machine's (negative: behind)."""
        if self._path is None:
            return timedelta()
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._seen = None
            return timedelta()
        mark = (found.st_ino, found.st_mtime_ns)
        if mark != self._seen:
            # A reader may meet an emptied or foreign file; the last known offset is better than a crash.
            with contextlib.suppress(ValueError, OverflowError, FileNotFoundError):
                self._offset = timedelta(seconds=float(self._path.read_text(encoding="utf-8")))
            self._seen = mark
        return self._offset

    def set_now(self, moment: datetime) -> None:
        """Make `moment` (aware) the business time from now on, in every process that reads the file."""
        if moment.tzinfo is None:
            message = "the business clock takes only times with a zone"
            raise ValueError(message)
        if self._path is None:
            message = f"this clock has no file: set {CLOCK_FILE_VARIABLE}"
            raise ValueError(message)
        seconds = (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds()
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        fresh.write_text(f"{seconds:.6f}\n", encoding="utf-8")
        fresh.replace(self._path)  # atomic: nobody reads half a number

    def reset(self) -> None:
        """Back to the machine's time."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


_clocks: dict[str, FileClock] = {}


def of_environment() -> FileClock:
    """The clock of the file named by `REREGISTER_CLOCK_FILE`; without that variable, the machine's time."""
    name = os.environ.get(CLOCK_FILE_VARIABLE, "")
    if name not in _clocks:
        _clocks[name] = FileClock(Path(name) if name else None)
    return _clocks[name]


def now() -> datetime:
    """The business time of this process (UTC, aware): what the host injects as the service's clock."""
    return of_environment().now()


def set_now(moment: datetime) -> None:
    """Move the business clock of every process that shares this one's clock file."""
    of_environment().set_now(moment)
