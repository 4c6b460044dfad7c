"""Opens the storage accounts: clients are made at first use and closed together.

The SDKs repeat reads and harmless writes twice; one that must not be repeated says ``retry_total=0``.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from shared import names
from shared.adapters.storage_errors import port_errors

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.data.tables.aio import TableClient, TableServiceClient
    from azure.storage.blob.aio import BlobServiceClient, ContainerClient
    from azure.storage.queue.aio import QueueClient, QueueServiceClient

_RETRIES = 2
_BLOCK = 1_000_000
"""Bytes of what is streamed to a blob at a time; a blob holds 50,000 of them. More than 1 MiB at once would hold up the loop."""
_TRANSPORT: dict[str, Any] = {"connection_timeout": 5, "read_timeout": 20}
_BACKOFF: dict[str, Any] = {"retry_total": _RETRIES, "initial_backoff": 1, "increment_base": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageAccount:
    """Where an account is: a connection string, or addresses and a credential (managed identity).

    Attributes:
        connection_string: Holds the account's key; for the local emulator and for accounts with keys only.
        table_url: Address of the table service, such as ``https://NAME.table.core.windows.net``.
        queue_url: Address of the queue service.
        blob_url: Address of the blob service.
        credential: Token credential for the addresses; closed by whoever made it.
    """

    connection_string: str = field(default="", repr=False)
    table_url: str = ""
    queue_url: str = ""
    blob_url: str = ""
    credential: "AsyncTokenCredential | None" = None


class Storage:
    """The two accounts of the service: records (tables, queues) and photos (blobs)."""

    def __init__(self, *, records: StorageAccount, photos: StorageAccount, prefix: str = "") -> None:
        """Open nothing yet.

        Args:
            records: Account of tables and queues.
            photos: Account of the photo container.
            prefix: Put before every name, so that test runs can share an account; lower-case letters, digits.
        """
        self._records = records
        self._photos = photos
        self._prefix = prefix
        self._open = AsyncExitStack()
        self._tables: TableServiceClient | None = None
        self._queues: QueueServiceClient | None = None
        self._blobs: BlobServiceClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; a later use opens new ones."""
        self._tables = self._queues = self._blobs = None
        await self._open.aclose()

    def table(self, name: str) -> "TableClient":
        """The client of one table."""
        return self._table_service().get_table_client(self._prefix + name)

    def queue(self, name: str) -> "QueueClient":
        """The client of one queue; messages are base64 of UTF-8, as the platform's triggers read them."""
        from azure.storage.queue import TextBase64EncodePolicy

        return self._queue_service().get_queue_client(
            self._prefix + name, message_encode_policy=TextBase64EncodePolicy()
        )

    def container(self, name: str = names.CONTAINER_PHOTOS) -> "ContainerClient":
        """The client of one blob container."""
        return self._blob_service().get_container_client(self._prefix + name)

    async def ensure(self) -> None:
        """Create tables, queues and containers where they are missing; for the local emulator and tests.

        In the cloud the templates create them, and the identities of the service may not.

        Raises:
            UnavailableError: storage cannot be reached.
        """
        from azure.core.exceptions import ResourceExistsError

        async with port_errors("create storage"):
            for table in names.TABLES:
                await self._table_service().create_table_if_not_exists(self._prefix + table)
            for queue in names.QUEUES:
                try:
                    await self.queue(queue).create_queue()
                except ResourceExistsError:
                    continue
            for each in names.CONTAINERS:
                container = self.container(each)
                if not await container.exists():
                    try:
                        await container.create_container()
                    except ResourceExistsError:
                        continue

    async def probe(self) -> None:
        """Ask for one row that is never there, to see whether the tables answer.

        Raises:
            UnavailableError: storage cannot be reached or is not set up.
        """
        async with port_errors("read storage"):
            rows = self.table(names.TABLE_LOCKS).query_entities(
                "PartitionKey eq 'probe'", results_per_page=1, select=["RowKey"]
            )
            async for _ in rows:
                return

    def _table_service(self) -> "TableServiceClient":
        if self._tables is None:
            from azure.data.tables.aio import TableServiceClient

            options: dict[str, Any] = {"retry_total": _RETRIES, "retry_backoff_factor": 0.3, **_TRANSPORT}
            account = self._records
            if account.connection_string:
                self._tables = TableServiceClient.from_connection_string(account.connection_string, **options)
            else:
                self._tables = TableServiceClient(account.table_url, credential=account.credential, **options)
            self._open.push_async_callback(self._tables.close)
        return self._tables

    def _queue_service(self) -> "QueueServiceClient":
        if self._queues is None:
            from azure.storage.queue.aio import QueueServiceClient

            options: dict[str, Any] = {**_BACKOFF, **_TRANSPORT}
            account = self._records
            if account.connection_string:
                self._queues = QueueServiceClient.from_connection_string(account.connection_string, **options)
            else:
                self._queues = QueueServiceClient(account.queue_url, credential=account.credential, **options)
            self._open.push_async_callback(self._queues.close)
        return self._queues

    def _blob_service(self) -> "BlobServiceClient":
        if self._blobs is None:
            from azure.storage.blob.aio import BlobServiceClient

            options: dict[str, Any] = {**_BACKOFF, **_TRANSPORT, "max_block_size": _BLOCK}
            account = self._photos
            if account.connection_string:
                self._blobs = BlobServiceClient.from_connection_string(account.connection_string, **options)
            else:
                self._blobs = BlobServiceClient(account.blob_url, credential=account.credential, **options)
            self._open.push_async_callback(self._blobs.close)
        return self._blobs
