"""Photos of ID cards in a private container, under opaque names."""

import re

from shared.adapters.storage import Storage
from shared.adapters.storage_errors import port_errors
from shared.ports import ConflictError, MissingError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class BlobPhotos:
    """The port ``Photos`` over one container."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def put(self, name: str, jpeg: bytes) -> None:
        """Store a re-encoded photo; the same one twice is the same as once, since the SDK repeats a lost upload.

        Raises:
            ConflictError: there is another one of that name; it stays.
            ValueError: the name is not one that this service makes.
        """
        from azure.storage.blob import ContentSettings

        settings = ContentSettings(content_type="image/jpeg", cache_control="no-store")
        try:
            async with port_errors("store a photo"):
                await self._storage.container().upload_blob(
                    _named(name), jpeg, overwrite=False, content_settings=settings
                )
        except ConflictError:
            if await self.get(name) != jpeg:
                raise

    async def get(self, name: str) -> bytes:
        """Read one.

        Raises:
            MissingError: it was erased.
        """
        async with port_errors("read a photo"):
            download = await self._storage.container().download_blob(_named(name))
            return await download.readall()

    async def erase(self, name: str) -> None:
        """Remove one for good; one that is gone is no error."""
        try:
            async with port_errors("erase a photo"):
                await self._storage.container().delete_blob(_named(name), delete_snapshots="include")
        except MissingError:
            return


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("not a name of a photo")
    return name
