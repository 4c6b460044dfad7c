"""The whole local run: starting, faults of whole processes, moving time, stopping without a trace."""

import random
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.contract.control.running import Run, descendants, exists, listens, put, until

NEXT_NIGHT = "2027-03-20T09:00:00+09:00"


def a_run(folder: Path, data: str = "memory") -> Run:
    while True:
        first = random.randrange(20_000, 32_000, 5)  # below the range that outgoing connections take
        if not any(listens(first + step) for step in range(5)):
            return Run(folder=folder, first_port=first, data=data)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = a_run(tmp_path_factory.mktemp("run"))
    run.start()
    try:
        run.until_ready()
        yield run
    finally:
        run.end()


def ticks(run: Run) -> int:
    answer = requests.get(f"{run.app}/ticks", timeout=10)
    return int(answer.text) if answer.ok else 0


def test_one_ready_line_names_both_doors(running: Run) -> None:
    lines = [line for line in running.said().splitlines() if line.startswith("READY")]

    assert lines == [f"READY app={running.app} local={running.local}"]


def test_moving_the_clock_runs_what_has_become_due_before_it_answers(running: Run) -> None:
    assert ticks(running) == 0
    answer = put(f"{running.local}/api/clock", {"now": NEXT_NIGHT})

    assert answer.json()["now"].startswith("2027-03-20T00:00:0")
    assert ticks(running) == 1


def test_storage_calls_are_counted_by_kind(running: Run) -> None:
    requests.delete(f"{running.local}/api/calls", timeout=10).raise_for_status()
    ticks(running)
    until(
        lambda: (
            requests.get(f"{running.local}/api/calls", timeout=10).json()["storage"].get("blob.list") == 1
        ),
        seconds=5,
    )


def test_azurite_can_be_down_and_comes_back_with_its_data(running: Run) -> None:
    put(f"{running.local}/api/clock", {"now": "2027-03-22T09:00:00+09:00"})
    before = ticks(running)
    put(f"{running.local}/api/faults", {"azurite": {"stopped": True}}).raise_for_status()

    assert not any(listens(port) for port in running.ports[2:])
    put(f"{running.local}/api/faults", {}).raise_for_status()
    assert before > 0
    assert ticks(running) == before


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_host_can_be_stopped_and_started(running: Run, role: str) -> None:
    process = running.process
    assert process is not None
    count = len(descendants(process.pid))
    put(f"{running.local}/api/faults", {role: {"stopped": True}}).raise_for_status()

    assert len(descendants(process.pid)) == count - 1
    assert listens(running.first_port) is (role == "worker")
    put(f"{running.local}/api/faults", {}).raise_for_status()
    assert len(descendants(process.pid)) == count
    assert requests.get(f"{running.app}/health", timeout=10).ok


def test_while_the_worker_is_stopped_the_clock_still_moves(running: Run) -> None:
    put(f"{running.local}/api/faults", {"worker": {"stopped": True}}).raise_for_status()
    before = ticks(running)
    answer = put(f"{running.local}/api/clock", {"now": "2027-04-01T09:00:00+09:00"})

    assert answer.ok
    assert ticks(running) == before
    put(f"{running.local}/api/faults", {}).raise_for_status()


def test_web_gets_no_setting_of_graph_or_mail(running: Run) -> None:
    names = set(requests.get(f"{running.app}/settings", timeout=10).text.splitlines())

    assert {"APP_ROLE", "BASE_URL", "COOKIE_KEYS", "APPLICANT_CLIENT_SECRET"} <= names
    assert not names & {"GRAPH_URL", "MAIL_ENDPOINT", "METHOD_HASH_KEY", "PROTECTED_GROUPS"}


def test_a_signal_stops_everything_within_ten_seconds(tmp_path: Path) -> None:
    """Further signals do no harm; no process and no listener is left."""
    run = a_run(tmp_path)
    run.start()
    try:
        run.until_ready()
        assert run.process is not None
        children = descendants(run.process.pid)
        began = time.monotonic()
        code = run.stop(signal.SIGINT, signal.SIGTERM, signal.SIGINT)

        assert code == 0
        assert time.monotonic() - began < 10
        assert len(children) == 3
        assert not [child for child in children if exists(child)]
        assert not [port for port in run.ports if listens(port)]
        assert "Traceback" not in run.said()
    finally:
        run.end()


def test_a_signal_during_the_start_stops_it_too(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    run.start()
    try:
        assert run.process is not None
        until(lambda: listens(run.ports[2]), seconds=20)
        code = run.stop(signal.SIGTERM)

        assert code == 0
        assert "READY" not in run.said().replace("HOST READY", "")
        assert not [port for port in run.ports if listens(port)]
    finally:
        run.end()


def test_a_child_that_dies_stops_the_run_and_is_named(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    run.start()
    try:
        run.until_ready()
        with pytest.raises(requests.ConnectionError):
            requests.post(f"{run.app}/die", timeout=10)
        assert run.process is not None

        assert run.process.wait(15) == 1
        assert "web has ended unexpectedly" in run.said()
        assert "the last words" in run.said()
        assert not [port for port in run.ports if listens(port)]
    finally:
        run.end()


def test_the_state_outlives_the_run_when_a_folder_is_given(tmp_path: Path) -> None:
    run = a_run(tmp_path, data=str(tmp_path / "state"))
    try:
        run.start()
        run.until_ready()
        upn = requests.get(f"{run.local}/api/people", timeout=10).json()[0]["upn"]
        where = f"{run.local}/api/graph/users/{upn}"
        requests.post(f"{where}/methods", json={"kind": "fido2"}, timeout=10).raise_for_status()
        put(f"{run.local}/api/clock", {"now": NEXT_NIGHT}).raise_for_status()
        assert run.stop(signal.SIGTERM) == 0
        run.output.unlink()
        run.start()
        run.until_ready()
        kinds = [method["kind"] for method in requests.get(where, timeout=10).json()["methods"]]

        assert "fido2" in kinds
        assert ticks(run) == 1
        assert requests.get(f"{run.local}/api/clock", timeout=10).json()["now"].startswith("2027-03-20")
    finally:
        run.end()


@pytest.mark.parametrize(
    ("step", "variable"),
    [(0, "REREGISTER_PORT"), (1, "REREGISTER_LOCAL_PORT"), (4, "REREGISTER_AZURITE_PORT")],
)
def test_a_taken_port_is_named_with_its_variable(tmp_path: Path, step: int, variable: str) -> None:
    run = a_run(tmp_path)
    with socket.create_server(("127.0.0.1", run.ports[step])):
        run.start()
        assert run.process is not None

        assert run.process.wait(30) == 2
        assert f"Port {run.ports[step]} is taken" in run.said()
        assert variable in run.said()


def test_a_port_that_is_no_number_is_named(tmp_path: Path) -> None:
    run = a_run(tmp_path)
    run.variables["REREGISTER_PORT"] = "seventy"
    run.start()
    assert run.process is not None

    assert run.process.wait(30) == 2
    assert "REREGISTER_PORT" in run.said()
