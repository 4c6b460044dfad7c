"""Drives Microsoft's Python runtime: indexes the app and calls its functions.

The app has an event loop and thread of its own. So a function that blocks its loop delays other functions, as
in the cloud, but not the host's listeners and lease renewals; and whatever the app caches on its loop (SDK
clients, sessions) is only ever used there.
"""

import asyncio
import inspect
import logging
import os
import secrets
import sys
import threading
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure_functions_runtime as runtime

from local.host import protos
from local.host.metadata import Function, IndexingError, read_function

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one call. `error` and `stack` are for the log, never for a client."""

    succeeded: bool
    value: Any = None
    outputs: Mapping[str, protos.TypedData] = field(default_factory=dict)
    error: str = ""
    stack: str = ""


class FunctionWorker:
    """The app, indexed and running on its own loop. One app per process: the runtime's registry is global."""

    def __init__(self, folder: Path, *, inject: Callable[[], object] | None = None) -> None:
        """`inject` is called on the app's loop before the app is imported.

        It may return a function without arguments (plain or async), which is called there at the end.
        """
        self._folder = folder
        self._inject = inject
        self._closer: Callable[[], object] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run_loop, name="functions", daemon=True)
        self._running = threading.Event()
        self.timeout: timedelta | None = None

    async def start(self) -> tuple[Function, ...]:
        """Import and index the app. Raises IndexingError with the traceback when it cannot be."""
        self._thread.start()
        await asyncio.to_thread(self._running.wait)
        return await self._on_loop(self._index())

    async def invoke(
        self,
        function: Function,
        data: protos.TypedData,
        *,
        metadata: Mapping[str, protos.TypedData] | None = None,
        trace_parent: str | None = None,
    ) -> Outcome:
        """Call a function and wait for it, at most for the app's function timeout. Never raises for the app.

        Being cancelled cancels an async function; a plain one runs on in its thread.
        """
        return await self._on_loop(self._call(function, data, metadata or {}, trace_parent))

    async def stop(self, *, within: float) -> bool:
        """Close the app and its loop, `within` seconds for each; whether no thread was left behind."""
        if self._loop is None or self._ended is None or not self._loop.is_running():
            return True
        try:
            await asyncio.wait_for(self._on_loop(self._close()), within)
        except Exception:  # whatever the app's own closing raises must not keep the host from ending
            log.exception("closing the app failed")
        self._loop.call_soon_threadsafe(self._ended.set)
        await asyncio.to_thread(self._thread.join, within)
        return not self._thread.is_alive()

    async def _close(self) -> None:
        if self._closer is not None:
            await _finish(self._closer())

    def _run_loop(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._running.set()
        await self._ended.wait()
        runtime.stop_threadpool_executor()

    async def _on_loop[T](self, work: Awaitable[T]) -> T:
        if self._loop is None:
            raise RuntimeError("the worker has not been started")

        async def run() -> T:
            return await work

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run(), self._loop))

    async def _index(self) -> tuple[Function, ...]:
        os.chdir(self._folder)
        sys.path.insert(0, str(self._folder))
        if self._inject is not None:
            closer = await _finish(self._inject())
            self._closer = closer if callable(closer) else None
        runtime.start_threadpool_executor()
        started = await runtime.worker_init_request(
            protos.Message(
                request=protos.Message(
                    worker_init_request=protos.Message(
                        capabilities={}, function_app_directory=str(self._folder)
                    )
                ),
                properties={"host": "127.0.0.1", "protos": protos},
            )
        )
        if started.result.status != protos.StatusResult.Success:
            raise IndexingError(started.result.exception.stack_trace or started.result.exception.message)
        indexed = await runtime.functions_metadata_request(protos.Message())
        if not indexed.function_metadata_results:
            raise IndexingError(f"{self._folder} has no function_app.py, or no function in it")
        return tuple(
            read_function(m.name, m.function_id, m.raw_bindings) for m in indexed.function_metadata_results
        )

    async def _call(
        self,
        function: Function,
        data: protos.TypedData,
        metadata: Mapping[str, protos.TypedData],
        trace_parent: str | None,
    ) -> Outcome:
        invocation = str(uuid.uuid4())
        # The runtime sets this for plain functions only; each call is a task, so it need not be reset.
        runtime.invocation_id_cv.set(invocation)
        request = protos.Message(
            invocation_id=invocation,
            function_id=function.function_id,
            input_data=[protos.ParameterBinding(name=function.trigger.argument, data=data)],
            trigger_metadata=dict(metadata),
            trace_context=protos.Message(
                trace_parent=_next_span(trace_parent), trace_state="", attributes={"InvocationId": invocation}
            ),
            retry_context=protos.Message(retry_count=0, max_retry_count=0, exception=None),
        )
        limit = None if self.timeout is None else self.timeout.total_seconds()
        try:
            async with asyncio.timeout(limit):
                answer = await runtime.invocation_request(
                    protos.Message(request=protos.Message(invocation_request=request))
                )
        except TimeoutError:
            return Outcome(succeeded=False, error=f"FunctionTimeout: longer than {limit} s")
        if answer.result.status != protos.StatusResult.Success:
            failure = answer.result.exception
            return Outcome(succeeded=False, error=failure.message, stack=failure.stack_trace)
        outputs = {
            binding.name: binding.data for binding in answer.output_data or () if binding.data is not None
        }
        return Outcome(succeeded=True, value=answer.return_value, outputs=outputs)


async def _finish(result: object) -> object:
    return await result if inspect.isawaitable(result) else result


def _next_span(trace_parent: str | None) -> str:
    """Go on with the caller's trace (W3C Trace Context `traceparent`), or begin one."""
    parts = (trace_parent or "").split("-")
    sizes = (2, 32, 16, 2)
    known = tuple(len(part) for part in parts) == sizes and all(
        c in "0123456789abcdef-" for c in trace_parent or ""
    )
    trace = parts[1] if known else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"
