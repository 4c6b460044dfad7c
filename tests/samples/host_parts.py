"""What the host's contract tests hand to the host: a business clock that can be moved, and something to inject."""

import importlib
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp


def now() -> datetime:
    """Answer the business now: real time plus the seconds written in a file."""
    path = Path(os.environ["SAMPLE_CLOCK"])
    offset = float(path.read_text(encoding="utf-8") or 0) if path.exists() else 0.0
    return datetime.now(UTC) + timedelta(seconds=offset)


def inject() -> Callable[[], Awaitable[None]]:
    """Open what an app caches, on the app's own loop; answer how to close it."""
    # The app's folder is on the path by now, so this is the app's own module.
    note = importlib.import_module("sample_journal").note
    session = aiohttp.ClientSession()
    note("injected")

    async def close() -> None:
        await session.close()
        note("closed")

    return close
