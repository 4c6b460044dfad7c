"""Exports of the tables in a private container of their own; the platform encrypts what lies there."""

import re
from collections.abc import AsyncIterable, AsyncIterator
from typing import TYPE_CHECKING

from shared import names
from shared.adapters.storage import Storage
from shared.adapters.storage_errors import port_errors
from shared.ports import MissingError

if TYPE_CHECKING:
    from azure.storage.blob.aio import ContainerClient

_NAME = re.compile(r"[0-9A-Z]{1,32}/[a-z]{1,32}\.jsonl?")


class BlobBackups:
    """The port ``Backups`` over one container."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def names(self) -> list[str]:
        """All names, in order."""
        async with port_errors("list exports"):
            return sorted([each async for each in self._container().list_blob_names()])

    async def write(self, name: str, lines: AsyncIterable[str]) -> None:
        """Write a file line by line; one of the same name is replaced.

        Raises:
            ValueError: the name is not one that this service makes.
        """

        async def body() -> AsyncIterator[bytes]:
            async for line in lines:
                yield f"{line}\n".encode()

        async with port_errors("write an export"):
            await self._container().upload_blob(_named(name), body(), overwrite=True)

    async def read(self, name: str) -> AsyncIterator[str]:
        """The lines of a file.

        Raises:
            MissingError: there is none of that name.
        """
        rest = b""
        async with port_errors("read an export"):
            download = await self._container().download_blob(_named(name))
            async for chunk in download.chunks():
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    yield line.decode()
        if rest:
            yield rest.decode()

    async def erase(self, name: str) -> None:
        """Remove a file for good; one that is gone is no error."""
        try:
            async with port_errors("erase an export"):
                await self._container().delete_blob(name, delete_snapshots="include")
        except MissingError:
            return

    def _container(self) -> "ContainerClient":
        return self._storage.container(names.CONTAINER_BACKUPS)


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("not a name of an export")
    return name
