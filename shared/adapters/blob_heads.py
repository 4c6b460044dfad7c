"""Heads of audit chains in a container of their own: one blob a head, written once.

In the cloud the container is immutable (write once, read many) and only the worker's identity may write. The name is
``CASE/NUMBER``; the body is JSON with the hash and the time.
"""

import asyncio
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared import names
from shared.adapters.storage import Storage
from shared.adapters.storage_errors import port_errors
from shared.domain.audit import AuditHead
from shared.ports import ConflictError, MissingError

if TYPE_CHECKING:
    from azure.storage.blob.aio import ContainerClient

_CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_SIDE_BY_SIDE = 8
_NAME = re.compile(r"(?P<case>[^/]+)/(?P<number>[0-9]{6})")


class BlobHeads:
    """The ports ``AuditHeads`` and ``KeptHeads`` over one container."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def keep(self, head: AuditHead, *, at: datetime) -> None:
        """Write a head; the same one twice is the same as once.

        Raises:
            ConflictError: another hash is kept for this event; it stays.
            ValueError: the id is not one of a case.
        """
        from azure.storage.blob import ContentSettings

        body = json.dumps({"hash": head.hash, "at": at.astimezone(UTC).isoformat()})
        settings = ContentSettings(content_type="application/json")
        name = f"{_case(head.application)}/{head.number:06d}"
        try:
            async with port_errors("keep a head"):
                await self._container().upload_blob(
                    name, body.encode(), overwrite=False, content_settings=settings
                )
        except ConflictError:
            if (await self._read(name)) != head.hash:
                raise

    async def of(self, application: str) -> list[AuditHead]:
        """All heads of one case, by number; what cannot be read as a head has an empty hash."""
        start = f"{_case(application)}/"
        async with port_errors("list heads"):
            found = [each async for each in self._container().list_blob_names(name_starts_with=start)]
        numbers = sorted(int(each["number"]) for each in map(_NAME.fullmatch, found) if each)
        gate = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def read(number: int) -> AuditHead:
            async with gate:
                return AuditHead(application, number, await self._read(f"{start}{number:06d}"))

        return list(await asyncio.gather(*map(read, numbers)))

    async def applications(self) -> list[str]:
        """Ids of all cases that have a head, in order."""
        async with port_errors("list heads"):
            walked = self._container().walk_blobs(delimiter="/")
            return sorted([each.name.rstrip("/") async for each in walked])

    async def _read(self, name: str) -> str:
        try:
            async with port_errors("read a head"):
                download = await self._container().download_blob(name)
                return str(json.loads(await download.readall())["hash"])
        except (ValueError, KeyError, TypeError, MissingError):
            return ""

    def _container(self) -> "ContainerClient":
        return self._storage.container(names.CONTAINER_HEADS)


def _case(application: str) -> str:
    if not _CASE.fullmatch(application):
        raise ValueError("not an id of a case")
    return application
