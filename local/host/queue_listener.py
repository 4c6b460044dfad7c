"""Queue trigger: takes messages, runs the function, deletes, retries or moves to the poison queue.

Rules of azure-webjobs-sdk (QueueListener, QueueProcessor), extension 5.x: a message is leased for ten minutes
and the lease renewed at half-life; the function runs at most `maxDequeueCount` times; a body that is not base64
goes to the poison queue without a run.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.host.host_json import QueueOptions
from local.host.invocation import Invoker, settle
from local.host.metadata import Function
from local.host.protos import TypedData
from local.host.queue_message import Lease, decode_body, message_metadata
from local.host.storage import STORAGE_ERRORS, create_queue

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
_SHORTEST_POLL = 0.1
# The platform waits up to maxPollingInterval, a minute by default; a developer at the screen does not.
_LONGEST_POLL = 0.15
# Messages reach a poison queue seldom, and nobody waits at the screen for them.
_LONGEST_POISON_POLL = 2.0
_LONGEST_ERROR_WAIT = 2.0
_POISON = "-poison"


@dataclass(frozen=True, slots=True)
class QueuePair:
    """A queue and where its hopeless messages go; no poison queue for a queue that is one itself."""

    name: str
    source: QueueClient
    poison: QueueClient | None

    @classmethod
    def of(cls, name: str, client: Callable[[str], QueueClient]) -> Self:
        """Name the poison queue by the platform's rule."""
        return cls(name, client(name), None if name.endswith(_POISON) else client(name + _POISON))


class QueueListener:
    """Listens to one queue for one function."""

    def __init__(
        self,
        function: Function,
        queues: QueuePair,
        *,
        options: QueueOptions,
        invoker: Invoker,
        lease: timedelta = LEASE,
    ) -> None:
        """`lease` (whole seconds) is a parameter for the tests; everything else comes from host.json."""
        self._function = function
        self._queues = queues
        self._options = options
        self._invoker = invoker
        self._lease = int(lease.total_seconds())
        self._finish_within = 0.0
        self._running: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._poison_is_there = False
        self.has_looked = asyncio.Event()

    def wake(self) -> None:
        """Look at the queue at once."""
        self._woken.set()

    async def run(self) -> None:
        """Listen until `stop`, then let what runs finish, and release what does not.

        Storage errors are waited out, never raised. `has_looked` is set after the first look, good or bad.
        """
        pause = _SHORTEST_POLL
        created = failing = False
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                if not created:
                    await create_queue(self._queues.source)
                    created = True
                pause = _SHORTEST_POLL if await self._take_batch() else self._longer(pause)
                failing = False
            except STORAGE_ERRORS as error:
                if isinstance(error, ResourceNotFoundError):
                    created = self._poison_is_there = False  # somebody deleted it, or storage began anew
                if not failing:
                    log.warning(
                        "queue storage failed: %s", type(error).__name__, extra={"fields": self._fields()}
                    )
                failing = True
                pause = min(pause * 2, _LONGEST_ERROR_WAIT)
            self.has_looked.set()
            await self._pause(pause)
        # Only here, after the last look: what that look has taken is among the running.
        await settle(self._running, within=self._finish_within)

    def stop(self, *, finish_within: float) -> None:
        """Take no more; `finish_within` seconds are left for what runs."""
        self._finish_within = finish_within
        self._stopping.set()
        self._woken.set()

    async def _take_batch(self) -> bool:
        if len(self._running) > self._options.new_batch_threshold:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED, timeout=_SHORTEST_POLL)
            return True
        pages = self._queues.source.receive_messages(
            messages_per_page=self._options.batch_size, visibility_timeout=self._lease
        ).by_page()
        # One page is one request; iterating further would ask again.
        async for page in pages:
            messages = [message async for message in page]
            break
        else:
            messages = []
        for message in messages:
            task = asyncio.create_task(self._handle(message))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return bool(messages)

    def _longer(self, pause: float) -> float:
        here = _LONGEST_POLL if self._queues.poison else _LONGEST_POISON_POLL
        longest = min(self._options.max_polling_interval.total_seconds(), here)
        return min(pause * random.uniform(1.5, 2.0), max(longest, _SHORTEST_POLL))

    async def _pause(self, seconds: float) -> None:
        if self._stopping.is_set():
            return
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _handle(self, message: QueueMessage) -> None:
        lease = Lease(self._queues.source, message, seconds=self._lease)
        try:
            await self._process(message, lease)
        except asyncio.CancelledError:
            await self._release(message, lease)
        except STORAGE_ERRORS as error:
            # The message comes back when its lease ends, as it does when the platform's host dies.
            log.warning(
                "message storage failed: %s", type(error).__name__, extra={"fields": self._fields(message)}
            )

    async def _process(self, message: QueueMessage, lease: Lease) -> None:
        if self._stopping.is_set():
            await self._release(message, lease)
            return
        text = decode_body(message.content, base64_encoded=self._options.base64)
        used_up = (
            self._queues.poison is not None and (message.dequeue_count or 1) > self._options.max_dequeue_count
        )
        if text is None or used_up:
            reason = "undecodable" if text is None else "dequeued too often"
            log.warning("not run: %s", reason, extra={"fields": self._fields(message)})
            await self._move_to_poison(message, lease)
            return
        outcome = await lease.keep_while(
            self._invoker.invoke(
                self._function, TypedData(string=text), metadata=message_metadata(message, text)
            )
        )
        if outcome.succeeded:
            await lease.delete()
        elif self._queues.poison is None:
            # A poison queue has no poison queue: its message stays invisible for the lease and comes back.
            log.warning("left for the lease", extra={"fields": self._fields(message)})
        elif (message.dequeue_count or 1) >= self._options.max_dequeue_count:
            await self._move_to_poison(message, lease)
        else:
            await lease.give_back(int(self._options.visibility_timeout.total_seconds()))

    async def _release(self, message: QueueMessage, lease: Lease) -> None:
        try:
            await lease.release()
        except STORAGE_ERRORS:
            log.exception(
                "not released: it comes back when its lease ends", extra={"fields": self._fields(message)}
            )
        else:
            log.warning("released unfinished", extra={"fields": self._fields(message)})

    async def _move_to_poison(self, message: QueueMessage, lease: Lease) -> None:
        if self._queues.poison is None:
            return
        if not self._poison_is_there:
            await create_queue(self._queues.poison)
            self._poison_is_there = True
        # As it was: decoding and encoding again would alter it.
        await self._queues.poison.send_message(message.content)
        await lease.delete()
        log.error("moved to the poison queue", extra={"fields": self._fields(message)})

    def _fields(self, message: QueueMessage | None = None) -> dict[str, object]:
        fields: dict[str, object] = {"function": self._function.name, "queue": self._queues.name}
        if message is not None:
            fields |= {"message_id": message.id, "dequeue_count": message.dequeue_count}
        return fields
