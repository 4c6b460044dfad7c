"""Queue trigger rules of the Functions host (reference: azure-webjobs-sdk, queues extension 5.x).

The sample app's host.json: batch 4, threshold 2, visibilityTimeout 1 s, maxDequeueCount 3.
"""

import base64
import contextlib
import json
import time
import uuid
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueClient

from tests.contract.host.conftest import MakeHost, MakeQueue
from tests.contract.host.processes import Azurite, HostProcess, wait_for


def encoded(**job: object) -> str:
    return base64.b64encode(json.dumps(job).encode()).decode()


def unique() -> str:
    return uuid.uuid4().hex


def is_empty(client: QueueClient) -> bool:
    return client.get_queue_properties().approximate_message_count == 0


def test_a_message_runs_once_with_its_metadata_and_is_deleted(
    shared_host: HostProcess, queue: MakeQueue
) -> None:
    """A message that never expires is read as well."""
    jobs, mark = queue(f"{shared_host.name}-jobs"), unique()
    sent = jobs.send_message(encoded(mark=mark, ja="再登録"), time_to_live=-1)

    text = json.dumps({"mark": mark, "ja": "再登録"})
    done = wait_for(lambda: shared_host.journal("job ends", text=text))
    wait_for(lambda: is_empty(jobs), what="deletion")
    assert len(shared_host.journal("job begins", text=text)) == 1
    assert done[0]["id"] == sent.id
    assert done[0]["dequeue_count"] == 1
    assert done[0]["inserted"].endswith("+00:00")
    assert done[0]["expires"].startswith("9999")
    assert done[0]["pop_receipt"]


def test_an_output_message_is_encoded_and_taken_at_once(shared_host: HostProcess) -> None:
    text = json.dumps({"mark": unique()})
    assert shared_host.request("POST", "/send", body=text.encode()).status == 202

    wait_for(lambda: shared_host.journal("job ends", text=text), seconds=3)


def test_a_failing_message_runs_max_dequeue_count_times_then_is_poison(shared_host: HostProcess) -> None:
    """Between two runs lies the visibility timeout; the poison queue's own function gets the message."""
    text = json.dumps({"mark": unique(), "fail": True})
    shared_host.request("POST", "/send", body=text.encode())

    wait_for(lambda: shared_host.journal("poison", text=text))
    runs = shared_host.journal("job begins", text=text)
    assert [run["dequeue_count"] for run in runs] == [1, 2, 3]
    assert all(b["at"] - a["at"] > 0.9 for a, b in pairwise(runs))


def test_a_message_that_fails_in_a_poison_queue_stays_there_out_of_sight(
    shared_host: HostProcess, queue: MakeQueue
) -> None:
    """A poison queue has no poison queue of its own; the message comes back after the lease of ten minutes."""
    poison, mark = queue(f"{shared_host.name}-jobs-poison"), unique()
    poison.send_message(encoded(mark=mark, note="poison fails"))

    wait_for(lambda: shared_host.journal("poison", text=json.dumps({"mark": mark, "note": "poison fails"})))
    time.sleep(1.5)
    assert len(shared_host.journal("poison", text=json.dumps({"mark": mark, "note": "poison fails"}))) == 1
    assert not poison.peek_messages()
    assert not is_empty(poison)
    with pytest.raises(ResourceNotFoundError):
        queue(f"{shared_host.name}-jobs-poison-poison").get_queue_properties()
    poison.clear_messages()


@pytest.mark.parametrize("body", ["not base64!", '{"plain": 1}', "YWJ"])
def test_a_body_that_is_not_base64_is_poison_as_it_was_and_never_runs(
    shared_host: HostProcess, queue: MakeQueue, body: str
) -> None:
    other, poison = queue(f"{shared_host.name}-other"), queue(f"{shared_host.name}-other-poison")
    runs_before = len(shared_host.journal("other"))
    other.send_message(body)

    message = wait_for(lambda: _receive(poison))
    assert message == body
    # It is put there before it is deleted here.
    wait_for(lambda: is_empty(other), what="the end of the message")
    assert len(shared_host.journal("other")) == runs_before


def test_a_message_dequeued_too_often_is_poison_without_a_run(make_host: MakeHost, queue: MakeQueue) -> None:
    """As after three crashes of a host: the count is over the limit before the function could run."""
    host = make_host()
    other, poison = queue(f"{host.name}-other"), queue(f"{host.name}-other-poison")
    other.create_queue()
    other.send_message(encoded(mark=1))
    for _ in range(3):
        taken = other.receive_message()
        assert taken is not None
        other.update_message(taken.id, pop_receipt=taken.pop_receipt, visibility_timeout=0)
    host.start()

    assert wait_for(lambda: _receive(poison)) == encoded(mark=1)
    assert not host.journal("other")


