"""What is told of a call of Graph: which one, and its answer by class; a refusal by its status, since alerts ask for 403."""

import asyncio
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from shared.adapters.graph_client import GraphConnection
from shared.ports import PortError
from shared.ports.telemetry import Metric, SpanName
from tests.fakes.recording_telemetry import RecordingTelemetry

URL = "http://127.0.0.1:9/v1.0"


class Anybody:
    """A credential that nothing here asks."""

    async def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:  # noqa: ANN401 - the SDK's own
        return AccessToken("token", 0)


@pytest.mark.parametrize(
    ("status", "told"), [(None, "none"), (403, "403"), (404, "404"), (429, "429"), (500, "5xx"), (503, "5xx")]
)
async def test_an_answer_is_told_by_its_class(status: int | None, told: str) -> None:
    from kiota_abstractions.api_error import APIError

    telemetry = RecordingTelemetry()
    graph = GraphConnection(URL, Anybody(), allowed_hosts=["127.0.0.1"], telemetry=telemetry)  # type: ignore[arg-type]

    async def fails(_: object) -> None:
        if status is None:
            raise TimeoutError
        raise APIError(response_status_code=status)

    with pytest.raises(PortError):
        await graph.once("GET user", fails)
    await graph.close()
    (span,) = telemetry.spans
    (count,) = telemetry.metrics

    assert span.name is SpanName.GRAPH
    assert span.fields["answer"] == told
    assert (count.metric, count.fields) == (Metric.GRAPH_ANSWERS, {"call": "GET user", "answer": told})


async def test_an_answer_that_was_given_is_told_too() -> None:
    telemetry = RecordingTelemetry()
    graph = GraphConnection(URL, Anybody(), allowed_hosts=["127.0.0.1"], telemetry=telemetry)  # type: ignore[arg-type]

    async def answers(_: object) -> int:
        return 1

    assert await graph.once("GET user", answers) == 1
    await graph.close()
    assert telemetry.metrics[0].fields["answer"] == "2xx"


async def test_a_call_that_is_cut_off_is_not_told_as_a_success() -> None:
    """The function's time is up, or its host stops: the call is cancelled, and what Graph did is not known."""
    telemetry = RecordingTelemetry()
    graph = GraphConnection(URL, Anybody(), allowed_hosts=["127.0.0.1"], telemetry=telemetry)  # type: ignore[arg-type]
    begun = asyncio.Event()

    async def hangs(_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    call = asyncio.create_task(graph.once("POST temporaryAccessPassMethods", hangs))
    await begun.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await graph.close()

    assert telemetry.spans[0].fields["answer"] == "none"
    assert telemetry.metrics[0].fields["answer"] == "none"
