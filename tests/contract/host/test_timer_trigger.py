"""Timer trigger rules of the Functions host (reference: azure-webjobs-sdk-extensions TimerListener, ScheduleMonitor).

`hourly` runs at each full hour of the business clock, which the tests move.
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient

from tests.contract.host.conftest import MakeHost
from tests.contract.host.processes import HostProcess, wait_for

HOUR = 3600.0


class Statuses:
    """The status blobs that hosts write."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._container = service.get_container_client("azure-webjobs-hosts")

    def of(self, host: HostProcess, function: str) -> dict[str, Any] | None:
        try:
            blob = self._container.download_blob(f"timers/{host.name}/Host.Functions.{function}/status")
        except ResourceNotFoundError:
            return None
        status: dict[str, Any] = json.loads(blob.readall())
        return status


@pytest.fixture
def statuses(storage: str) -> Iterator[Statuses]:
    with BlobServiceClient.from_connection_string(storage) as service:
        yield Statuses(service)


def settle(host: HostProcess) -> set[str]:
    """Run what is due; without the two functions that run by themselves."""
    answer = host.admin("POST", "/admin/local/timers", body=b"")
    assert answer.status == 200
    return set(answer.json()["ran"]) - {"slow", "at_start"}


def test_a_new_timer_writes_its_status_and_waits(make_host: MakeHost, statuses: Statuses) -> None:
    host = make_host()
    host.start()

    status = wait_for(lambda: statuses.of(host, "hourly"))
    following = datetime.fromisoformat(status["Next"])
    assert following.utcoffset() == timedelta(0)
    assert (following.minute, following.second) == (0, 0)
    assert timedelta(0) < following - datetime.now(UTC) <= timedelta(hours=1)
    assert status["Last"].startswith("0001-01-01")
    assert settle(host) == set()
    assert not host.journal("hourly")


def test_a_timer_that_has_become_due_has_finished_when_the_door_answers(
    make_host: MakeHost, statuses: Statuses
) -> None:
    """Three days passed at a stroke are one run, not 72; the next time is computed from the run."""
    host = make_host()
    host.start()
    host.move_clock(72 * HOUR)

    ran = settle(host)
    assert len(host.journal("hourly")) == len(host.journal("hourly ends")) == 1
    assert "hourly" in ran or host.journal("hourly")[0]["at"] < time.time()
    assert host.journal("hourly")[0]["past_due"] is False
    status = statuses.of(host, "hourly")
    assert status is not None
    assert (
        timedelta(hours=71) < datetime.fromisoformat(status["Last"]) - datetime.now(UTC) < timedelta(hours=73)
    )
    assert datetime.fromisoformat(status["Last"]) < datetime.fromisoformat(status["Next"])
    assert settle(host) == set()
    assert len(host.journal("hourly")) == 1


def test_a_time_missed_while_no_host_ran_is_made_up_once(make_host: MakeHost) -> None:
    first = make_host()
    first.start()
    assert first.stop() == 0
    second = make_host()
    second.move_clock(5 * HOUR)
    second.start()

    settle(second)
    runs = second.journal("hourly")
    assert [run["past_due"] for run in runs] == [True]
    assert set(runs[0]["status"]) == {"Last", "Next", "LastUpdated"}
    second.stop()
    third = make_host()
    third.move_clock(5 * HOUR)
    third.start()
    assert settle(third) == set()
    assert not third.journal("hourly")


def test_a_changed_schedule_is_reckoned_anew_and_not_past_due(
    make_host: MakeHost, statuses: Statuses
) -> None:
    first = make_host()
    first.start()
    first.stop()
    second = make_host(settings={"HOURLY_SCHEDULE": "0 30 * * * *"})
    second.move_clock(2 * HOUR)
    second.start()

    assert settle(second) == set()
    assert not second.journal("hourly")
    status = statuses.of(second, "hourly")
    assert status is not None
    assert datetime.fromisoformat(status["Next"]).minute == 30


def test_a_clock_moved_back_does_not_silence_a_timer(make_host: MakeHost, statuses: Statuses) -> None:
    host = make_host()
    host.move_clock(1000 * HOUR)
    host.start()
    host.move_clock(0)
    settle(host)
    host.move_clock(HOUR)
    settle(host)

    assert len(host.journal("hourly")) == 1


def test_a_failed_run_is_not_repeated_and_its_time_is_kept(make_host: MakeHost, statuses: Statuses) -> None:
    host = make_host()
    host.start()
    host.move_clock(7 * 24 * HOUR)
    settle(host)
    settle(host)

    assert len(host.journal("weekly_failing")) == 1
    status = statuses.of(host, "weekly_failing")
    assert status is not None
    assert not status["Last"].startswith("0001")


def test_one_run_at_the_start_when_asked_for_and_no_status_without_monitor(
    make_host: MakeHost, statuses: Statuses
) -> None:
    host = make_host()
    host.start()

    assert wait_for(lambda: host.journal("at_start"))[0]["status"] == {}
    time.sleep(1.2)
    assert len(host.journal("at_start")) == 1
    assert statuses.of(host, "at_start") is None


def test_runs_do_not_overlap_and_a_slow_one_skips_what_it_passed(
    shared_host: HostProcess, statuses: Statuses
) -> None:
    """Due every second, each run takes 1.3 s. More often than once a minute: no status is kept."""
    wait_for(lambda: len(shared_host.journal("slow ends")) >= 3)
    events = [
        json.loads(line)["event"]
        for line in shared_host.journal_file.read_text().splitlines()
        if "slow" in line
    ]

    assert events == ["slow begins", "slow ends"] * (len(events) // 2) + (["slow begins"] * (len(events) % 2))
    assert statuses.of(shared_host, "slow") is None


def test_of_two_hosts_one_runs_the_timers_and_the_other_takes_over(make_host: MakeHost) -> None:
    first, second = make_host(), make_host()
    for host in (first, second):
        host.start(ready=False)
    for host in (first, second):
        host.await_ready()
        host.move_clock(HOUR)
    settle(first)
    settle(second)
    holder, other = (first, second) if first.journal("hourly") else (second, first)
    assert (len(holder.journal("hourly")), len(other.journal("hourly"))) == (1, 0)

    assert holder.stop() == 0
    other.move_clock(2 * HOUR)
    settle(other)
    assert (len(holder.journal("hourly")), len(other.journal("hourly"))) == (1, 1)
