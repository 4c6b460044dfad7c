"""Child processes of the local run: started in a session of their own, watched, stopped within a bound."""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

_TAIL = 25
_LINE_LIMIT = 1024 * 1024


class Child:
    """One child process that may be stopped and started again.

    Its own session keeps a terminal's Ctrl-C away from it: the supervisor says when it ends.
    """

    def __init__(
        self, name: str, command: Sequence[str], *, environment: Mapping[str, str], folder: Path,
        ready_line: str, on_line: Callable[[str], None] | None = None, echo: bool = False,
    ) -> None:  # fmt: skip
        self.name = name
        self._command = tuple(command)
        self._environment = dict(environment)
        self._folder = folder
        self._ready_line = ready_line
        self._on_line = on_line
        self._echo = echo
        self._process: asyncio.subprocess.Process | None = None
        self._pumps: tuple[asyncio.Task[None], ...] = ()
        self._ready = asyncio.Event()
        self.tail: deque[str] = deque(maxlen=_TAIL)
        self.wanted = False
        """Whether it should be running: an end that nobody asked for is a failure."""

    @property
    def running(self) -> bool:
        """Whether the process exists."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it; does not wait until it is ready."""
        self.wanted = True
        self._ready.clear()
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self._folder,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=_LINE_LIMIT,
        )
        streams = (self._process.stdout, self._process.stderr)
        out, err = (stream for stream in streams if stream is not None)
        self._pumps = (asyncio.create_task(self._read_out(out)), asyncio.create_task(self._read_err(err)))

    async def until_ready(self, *, seconds: float) -> None:
        """Wait for its ready line. Raises NotReadyError, or ChildEndedError if it ended instead."""
        ready = asyncio.create_task(self._ready.wait())
        ended = asyncio.create_task(self.ended())
        try:
            async with asyncio.timeout(seconds):
                await asyncio.wait((ready, ended), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError as problem:
            raise NotReadyError(f"{self.name} was not ready after {seconds:g} s.") from problem
        finally:
            ready.cancel()
            ended.cancel()
        if not self._ready.is_set():
            raise ChildEndedError(self)

    async def ended(self) -> int:
        """Wait until the process has ended and its last words are read; its exit code."""
        process = self._process
        if process is None:
            return 0
        code = await process.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.gather(*self._pumps)
        return code

    async def stop(self, *, seconds: float) -> None:
        """Ask it to end; after `seconds` end it and all it started by force. Fine if it is gone."""
        self.wanted = False
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            _signal_group(process.pid, signal.SIGTERM)
            try:
                async with asyncio.timeout(seconds):
                    await process.wait()
            except TimeoutError:
                print(f"{self.name} did not end in {seconds:g} s and is ended by force.", flush=True)
        _signal_group(process.pid, signal.SIGKILL)  # what it left behind in its session
        await self.ended()

    async def _read_out(self, stream: asyncio.StreamReader) -> None:
        async for line in _lines(stream):
            if self._on_line is not None:
                self._on_line(line)
            if self._ready_line in line:
                self._ready.set()

    async def _read_err(self, stream: asyncio.StreamReader) -> None:
        async for line in _lines(stream):
            self.tail.append(line)
            if self._echo:
                print(f"[{self.name}] {line}", flush=True)


class NotReadyError(RuntimeError):
    """A part of the run did not get ready in time."""


class ChildEndedError(RuntimeError):
    """A child ended that should be running."""

    def __init__(self, child: Child) -> None:
        self.child = child
        said = "\n".join(f"  {line}" for line in child.tail)
        super().__init__(
            f"{child.name} has ended unexpectedly. Its last lines:\n{said or '  (it said nothing)'}"
        )


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    while True:
        try:
            line = await stream.readline()
        except ValueError:  # a line over the limit: what is left of it is of no use
            continue
        if not line:
            return
        yield line.decode(errors="replace").rstrip("\n")


def _signal_group(process_id: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process_id, number)
