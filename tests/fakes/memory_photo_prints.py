"""Digests of photos in memory."""

from datetime import datetime

from shared.ports import PhotoPrint
from tests.fakes.hooks import Hooks, call


class MemoryPhotoPrints:
    """The port ``PhotoPrints``."""

    port = "photo_prints"

    def __init__(self, hooks: Hooks) -> None:
        self.hooks = hooks
        self.rows: dict[tuple[str, str], PhotoPrint] = {}

    @call
    async def keep(self, photo_print: PhotoPrint) -> None:
        self.rows.setdefault((photo_print.digest, photo_print.application), photo_print)

    @call
    async def of(self, digest: str) -> list[PhotoPrint]:
        return [each for each in self.rows.values() if each.digest == digest]

    @call
    async def erase_due(self, now: datetime) -> int:
        due = [key for key, each in self.rows.items() if each.erase_at <= now]
        for key in due:
            del self.rows[key]
        return len(due)
