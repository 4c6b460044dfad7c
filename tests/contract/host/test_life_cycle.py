"""Start, stop and what the command line promises."""

import json
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from tests.contract.host.conftest import MakeHost, MakeQueue
from tests.contract.host.processes import ROOT, SAMPLE_APP, HostProcess, wait_for

NO_KEYS = ("--no-keys",)
# Python then tells of unclosed connections and forgotten coroutines.
DEVELOPMENT_MODE = {"PYTHONDEVMODE": "1"}


def send_job(host: HostProcess, **job: object) -> None:
    path, event = ("/send-other", "other") if "thread" in job else ("/send", "job begins")
    host.request("POST", path, body=json.dumps(job).encode())
    wait_for(lambda: host.journal(event))


def check_clean(host: HostProcess) -> None:
    for trace in (
        "was destroyed",
        "never retrieved",
        "never awaited",
        "Unclosed",
        "ResourceWarning",
        "Traceback",
    ):
        assert trace not in host.log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_lets_what_runs_finish(make_host: MakeHost, queue: MakeQueue, number: int) -> None:
    host = make_host(settings=DEVELOPMENT_MODE)
    host.start()
    send_job(host, sleep=1)
    began = time.monotonic()

    assert host.stop(number) == 0
    assert time.monotonic() - began < 8
    assert host.journal("job ends")
    assert queue(f"{host.name}-jobs").get_queue_properties().approximate_message_count == 0
    check_clean(host)


def test_a_stop_releases_what_does_not_finish(make_host: MakeHost, queue: MakeQueue, tmp_path: Path) -> None:
    """The message is visible at once, whether the job waits or blocks the app's loop or runs in a thread.

    A second signal changes nothing.
    """
    app = _copy_with_long_timeout(tmp_path / "app")
    hosts = [make_host(app=app, name=f"t{uuid.uuid4().hex[:12]}") for _ in range(3)]
    for host in hosts:
        host.start(ready=False)
    for host, way in zip(hosts, ("sleep", "block", "thread"), strict=True):
        host.await_ready()
        send_job(host, **{way: 30})
    began = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGINT):
        for host in hosts:
            host.process.send_signal(number)
        time.sleep(0.3)

    assert [host.stop() for host in hosts] == [0, 0, 0]
    assert time.monotonic() - began < 8
    for host in hosts:
        taken = queue(f"{host.name}-{'other' if host is hosts[2] else 'jobs'}").receive_message()
        assert taken is not None
        assert taken.dequeue_count == 2


def test_a_request_under_way_is_answered_before_the_end(make_host: MakeHost) -> None:
    host = make_host(arguments=NO_KEYS, settings=DEVELOPMENT_MODE)
    host.start()
    with socket.create_connection(("127.0.0.1", host.port), timeout=10) as raw:
        raw.sendall(b"GET /pause/1000 HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for(lambda: host.journal("pause begins"))
        host.process.send_signal(signal.SIGTERM)
        received = b"".join(iter(lambda: raw.recv(65536), b""))

    assert received.startswith(b"HTTP/1.1 200")
    assert host.stop() == 0
    check_clean(host)


def test_a_host_started_with_sigint_ignored_stops_on_it(make_host: MakeHost) -> None:
    """A script that starts it in the background leaves it so."""
    earlier = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        host = make_host()
        host.start()
    finally:
        signal.signal(signal.SIGINT, earlier)

    assert host.stop(signal.SIGINT) == 0


def test_injected_parts_are_there_before_the_app_and_closed_after_it(make_host: MakeHost) -> None:
    host = make_host(
        arguments=(*NO_KEYS, "--inject", "tests.samples.host_parts:inject"), settings=DEVELOPMENT_MODE
    )
    host.start()
    assert host.request("GET", "/owned").status == 200  # no keys are checked
    assert host.stop() == 0

    events = [json.loads(line)["event"] for line in host.journal_file.read_text().splitlines()]
    assert (events[0], events[-1]) == ("injected", "closed")
    check_clean(host)


@pytest.mark.parametrize(
    ("source", "settings", "reason"),
    [
        ("import azure.functions as func\n1 / 0\n", {}, "ZeroDivisionError"),
        ("import azure.functions as func\napp = func.FunctionApp()\n", {}, "no function"),
        (None, {"HOURLY_SCHEDULE": "0 61 * * * *"}, "61 is not within 0 to 59"),
        (None, {"RecordsStorage": "", "AzureWebJobsRecordsStorage": ""}, "'RecordsStorage'"),
    ],
)
def test_an_app_that_cannot_run_ends_the_host_with_the_reason(
    make_host: MakeHost, tmp_path: Path, source: str | None, settings: dict[str, str], reason: str
) -> None:
    app = SAMPLE_APP
    if source is not None:
        app = tmp_path / "broken"
        app.mkdir()
        (app / "function_app.py").write_text(source)
    host = make_host(app=app, settings=settings)
    host.start(ready=False)

    assert host.process.wait(timeout=20) == 1
    assert reason in host.log


def test_routes_are_printed_as_json_from_the_app_itself() -> None:
    command = [sys.executable, "-m", "local.host", "--routes", "--app", str(SAMPLE_APP)]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)

    rows = {row["name"]: row for row in json.loads(printed.stdout)}
    assert rows["echo"] == {
        "name": "echo",
        "trigger": "http",
        "route": "echo/{id:int}/{name?}",
        "methods": ["GET", "HEAD", "POST"],
        "auth_level": "anonymous",
    }
    assert rows["on_job"]["queue"] == "%JOBS_QUEUE%"
    assert rows["on_job"]["connection"] == "RecordsStorage"
    assert rows["hourly"]["schedule"] == "%HOURLY_SCHEDULE%"


def _copy_with_long_timeout(folder: Path) -> Path:
    folder.mkdir()
    for source in SAMPLE_APP.glob("[!.]*.*"):
        text = source.read_text(encoding="utf-8")
        (folder / source.name).write_text(text.replace("00:00:03", "00:01:00"), encoding="utf-8")
    return folder
