"""What storage remembers of a timer: its last and next run, and which host may run it.

Places as in azure-webjobs-sdk-extensions (StorageScheduleMonitor) and azure-webjobs-sdk (SingletonManager).
"""

import asyncio
import contextlib
import json
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobClient, BlobLeaseClient, ContainerClient

from local.host.storage import STORAGE_ERRORS

log = logging.getLogger(__name__)

CONTAINER = "azure-webjobs-hosts"
NEVER = datetime(1, 1, 1, tzinfo=UTC)
# The platform's listener locks last 60 s; here the shortest there is, so that timers soon go on after a crash.
_LEASE_SECONDS = 15
_RENEW_SECONDS = 6.0
_SAFETY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """Times of a timer, UTC, on the business clock; `last` is NEVER before the first run."""

    last: datetime
    next: datetime
    last_updated: datetime

    def to_json(self) -> dict[str, str]:
        """Give the platform's form of it, which the function sees too."""
        return {
            "Last": self.last.isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.last_updated.isoformat(),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "TimerStatus":
        """Read the platform's form. Raises KeyError or ValueError when it is not that."""
        return cls(*(_utc(document[key]) for key in ("Last", "Next", "LastUpdated")))


class StatusBlob:
    """The status of one timer, in `timers/{host id}/Host.Functions.{function}/status`."""

    def __init__(self, container: ContainerClient, *, host_id: str, function: str) -> None:
        """The container is made when it is missing."""
        self._container = container
        self._blob = container.get_blob_client(f"timers/{host_id}/Host.Functions.{function}/status")

    async def read(self) -> TimerStatus | None:
        """Read the status; None when there is none, or none that can be read."""
        try:
            content = await (await self._blob.download_blob()).readall()
            return TimerStatus.from_json(json.loads(content))
        except (ResourceNotFoundError, ValueError, KeyError):
            return None

    async def write(self, status: TimerStatus) -> None:
        """Write the status."""
        await _upload(self._container, self._blob, json.dumps(status.to_json()).encode(), overwrite=True)


class TimerLock:
    """Lets one host run a timer: a lease on `locks/{host id}/Host.Functions.{function}.Listener`."""

    def __init__(self, container: ContainerClient, *, host_id: str, function: str) -> None:
        """The blob is made when it is missing."""
        self._container = container
        self._blob = container.get_blob_client(f"locks/{host_id}/Host.Functions.{function}.Listener")
        self._function = function
        self._lease: BlobLeaseClient | None = None
        self._ours_until = 0.0
        self._turn = asyncio.Lock()

    async def hold(self) -> bool:
        """Whether this host may run the timer now; takes the lease when it is free."""
        if time.monotonic() >= self._ours_until:
            await self._take_or_renew()
        return time.monotonic() < self._ours_until

    async def keep(self, stopping: asyncio.Event) -> None:
        """Hold the lease, or try to, until `stopping`; then give it back."""
        while not stopping.is_set():
            await self._take_or_renew()
            try:
                async with asyncio.timeout(_RENEW_SECONDS):
                    await stopping.wait()
            except TimeoutError:
                continue

    async def release(self) -> None:
        """Give the lease back, so that the next host need not wait for its end."""
        async with self._turn:
            lease, self._lease, self._ours_until = self._lease, None, 0.0
            if lease is not None:
                try:
                    await lease.release()
                except STORAGE_ERRORS as error:
                    log.warning("lock not released: %s", type(error).__name__)

    async def _take_or_renew(self) -> None:
        async with self._turn:
            asked = time.monotonic()
            try:
                if self._lease is None:
                    self._lease = await self._acquire()
                else:
                    await self._lease.renew()
            except ResourceExistsError:
                self._lose("another host has the lock")  # 409: leased by somebody else
            except STORAGE_ERRORS as error:
                self._lose(type(error).__name__)
            else:
                self._ours_until = asked + _LEASE_SECONDS - _SAFETY_SECONDS

    async def _acquire(self) -> BlobLeaseClient:
        try:
            return await self._blob.acquire_lease(lease_duration=_LEASE_SECONDS)
        except ResourceNotFoundError:
            await _upload(self._container, self._blob, b"", overwrite=False)
            return await self._blob.acquire_lease(lease_duration=_LEASE_SECONDS)

    def _lose(self, reason: str) -> None:
        if self._lease is not None:
            log.warning("timer lock lost: %s", reason, extra={"fields": {"function": self._function}})
        self._lease = None


async def _upload(container: ContainerClient, blob: BlobClient, content: bytes, *, overwrite: bool) -> None:
    try:
        await blob.upload_blob(content, overwrite=overwrite)
    except ResourceExistsError:
        return  # made by another host at the same moment
    except ResourceNotFoundError:
        with contextlib.suppress(ResourceExistsError):
            await container.create_container()
        await blob.upload_blob(content, overwrite=True)


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
