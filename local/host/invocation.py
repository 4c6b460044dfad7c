"""One call of a function, whole: run it, write its output queues, log how it went."""

import asyncio
import base64
import json
import logging
import time
from collections.abc import Callable, Mapping

from local.host.metadata import Function, QueueOutput, resolve_settings
from local.host.protos import TypedData
from local.host.storage import STORAGE_ERRORS, HostStorage, create_queue
from local.host.worker import FunctionWorker, Outcome

log = logging.getLogger(__name__)


class Invoker:
    """Calls functions for the triggers and keeps count of what runs, so that a stop can wait for it."""

    def __init__(
        self,
        worker: FunctionWorker,
        *,
        storage: HostStorage,
        environment: Mapping[str, str],
        base64_messages: bool,
    ) -> None:
        """`base64_messages`: whether output messages are encoded (host.json `messageEncoding`)."""
        self._worker = worker
        self._storage = storage
        self._environment = environment
        self._base64 = base64_messages
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._ready_queues: set[str] = set()
        self._background: set[asyncio.Task[Outcome]] = set()

    def on_message_sent(self, queue: str, wake: Callable[[], None]) -> None:
        """Have `wake` called when a function of this host has written to `queue`."""
        self._listeners.setdefault(queue, []).append(wake)

    async def invoke(
        self,
        function: Function,
        data: TypedData,
        *,
        metadata: Mapping[str, TypedData] | None = None,
        trace_parent: str | None = None,
    ) -> Outcome:
        """Run the function. Outputs are written after it succeeded, and fail it when they cannot be."""
        began = time.perf_counter()
        outcome = await self._worker.invoke(function, data, metadata=metadata, trace_parent=trace_parent)
        if outcome.succeeded and function.outputs:
            try:
                await self._write_outputs(function, outcome)
            except STORAGE_ERRORS as error:
                outcome = Outcome(succeeded=False, error=f"output binding: {type(error).__name__}")
        fields = {"function": function.name, "ms": round((time.perf_counter() - began) * 1000, 1)}
        if outcome.succeeded:
            log.info("executed", extra={"fields": fields})
        else:
            log.error("failed: %s", outcome.stack or outcome.error, extra={"fields": fields})
        return outcome

    def start(self, function: Function, data: TypedData) -> None:
        """Run the function in the background."""
        task = asyncio.create_task(self.invoke(function, data))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def stop(self, *, within: float) -> None:
        """Wait for background calls, then cancel them."""
        await settle(self._background, within=within)

    async def _write_outputs(self, function: Function, outcome: Outcome) -> None:
        bindings = {output.argument: output for output in function.outputs}
        for argument, value in outcome.outputs.items():
            output = bindings[argument]
            queue = resolve_settings(output.queue, self._environment)
            for text in _texts(value):
                await self._send(output, queue, text)
            for wake in self._listeners.get(queue, ()):
                wake()

    async def _send(self, output: QueueOutput, queue: str, text: str) -> None:
        client = self._storage.queue(output.connection, queue)
        if queue not in self._ready_queues:
            await create_queue(client)
            self._ready_queues.add(queue)
        await client.send_message(base64.b64encode(text.encode()).decode() if self._base64 else text)


async def settle[T](tasks: set[asyncio.Task[T]], *, within: float) -> None:
    """Wait for the tasks at most `within` seconds, then cancel what is left and wait for it to end."""
    if not tasks:
        return
    _, pending = await asyncio.wait(tasks, timeout=within)
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending, timeout=1)


def _texts(value: TypedData) -> list[str]:
    """Split an output into messages: a text is one, a list is one each, anything else is JSON."""
    if value.string is not None:
        return [value.string]
    if value.bytes is not None:
        return [value.bytes.decode("utf-8", "replace")]
    decoded = json.loads(value.json)
    items = decoded if isinstance(decoded, list) else [decoded]
    return [item if isinstance(item, str) else json.dumps(item, separators=(",", ":")) for item in items]
