"""A whole service that can be hurt: Azurite on a folder, the local cloud, a web host and any number of worker hosts.

Storage, web and workers are killed and started by the test; the cloud (directory, mail, clock) is the world outside and lives.
"""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from local import azurite
from local.clock import FileClock
from local.configuration import Configuration, child_environment, web_environment, worker_environment
from local.visitor import LocalCloud
from tests.azurite import is_free
from tests.chaos.processes import Killable
from tests.chaos.reckoning import create_storage
from tests.shipped_sdk import put_shipped_sdk

_PORTS = 5
_STORAGE_READY = "Azurite Table service is successfully listening"
_QUEUE_LEASE = "8"
"""Seconds after which a killed worker's message comes back; in the cloud ten minutes, until which the timer does its work."""
TUESDAY = "2026-11-17T10:00:00+09:00"


@dataclass
class House:
    """The processes of one run and the ways to hurt them. ``skews``: by how far each worker's clock is ahead."""

    folder: Path
    settings: Configuration
    skews: tuple[timedelta, ...] = (timedelta(0),)

    def __post_init__(self) -> None:
        self.cloud = LocalCloud(self.settings.local_url)
        self.sdk = put_shipped_sdk(self.folder / "sdk")
        self._hired_with: dict[str, str] = {}
        self.storage = self._azurite()
        self.world = self._cloud()
        self.web = self._host("web", web_environment(self.settings), self.settings.port)
        self.workers = [self._worker(number) for number in range(len(self.skews))]

    # Life ----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Start everything at ten on a Tuesday."""
        self.storage.start()
        create_storage(self.settings.storage)
        self.world.start()
        self.at(datetime.fromisoformat(TUESDAY))
        for host in (self.web, *self.workers):
            host.begin()
        for host in (self.web, *self.workers):
            host.ready()

    def begin(self) -> None:
        """Ten on a Tuesday, nothing broken, every process there."""
        for process in (self.storage, self.web, *self.workers):
            if not process.runs:
                process.start()
        if self._hired_with:
            self.hire()
        self.faults()
        self.at(datetime.fromisoformat(TUESDAY))

    def hire(self, **limits: str) -> None:
        """Let the workers go in order and start them with these settings in place of the local ones; none: as at first."""
        self._hired_with = limits
        for number, worker in enumerate(self.workers):
            worker.stop()
            given = self._settings_of_worker(number) | limits
            worker.environment = child_environment(given) | self._basics()
            worker.begin()
        for worker in self.workers:
            worker.ready()

    def close(self) -> None:
        """End everything; nothing is left behind."""
        for process in (self.web, *self.workers, self.world, self.storage):
            process.stop()

    @property
    def kills(self) -> int:
        """Hosts killed so far."""
        return sum(each.kills for each in (self.web, *self.workers))

    # The clock -----------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The business now of everybody whose clock is right."""
        return FileClock(self.settings.clock_file).now()

    def at(self, moment: datetime) -> None:
        """Set every clock, each with its skew; timers see it within a second."""
        FileClock(self.settings.clock_file).set_now(moment)
        for number, skew in enumerate(self.skews):
            if skew:
                FileClock(self._clock_file(number)).set_now(moment + skew)

    def later(self, **span: float) -> None:
        """Go on by hours or minutes; what became due has run if a worker was there to do it."""
        self.at(self.now() + timedelta(**span))
        self.tick()

    def mails(self, part: str) -> list[dict[str, Any]]:
        """All mails with this in their subject, oldest first."""
        found: list[dict[str, Any]] = self.cloud.call("GET", "/api/mailbox")
        return [mail for mail in found if part in mail["subject"]]

    def people(self, count: int) -> list[dict[str, Any]]:
        """So many new students."""
        return [self.cloud.call("POST", "/api/people", {"kind": "student"}) for _ in range(count)]

    def tick(self) -> None:
        """Let every worker run its timers now."""
        for worker in self.workers:
            port = worker.said().partition("HOST READY port=")[2].partition(" ")[0]
            if worker.runs and port:
                headers = {"x-functions-key": self.settings.master_key}
                requests.post(
                    f"http://127.0.0.1:{port}/admin/local/timers", headers=headers, timeout=90
                ).raise_for_status()

    # Faults --------------------------------------------------------------------------------------------------

    def faults(self, **switches: object) -> None:
        """Put these faults of the world outside in place of all others."""
        self.cloud.call("PUT", "/api/faults", switches)

    def calls(self, service: str) -> dict[str, int]:
        """Calls that the world outside has counted."""
        found: dict[str, int] = self.cloud.call("GET", "/api/calls")[service]
        return found

    # Making the processes ------------------------------------------------------------------------------------

    def _azurite(self) -> Killable:
        data = self.folder / "azurite"
        data.mkdir(parents=True, exist_ok=True)
        command = azurite.command(self.settings, folder=data)
        return self._killable("azurite", command, {}, _STORAGE_READY)

    def _cloud(self) -> Killable:
        given = {
            "REREGISTER_PORT": str(self.settings.port),
            "REREGISTER_LOCAL_PORT": str(self.settings.local_port),
            "REREGISTER_AZURITE_PORT": str(self.settings.azurite_port),
            "REREGISTER_DATA": str(self.settings.data),
            "CHAOS_CARD_KEY": self.settings.card_client_key,
        }
        return self._killable("cloud", [sys.executable, "-m", "tests.chaos.cloud"], given, "CLOUD READY")

    def _worker(self, number: int) -> Killable:
        return self._host(f"worker{number}", self._settings_of_worker(number), 0)

    def _settings_of_worker(self, number: int) -> dict[str, str]:
        given = worker_environment(self.settings)
        if self.skews[number]:
            given["REREGISTER_CLOCK_FILE"] = str(self._clock_file(number))
        return given

    def _host(self, name: str, given: dict[str, str], port: int) -> Killable:
        command = [
            sys.executable, "-m", "local.host", "--app", str(azurite.ROOT), "--port", str(port),
            "--master-key", self.settings.master_key, "--inject", "local.parts:install",
            "--clock", "local.clock:now", "--queue-lease", _QUEUE_LEASE,
        ]  # fmt: skip
        return self._killable(name, command, given, "HOST READY")

    def _killable(self, name: str, command: list[str], given: dict[str, str], ready: str) -> Killable:
        environment = child_environment(given) | self._basics()
        return Killable(name, command, environment, ready, self.folder / f"{name}.log")

    def _basics(self) -> dict[str, str]:
        """What every process is given; the hosts run on the Graph SDK as it ships."""
        places = os.pathsep.join(map(str, (self.sdk, azurite.ROOT)))
        return {"PYTHONPATH": places, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}

    def _clock_file(self, number: int) -> Path:
        return self.folder / f"clock-of-worker{number}"


@contextmanager
def opened_house(folder: Path, *, skews: tuple[timedelta, ...] = (timedelta(0),)) -> Iterator[House]:
    """A house in ``folder`` on free ports, open; closed at the end whatever happens."""
    first = _free_row_of_ports()
    settings = Configuration(
        port=first, local_port=first + 1, azurite_port=first + 2, data=folder, scratch=folder
    )
    house = House(folder, settings, skews)
    try:
        house.open()
        yield house
    finally:
        house.close()


def _free_row_of_ports() -> int:
    while True:
        first = random.randrange(14_000, 19_900, _PORTS)  # another range than that of tests/stack.py
        if all(is_free(first + step) for step in range(_PORTS)):
            return first
