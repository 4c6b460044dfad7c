"""`python -m local` as a child process on free ports, running the small sample app."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests

from local.azurite import ROOT

APP = ROOT / "tests" / "samples" / "local_app"


@dataclass
class Run:
    """One local run; its output goes to a file, so that it never blocks."""

    folder: Path
    first_port: int
    data: str = "memory"
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.output = self.folder / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def app(self) -> str:
        return f"http://localhost:{self.first_port}"

    @property
    def local(self) -> str:
        return f"http://localhost:{self.first_port + 1}"

    @property
    def ports(self) -> list[int]:
        return [self.first_port + step for step in range(5)]

    def start(self) -> None:
        environment = os.environ | {
            "REREGISTER_PORT": str(self.first_port),
            "REREGISTER_LOCAL_PORT": str(self.first_port + 1),
            "REREGISTER_AZURITE_PORT": str(self.first_port + 2),
            "REREGISTER_DATA": self.data,
            "PYTHONUNBUFFERED": "1",
        } | self.variables  # fmt: skip
        command = [
            sys.executable, "-m", "local", "--app", str(APP), "--inject", "tests.samples.local_app.parts:install",
        ]  # fmt: skip
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def until_ready(self) -> None:
        process = self.process
        assert process is not None
        until(lambda: "\nREADY " in self.said() or process.poll() is not None, seconds=60)
        assert "\nREADY " in self.said(), self.said()

    def stop(self, *numbers: int) -> int:
        """Send the signals one after the other and wait; the exit code."""
        assert self.process is not None
        for number in numbers:
            self.process.send_signal(number)
            time.sleep(0.2)
        return self.process.wait(15)

    def end(self) -> None:
        """Whatever a test did, leave nothing behind."""
        if self.process is not None and self.process.poll() is None:
            self.stop(signal.SIGTERM)


def until(true: Callable[[], bool], *, seconds: float) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def descendants(process_id: int) -> set[int]:
    """The ids of all processes started by this one, at any depth."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(words[1])
    found: set[int] = set()
    while new := {child for child, parent in parents.items() if parent in found | {process_id}} - found:
        found |= new
    return found


def exists(process_id: int) -> bool:
    return Path(f"/proc/{process_id}").exists()


def put(url: str, document: object) -> requests.Response:
    return requests.put(url, json=document, timeout=30)
