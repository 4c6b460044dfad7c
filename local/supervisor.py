"""Starts the whole local run, watches it, and stops it in order."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
from aiohttp import web

from local import azurite
from local.cloud import Cloud, make_app
from local.configuration import (
    BadConfigurationError,
    Configuration,
    child_environment,
    from_environment,
    web_environment,
    worker_environment,
)
from local.processes import Child, ChildEndedError, NotReadyError
from shared.adapters.storage import Storage, StorageAccount

EXIT_FAILED = 1
EXIT_REFUSED = 2
_LOOPBACK = "127.0.0.1"
_READY_SECONDS = 60
_HOST_STOP_SECONDS = (
    6.0  # the hosts let running functions finish; with Azurite's bound the whole stays under 10 s
)
_AZURITE_STOP_SECONDS = 2.0
_SAVE_EVERY_SECONDS = 5.0
_TIMERS_SECONDS = 90
_HOST_PORT = re.compile(r"^HOST READY port=([0-9]+)")


class PortTakenError(RuntimeError):
    """Something else listens on a port that this run needs."""


def check_ports(configuration: Configuration) -> None:
    """Raise PortTakenError, naming the variable to set, if a port is taken."""
    wanted = {
        configuration.port: "REREGISTER_PORT",
        configuration.local_port: "REREGISTER_LOCAL_PORT",
    } | {configuration.azurite_port + step: "REREGISTER_AZURITE_PORT" for step in range(3)}
    if len(wanted) != 5:
        raise PortTakenError(
            "REREGISTER_PORT, REREGISTER_LOCAL_PORT and REREGISTER_AZURITE_PORT (three) overlap."
        )
    for port, variable in wanted.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_LOOPBACK, port))
            except OSError as problem:
                raise PortTakenError(
                    f"Port {port} is taken. Is another copy running? Set {variable} to another port."
                ) from problem


class Supervisor:
    """One local run: Azurite, the cloud, the web host and the worker host."""

    def __init__(
        self, configuration: Configuration, *, app_folder: Path, inject: str, with_hosts: bool = True
    ) -> None:
        self._configuration = configuration
        self._inject = inject
        self.cloud = Cloud(configuration)
        self.cloud.run_timers = self.run_timers
        self.cloud.switch_process = self.switch
        folder = (configuration.data or configuration.scratch) / "azurite"
        self._azurite = azurite.child(configuration, self.cloud.calls, folder=folder)
        self._ports = {"web": configuration.port, "worker": 0}  # 0: a free one, told by the ready line
        roles = {"web": web_environment, "worker": worker_environment} if with_hosts else {}
        self._hosts = {
            role: self._host(role, settings(configuration), app_folder) for role, settings in roles.items()
        }
        self._children = {"azurite": self._azurite, **self._hosts}
        self._switching = asyncio.Lock()
        self._died: asyncio.Future[Child] | None = None
        self._watches: set[asyncio.Task[None]] = set()

    def _host(self, role: str, settings: Mapping[str, str], app_folder: Path) -> Child:
        command = [
            sys.executable, "-m", "local.host", "--app", str(app_folder), "--port", str(self._ports[role]),
            "--master-key", self._configuration.master_key, "--inject", self._inject,
            "--clock", "local.clock:now",
        ]  # fmt: skip
        environment = child_environment(settings) | _search_path(app_folder, self._configuration.libraries)

        def note_port(line: str) -> None:
            told = _HOST_PORT.search(line)
            if told is not None:
                self._ports[role] = int(told[1])

        return Child(
            role,
            command,
            environment=environment,
            folder=azurite.ROOT,
            ready_line="HOST READY",
            on_line=note_port,
            echo=True,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Start everything, say so, run until `stop` is set; whatever happens, all is stopped at the end.

        Raises ChildEndedError when a child ended on its own, NotReadyError when one did not get ready.
        """
        self._died = asyncio.get_running_loop().create_future()
        running = asyncio.create_task(self._started())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((running, stopped, self._died), return_when=asyncio.FIRST_COMPLETED)
            if running.done() and not stopped.done() and not self._died.done():
                await running  # a failure to start is raised here
                await asyncio.wait((stopped, self._died), return_when=asyncio.FIRST_COMPLETED)
            if self._died.done() and not stopped.done():
                raise ChildEndedError(self._died.result())
        finally:
            for task in (running, stopped):
                task.cancel()
            await asyncio.gather(running, stopped, return_exceptions=True)
            await self._stop()

    async def _started(self) -> None:
        if self._configuration.data is not None:
            self.cloud.load(self._configuration.data)
        await self._start(self._azurite)
        await _create_storage(self._configuration)
        self._runner = web.AppRunner(make_app(self.cloud), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, _LOOPBACK, self._configuration.local_port).start()
        await asyncio.gather(*(self._start(host) for host in self._hosts.values()))
        if self._hosts:
            await self._until_healthy()
        self._watches.add(asyncio.create_task(self._save_now_and_then()))
        _welcome(self._configuration, with_hosts=bool(self._hosts))

    async def _start(self, child: Child) -> None:
        await child.start()
        await child.until_ready(seconds=_READY_SECONDS)
        self._watches.add(asyncio.create_task(self._watch(child)))

    async def _watch(self, child: Child) -> None:
        await child.ended()
        if child.wanted and self._died is not None and not self._died.done():
            self._died.set_result(child)

    async def _until_healthy(self) -> None:
        address = f"http://{_LOOPBACK}:{self._configuration.port}/health"
        deadline = time.monotonic() + _READY_SECONDS
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < deadline:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(address, timeout=aiohttp.ClientTimeout(total=5)) as answer:
                        if answer.ok:
                            return
                await asyncio.sleep(0.2)
        raise NotReadyError(f"The service does not answer 200 at /health after {_READY_SECONDS} s.")

    async def _save_now_and_then(self) -> None:
        folder = self._configuration.data
        while folder is not None:
            await asyncio.sleep(_SAVE_EVERY_SECONDS)
            self.cloud.save(folder)

    async def run_timers(self) -> None:
        """Let both hosts run their due timers, and wait for them. Raises RuntimeError if one refuses."""
        timeout = aiohttp.ClientTimeout(total=_TIMERS_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            for role, host in self._hosts.items():
                if host.running and host.wanted:
                    await self._run_timers_of(session, role)

    async def _run_timers_of(self, session: aiohttp.ClientSession, role: str) -> None:
        address = f"http://{_LOOPBACK}:{self._ports[role]}/admin/local/timers"
        headers = {"x-functions-key": self._configuration.master_key}
        try:
            async with session.post(address, headers=headers) as answer:
                if not answer.ok:
                    raise RuntimeError(f"{role} answered {answer.status}")
        except (aiohttp.ClientError, TimeoutError) as problem:
            raise RuntimeError(f"{role} did not answer ({type(problem).__name__})") from problem

    async def switch(self, name: str, stopped: bool) -> None:  # noqa: FBT001 - the shape of SwitchProcess
        """Stop a child or start it again, as a fault; answers when it is down, or ready."""
        child = self._children.get(name)
        if child is None:
            return  # a run without hosts
        async with self._switching:
            if stopped and child.wanted:
                bound = _AZURITE_STOP_SECONDS if child is self._azurite else _HOST_STOP_SECONDS
                await child.stop(seconds=bound)
            elif not stopped and not child.wanted:
                await self._start(child)

    async def _stop(self) -> None:
        """The hosts first, so that their last writes find the storage; then the cloud, Azurite last."""
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        await asyncio.gather(*(host.stop(seconds=_HOST_STOP_SECONDS) for host in self._hosts.values()))
        if self._runner is not None:
            await self._runner.cleanup()
        await self._azurite.stop(seconds=_AZURITE_STOP_SECONDS)
        if self._configuration.data is not None:
            self.cloud.save(self._configuration.data)

    _runner: web.AppRunner | None = None


def _search_path(app_folder: Path, given: Path | None) -> dict[str, str]:
    """Where a host looks for modules; an unpacked package brings its libraries and comes before the checkout."""
    libraries = app_folder / ".python_packages" / "lib" / "site-packages"
    first = [given] if given else []
    if not libraries.is_dir():
        return {"PYTHONPATH": os.pathsep.join(map(str, [*first, azurite.ROOT]))}
    places = (app_folder, *first, libraries, azurite.ROOT)
    return {"PYTHONPATH": os.pathsep.join(map(str, places)), "PYTHONSAFEPATH": "1"}


async def _create_storage(configuration: Configuration) -> None:
    """Tables, queues and the container: in the cloud the templates create them."""
    account = StorageAccount(connection_string=configuration.storage)
    async with Storage(records=account, photos=account) as storage:
        await storage.ensure()


def _welcome(configuration: Configuration, *, with_hosts: bool) -> None:
    local = f"http://localhost:{configuration.local_port}"
    kept = configuration.data or "kept nowhere: a fresh start each time (REREGISTER_DATA)"
    print(
        f"""
  サービス    The service     {configuration.base_url}/
  手元のクラウド Local cloud    {local}/            people, clock, faults
  メール箱    Mailbox         {local}/mailbox
  状態の置き場  State           {kept}
  止める      Stop            Ctrl-C
"""
    )
    if with_hosts:
        print(f"READY app={configuration.base_url} local={local}", flush=True)
    else:
        print(f"CLOUD READY local={local}", flush=True)


@contextlib.asynccontextmanager
async def _signals() -> AsyncIterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set, however often they come.

    Installed explicitly: a shell that started us in the background may have left SIGINT ignored.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        # Everything is stopped; a late signal may no longer turn the clean end into another one.
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))


async def run(
    environment: Mapping[str, str], *, app_folder: Path, inject: str, with_hosts: bool = True
) -> int:
    """The whole life of `python -m local`; its exit code."""
    async with _signals() as stop:
        with tempfile.TemporaryDirectory(prefix="reregister-", ignore_cleanup_errors=True) as scratch:
            try:
                configuration = from_environment(environment, scratch=Path(scratch))
                check_ports(configuration)
                if configuration.data is not None:
                    configuration.data.mkdir(parents=True, exist_ok=True)
                whole = Supervisor(configuration, app_folder=app_folder, inject=inject, with_hosts=with_hosts)
                await whole.run(stop)
            except (BadConfigurationError, PortTakenError, azurite.NoAzuriteError) as problem:
                print(problem, file=sys.stderr)
                return EXIT_REFUSED
            except (ChildEndedError, NotReadyError) as problem:
                print(problem, file=sys.stderr)
                return EXIT_FAILED
    return 0
