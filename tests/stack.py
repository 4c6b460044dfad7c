"""The whole local run for tests: one ``python -m local`` a test run, on free ports, its state kept nowhere.

A ``conftest.py`` imports the fixture ``stack`` by name. Two runs side by side do not meet.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.azurite import ROOT
from local.configuration import Configuration
from local.visitor import LocalCloud
from tests.azurite import is_free
from tests.shipped_sdk import put_shipped_sdk

CLOSURES = "12-29/01-03,2027-02-06/2027-02-15"
"""The shipped closure at the turn of the year, and ten days from a Saturday to a Monday."""

_PORTS = 5
_PATIENCE = 120.0
_LONGEST_END = 15.0


@dataclass
class Stack:
    """The running service, its cloud, and what its processes have said."""

    settings: Configuration
    log: Path
    process: "subprocess.Popen[bytes]"
    cloud: LocalCloud

    @property
    def app(self) -> str:
        """Public address of the service."""
        return self.settings.base_url

    @property
    def local(self) -> str:
        """Address of the local cloud."""
        return self.settings.local_url

    def said(self) -> str:
        """Everything that all processes have logged so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running service for the whole test run."""
    folder = tmp_path_factory.mktemp("stack")
    first = _free_row_of_ports()
    settings = Configuration(
        port=first, local_port=first + 1, azurite_port=first + 2, scratch=folder, master_key=""
    )
    log = folder / "run.log"
    environment = os.environ | {
        "REREGISTER_PORT": str(settings.port),
        "REREGISTER_LOCAL_PORT": str(settings.local_port),
        "REREGISTER_AZURITE_PORT": str(settings.azurite_port),
        "REREGISTER_DATA": "memory",
        "REREGISTER_CLOSURES": CLOSURES,
        "REREGISTER_TELEMETRY": "console",
        "REREGISTER_LIBRARIES": str(put_shipped_sdk(folder / "sdk")),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Stack(settings, log, process, LocalCloud(settings.local_url))
    try:
        _until_ready(running)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_LONGEST_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_row_of_ports() -> int:
    while True:
        first = random.randrange(20_000, 32_000, _PORTS)  # below the range that outgoing connections take
        if all(is_free(first + step) for step in range(_PORTS)):
            return first


def _until_ready(stack: Stack) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if "\nREADY " in stack.said():
            return
        if stack.process.poll() is not None:
            break
        time.sleep(0.2)
    pytest.fail(f"the local run does not get ready:\n{stack.said()[-3000:]}")
