"""The processes of the host's contract tests: Azurite and the host itself."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from tests.azurite import free_ports

ROOT = Path(__file__).parents[3]
SAMPLE_APP = ROOT / "tests/samples/host_app"
MASTER_KEY = "master-key-of-the-tests"
FUNCTION_KEY = "function-key-of-the-tests"
# Azurite's published account; it opens nothing else.
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def wait_for[T](look: Callable[[], T | None], *, seconds: float = 10.0, what: str = "it") -> T:
    """Look again until the answer is true."""
    deadline = time.monotonic() + seconds
    while not (answer := look()):
        if time.monotonic() > deadline:
            message = f"{what} did not happen within {seconds} s"
            raise AssertionError(message)
        time.sleep(0.05)
    return answer


class Azurite:
    """Azurite on free ports, which `stop` and `start` keep; the content too if it has a folder for it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._keeping = ["--inMemoryPersistence"] if folder is None else ["--location", str(folder)]
        self.ports = free_ports(3)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def connection_string(self) -> str:
        kinds = zip(("Blob", "Queue", "Table"), self.ports, strict=True)
        endpoints = "".join(
            f"{kind}Endpoint=http://127.0.0.1:{port}/devstoreaccount1;" for kind, port in kinds
        )
        return (
            f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={ACCOUNT_KEY};{endpoints}"
        )

    def start(self) -> None:
        blob, queue, table = (str(port) for port in self.ports)
        command = [str(ROOT / "node_modules/.bin/azurite"), "--silent", *self._keeping]
        command += ["--skipApiVersionCheck", "--disableTelemetry"]
        command += ["--blobPort", blob, "--queuePort", queue, "--tablePort", table]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: all(answers(port) for port in self.ports), seconds=30, what="Azurite's start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)


@dataclass
class HostProcess:
    """One `python -m local.host`, with a folder for its journal, clock and log."""

    folder: Path
    connection_string: str
    name: str
    app: Path = SAMPLE_APP
    arguments: Sequence[str] = ("--master-key", MASTER_KEY, "--function-key", FUNCTION_KEY)
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0

    def start(self, *, ready: bool = True) -> None:
        self.journal_file.touch()
        environment = os.environ | {
            "AzureWebJobsStorage": self.connection_string,
            "RecordsStorage": self.connection_string,
            "AzureFunctionsWebHost__hostid": self.name,
            "AzureWebJobs.switched_off.Disabled": "true",
            "JOBS_QUEUE": f"{self.name}-jobs",
            "OTHER_QUEUE": f"{self.name}-other",
            "HOURLY_SCHEDULE": "0 0 * * * *",
            "SLOW_SCHEDULE": "0 0 0 1 1 *",
            "SAMPLE_JOURNAL": str(self.journal_file),
            "SAMPLE_CLOCK": str(self.folder / "clock"),
            **self.settings,
        }
        # Else each of a dozen starts compiles the SDKs anew: seconds.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-m", "local.host", "--app", str(self.app), *self.arguments]
        command += ["--clock", "tests.samples.host_parts:now"]
        with (self.folder / "log").open("ab") as log, (self.folder / "out").open("wb") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=log)
        if ready:
            self.await_ready()

    def await_ready(self) -> None:
        line = wait_for(self._ready_line, seconds=30, what="HOST READY")
        self.port = int(line.split("port=")[1].split()[0])

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop and give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=15)

    def request(
        self, method: str, path: str, *, headers: Iterable[tuple[str, str]] = (), body: bytes | None = None
    ) -> "Answer":
        """Send one request; the headers as they are, repeated ones too."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None and not any(name.lower() == "transfer-encoding" for name, _ in headers):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return Answer.of(connection.getresponse())
        finally:
            connection.close()

    def admin(self, method: str, path: str, *, body: bytes = b"{}") -> "Answer":
        return self.request(method, path, headers=[("x-functions-key", MASTER_KEY)], body=body)

    def move_clock(self, seconds: float) -> None:
        """Set how far the business clock is ahead of real time, at once as readers see it."""
        written = self.folder / "clock.new"
        written.write_text(str(seconds), encoding="utf-8")
        written.replace(self.folder / "clock")

    def journal(self, event: str, **facts: object) -> list[dict[str, Any]]:
        """Give the events of that name, with those facts."""
        entries = [json.loads(line) for line in self.journal_file.read_text(encoding="utf-8").splitlines()]
        return [e for e in entries if e["event"] == event and all(e.get(k) == v for k, v in facts.items())]

    @property
    def journal_file(self) -> Path:
        return self.folder / "journal"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def _ready_line(self) -> str:
        if self.process.poll() is not None:
            message = f"the host ended: {self.log}"
            raise AssertionError(message)
        lines = (self.folder / "out").read_text(encoding="utf-8").splitlines()
        return next((line for line in lines if line.startswith("HOST READY ")), "")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def of(cls, response: HTTPResponse) -> "Answer":
        return cls(response.status, response.getheaders(), response.read())

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self) -> Any:  # noqa: ANN401 - any JSON document
        return json.loads(self.body)


def answers(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
