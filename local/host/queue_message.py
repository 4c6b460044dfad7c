"""One queue message in our hands: its text, what the function is told of it, and the lease on it."""

import asyncio
import base64
import binascii
import json
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from azure.core.exceptions import HttpResponseError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.host.protos import TypedData
from local.host.storage import STORAGE_ERRORS

log = logging.getLogger(__name__)

# After a failed renewal the next one comes sooner, but not within a tenth of the lease (a minute of ten).
_MOST_RENEWALS_PER_LEASE = 10
_FIRST_RETRY = 0.5
_LONGEST_INSISTENCE = 60.0


def decode_body(raw: str, *, base64_encoded: bool) -> str | None:
    """Give the text of a body as it is in the queue; None when it is not base64 though it should be."""
    if not base64_encoded:
        return raw
    try:
        # .NET's decoder, which the platform uses, skips white space and nothing else.
        return base64.b64decode("".join(raw.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


def message_metadata(message: QueueMessage, text: str) -> dict[str, TypedData]:
    """Give the trigger metadata that `func.QueueMessage` is made of; times are UTC."""

    def as_json(value: datetime | int | None) -> TypedData:
        return TypedData(json=json.dumps(value.isoformat() if isinstance(value, datetime) else value))

    return {
        "QueueTrigger": TypedData(string=text),
        "Id": TypedData(string=message.id),
        "PopReceipt": TypedData(string=message.pop_receipt),
        "DequeueCount": as_json(message.dequeue_count),
        "InsertionTime": as_json(message.inserted_on),
        "ExpirationTime": as_json(message.expires_on),
        "NextVisibleTime": as_json(message.next_visible_on),
    }


class Lease:
    """Our hold on a message: its id and the pop receipt, which changes with every renewal."""

    def __init__(self, queue: QueueClient, message: QueueMessage, *, seconds: int) -> None:
        """`seconds`: how long the message stays ours after it was taken, and after each renewal."""
        self._queue = queue
        self._id = message.id
        self._receipt = message.pop_receipt
        self._seconds = seconds

    async def keep_while[T](self, work: Awaitable[T]) -> T:
        """Wait for `work` and renew the lease at half-life until it is done."""
        done = asyncio.Event()
        renewal = asyncio.create_task(self._renew_until(done))
        try:
            return await work
        finally:
            done.set()
            # Not cancelled: an answer under way carries the receipt that the next call needs.
            await renewal

    async def release(self) -> None:
        """Make the message visible to everybody at once; asks once, since a stop has no time."""
        await self._show_in(0)

    async def give_back(self, seconds: int) -> None:
        """Make the message visible to everybody in `seconds`; sits out a short outage."""
        await self._insist(lambda: self._show_in(seconds))

    async def delete(self) -> None:
        """Take the message out of the queue; sits out a short outage."""
        await self._insist(lambda: self._queue.delete_message(self._id, pop_receipt=self._receipt))

    async def _show_in(self, seconds: int) -> object:
        # Id and receipt only: given the message object, the SDK would send its body again, encoded once more.
        return await self._queue.update_message(
            self._id, pop_receipt=self._receipt, visibility_timeout=seconds
        )

    async def _insist(self, ask: Callable[[], Awaitable[object]]) -> None:
        """Ask again after an error, as the platform's SDK does, while at least half the lease is surely ours."""
        deadline = time.monotonic() + min(_LONGEST_INSISTENCE, self._seconds / 2)
        pause = _FIRST_RETRY
        while True:
            try:
                await ask()
            except STORAGE_ERRORS as error:
                if _is_lost(error) or time.monotonic() + pause > deadline:
                    raise
                await asyncio.sleep(pause)
                pause *= 2
            else:
                return

    async def _renew_until(self, done: asyncio.Event) -> None:
        pause = self._seconds / 2
        while True:
            try:
                async with asyncio.timeout(pause):
                    await done.wait()
            except TimeoutError:
                pass
            else:
                return
            try:
                renewed = await self._queue.update_message(
                    self._id, pop_receipt=self._receipt, visibility_timeout=self._seconds
                )
                self._receipt = renewed.pop_receipt
                pause = self._seconds / 2
            except STORAGE_ERRORS as error:
                log.warning(
                    "renewal failed: %s", type(error).__name__, extra={"fields": {"message_id": self._id}}
                )
                if _is_lost(error):
                    return
                pause = max(pause / 2, self._seconds / _MOST_RENEWALS_PER_LEASE)


def _is_lost(error: Exception) -> bool:
    """Whether storage says that somebody else has the message by now, or that it is gone."""
    return isinstance(error, HttpResponseError) and error.status_code in {400, 404}
