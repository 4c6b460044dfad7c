"""What lies in storage, read with the real SDK; and rows written past the doors, as a taken-over web process could."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from azure.data.tables import TableServiceClient
from azure.data.tables.aio import TableServiceClient as AsyncTableServiceClient
from azure.storage.blob import ContainerClient
from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

from shared import names
from shared.adapters.tables_inbox import TableInbox
from shared.domain.requests import Request, RequestKind

UNREADABLE = "../../x"
GARBAGE = ("", "garbage", "0" * 32, "'; drop table", UNREADABLE, "\u3042" * 50)
"""Messages that no door ever sends."""


@dataclass(frozen=True)
class Stored:
    """The storage of one stack."""

    connection: str

    def rows(self, table: str) -> list[dict[str, object]]:
        """All rows of a table."""
        with TableServiceClient.from_connection_string(self.connection) as service:
            return [dict(row) for row in service.get_table_client(table).list_entities()]

    def photos(self) -> set[str]:
        """Names of all photos."""
        with ContainerClient.from_connection_string(self.connection, names.CONTAINER_PHOTOS) as container:
            return set(container.list_blob_names())

    def messages(self) -> list[str]:
        """The text of every message in any queue, as it lies there."""
        with QueueServiceClient.from_connection_string(self.connection) as service:
            return [
                str(message.content)
                for queue in service.list_queues()
                for message in service.get_queue_client(queue.name).peek_messages(max_messages=32)
            ]

    def texts(self) -> Iterator[str]:
        """Everything that any table or queue holds, as text."""
        for table in names.TABLES:
            for row in self.rows(table):
                yield from (f"{table}: {value}" for value in row.values())
        yield from (f"queue: {text}" for text in self.messages())

    def send(self, queue: str, text: str) -> None:
        """Put a message into a queue, encoded as the host expects it."""
        with QueueServiceClient.from_connection_string(self.connection) as service:
            client = service.get_queue_client(queue, message_encode_policy=TextBase64EncodePolicy())
            client.send_message(text, time_to_live=-1)

    def forge(
        self, application: str, kind: RequestKind, slot: int, *, evidence: str, body: dict[str, str]
    ) -> None:
        """Insert a request row past every check of the doors."""
        request = Request(application, kind, slot, datetime.now(UTC), body, evidence)

        async def put() -> None:
            async with AsyncTableServiceClient.from_connection_string(self.connection) as service:
                await TableInbox(service.get_table_client(names.TABLE_REQUESTS)).put(request)

        asyncio.run(put())
