"""Digests of photos, kept to recognise one that comes again for somebody else's account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PhotoPrint:
    """That a photo came with an application. Nothing leads from it back to the picture or the person's name.

    Attributes:
        digest: SHA-256 of the photo's bytes (hex).
        application: Id of the application it came with.
        owner: Hash of digest and owner, to tell one person from another.
        at: When it came (UTC).
        erase_at: When this row must be gone (UTC).
    """

    digest: str
    application: str
    owner: str
    at: datetime
    erase_at: datetime


class PhotoPrints(Protocol):
    """Insert-only rows; only the worker reads and writes them."""

    async def keep(self, photo_print: PhotoPrint) -> None:
        """Write one, with the row by which it is erased written before; the same one twice is the same as once."""
        ...

    async def of(self, digest: str) -> list[PhotoPrint]:
        """Every row of this digest, in any order."""
        ...

    async def erase_due(self, now: datetime) -> int:
        """Erase the rows whose time has come; how many there were."""
        ...
