"""The host's own storage clients. The app has its own; these are used on the host's loop only."""

from collections.abc import Mapping
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.host.metadata import IndexingError

# Listeners retry by themselves, with their own back-off: the SDK's (15 s and more) would hide an outage.
_CLIENT_OPTIONS: Mapping[str, Any] = {"retry_total": 0, "connection_timeout": 5, "read_timeout": 20}

STORAGE_ERRORS = (AzureError, OSError, TimeoutError)


class HostStorage:
    """Clients by the name of the setting that has their connection string."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """`environment` has the connection strings."""
        self._environment = environment
        self._services: dict[str, QueueServiceClient] = {}
        self._queues: dict[tuple[str, str], QueueClient] = {}
        self._blobs: BlobServiceClient | None = None

    def queue(self, connection: str, name: str) -> QueueClient:
        """Give the client of a queue; it neither encodes nor decodes texts."""
        key = (connection, name)
        if key not in self._queues:
            if connection not in self._services:
                self._services[connection] = QueueServiceClient.from_connection_string(
                    self._connection_string(connection), **_CLIENT_OPTIONS
                )
            self._queues[key] = self._services[connection].get_queue_client(name)
        return self._queues[key]

    def container(self, name: str) -> ContainerClient:
        """Give the client of a blob container of the host's own account (`AzureWebJobsStorage`)."""
        if self._blobs is None:
            self._blobs = BlobServiceClient.from_connection_string(
                self._connection_string("AzureWebJobsStorage"), **_CLIENT_OPTIONS
            )
        return self._blobs.get_container_client(name)

    async def close(self) -> None:
        """Close every connection."""
        for service in self._services.values():
            await service.close()
        if self._blobs is not None:
            await self._blobs.close()

    def _connection_string(self, name: str) -> str:
        # The platform looks for the name with its own prefix first, then for the name itself.
        value = self._environment.get(f"AzureWebJobs{name}") or self._environment.get(name)
        if not value:
            raise IndexingError(f"setting {name!r} (a storage connection string) does not exist")
        return value


async def create_queue(client: QueueClient) -> None:
    """Create the queue unless it is there already."""
    try:
        await client.create_queue()
    except ResourceExistsError:
        return
