"""Azurite and hosts for the contract tests of the local Functions host."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.storage.queue import QueueClient

from tests.contract.host.processes import Azurite, HostProcess

type MakeHost = Callable[..., HostProcess]
type MakeQueue = Callable[[str], QueueClient]


@pytest.fixture(scope="session")
def storage() -> Iterator[str]:
    """Connection string of a storage account: the one given, or an Azurite of our own."""
    given = os.environ.get("REREGISTER_TEST_STORAGE")
    if given:
        yield given
        return
    azurite = Azurite()
    azurite.start()
    yield azurite.connection_string
    azurite.stop()


@pytest.fixture(scope="session")
def shared_host(storage: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    """One host for all tests that leave it as they found it."""
    host = HostProcess(
        tmp_path_factory.mktemp("host"),
        storage,
        f"t{uuid.uuid4().hex[:12]}",
        settings={"SLOW_SCHEDULE": "*/1 * * * * *"},
    )
    host.start()
    yield host
    host.stop()


@pytest.fixture
def make_host(storage: str, tmp_path: Path) -> Iterator[MakeHost]:
    """Make hosts of one's own, not yet started; all with the same names unless told otherwise."""
    made: list[HostProcess] = []
    name = f"t{uuid.uuid4().hex[:12]}"

    def make(**changes: object) -> HostProcess:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        arguments: dict[str, object] = {"connection_string": storage, "name": name, **changes}
        made.append(HostProcess(folder, **arguments))  # type: ignore[arg-type]  # a test names the fields
        return made[-1]

    yield make
    for host in made:
        if hasattr(host, "process"):
            host.stop()


@pytest.fixture
def queue(storage: str) -> Iterator[MakeQueue]:
    """Open a queue by name; texts as they are."""
    opened: list[QueueClient] = []

    def open_queue(name: str) -> QueueClient:
        opened.append(QueueClient.from_connection_string(storage, name))
        return opened[-1]

    yield open_queue
    for client in opened:
        client.close()