def test_at_most_batch_and_threshold_run_at_once(shared_host: HostProcess, queue: MakeQueue) -> None:
    jobs, mark = queue(f"{shared_host.name}-jobs"), unique()
    for number in range(14):
        jobs.send_message(encoded(mark=mark, number=number, sleep=0.4))

    wait_for(lambda: len(_of_mark(shared_host, "job ends", mark)) == 14)
    steps = sorted(
        [(event["at"], 1) for event in _of_mark(shared_host, "job begins", mark)]
        + [(event["at"], -1) for event in _of_mark(shared_host, "job ends", mark)]
    )
    assert 4 <= max(accumulate(step for _, step in steps)) <= 6


def test_the_lease_is_renewed_while_the_function_runs(make_host: MakeHost, queue: MakeQueue) -> None:
    """With a lease of 1 s a job of 2.5 s is not seen by anybody else, though it blocks the app's loop."""
    host = make_host(arguments=("--queue-lease", "1"))
    host.start()
    jobs = queue(f"{host.name}-jobs")
    jobs.send_message(encoded(block=2.5))
    wait_for(lambda: host.journal("job begins"))

    seen = []
    while not host.journal("job ends"):
        seen += jobs.peek_messages()
        time.sleep(0.1)
    wait_for(lambda: is_empty(jobs), what="deletion")
    assert not seen
    assert len(host.journal("job begins")) == 1


def test_listeners_outlive_a_storage_outage(make_host: MakeHost) -> None:
    """Also when storage comes back empty: the queue is made again."""
    azurite = Azurite()
    azurite.start()
    try:
        host = make_host(connection_string=azurite.connection_string)
        host.start()
        azurite.stop()
        wait_for(lambda: "queue storage failed" in host.log)
        assert host.request("GET", "/echo/1").status == 200
        azurite.start()
        with QueueClient.from_connection_string(azurite.connection_string, f"{host.name}-jobs") as jobs:
            with contextlib.suppress(ResourceExistsError):
                jobs.create_queue()
            jobs.send_message(encoded(mark="after"))
        wait_for(lambda: host.journal("job ends", text='{"mark": "after"}'))
        assert host.stop() == 0
    finally:
        azurite.stop()


def test_a_message_done_during_an_outage_is_deleted_after_it(make_host: MakeHost, tmp_path: Path) -> None:
    """The function does not run again, and nobody waits for the end of the lease."""
    azurite = Azurite(tmp_path / "azurite")
    azurite.start()
    try:
        host = make_host(connection_string=azurite.connection_string)
        host.start()
        host.request("POST", "/send", body=b'{"sleep": 1}')
        wait_for(lambda: host.journal("job begins"))
        azurite.stop()
        wait_for(lambda: host.journal("job ends"))
        azurite.start()
        with QueueClient.from_connection_string(azurite.connection_string, f"{host.name}-jobs") as jobs:
            wait_for(lambda: is_empty(jobs), what="deletion")
        assert len(host.journal("job begins")) == 1
        assert host.stop() == 0
    finally:
        azurite.stop()


def test_a_host_starts_while_storage_is_down_and_works_when_it_is_back(make_host: MakeHost) -> None:
    azurite = Azurite()
    host = make_host(connection_string=azurite.connection_string)
    host.start()
    try:
        assert host.request("GET", "/echo/1").status == 200
        azurite.start()
        wait_for(lambda: host.request("POST", "/send", body=b'{"mark": "late"}').status == 202)
        wait_for(lambda: host.journal("job ends", text='{"mark": "late"}'))
        assert host.stop() == 0
    finally:
        azurite.stop()


def test_an_output_that_cannot_be_written_fails_the_call(make_host: MakeHost) -> None:
    host = make_host(connection_string=Azurite().connection_string)
    host.start()

    assert host.request("POST", "/send", body=b"{}").status == 500


def _receive(client: QueueClient) -> str:
    try:
        message = client.receive_message()
    except ResourceNotFoundError:
        return ""
    if message is None:
        return ""
    client.delete_message(message)
    return str(message.content)


def _of_mark(host: HostProcess, event: str, mark: str) -> list[dict[str, float]]:
    return [entry for entry in host.journal(event) if json.loads(entry["text"]).get("mark") == mark]
