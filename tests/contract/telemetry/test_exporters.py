"""The ways out: what a collector receives, what the console prints, how Application Insights' exporter is started."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from shared.adapters import telemetry_exporters as ways
from shared.adapters.otel_telemetry import OtelTelemetry
from shared.ports.telemetry import Metric, SpanName
from shared.settings import keep_exporter_to_itself

CONNECTION = (
    "InstrumentationKey=00000000-0000-4000-8000-000000000000;IngestionEndpoint=https://insights.example/"
)


class Anybody:
    """A credential that nothing here asks."""

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        raise AssertionError


@pytest.fixture
def received() -> Iterator[tuple[str, list[str]]]:
    """A collector: its address, and the paths that something was posted to."""
    paths: list[str] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


def tell(telemetry: OtelTelemetry) -> None:
    with telemetry.span(SpanName.LOOK, state="held"):
        telemetry.count(Metric.LOOKS, state="held")


def test_a_collector_gets_what_was_told_at_the_latest_at_the_end(received: tuple[str, list[str]]) -> None:
    address, paths = received
    made = ways.providers(ways.collector(address), "worker")
    tell(OtelTelemetry(made.traces, made.metrics))
    made.close()

    assert set(paths) == {"/v1/traces", "/v1/metrics"}


def test_the_console_gets_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    made = ways.providers(ways.console(), "web")
    tell(OtelTelemetry(made.traces, made.metrics))
    made.close()
    span, metrics = (json.loads(line) for line in capsys.readouterr().err.splitlines())

    assert (span["name"], span["attributes"]) == ("look", {"state": "held"})
    assert span["resource"]["attributes"] == {
        "service.name": "reregister-web",
        "service.namespace": "reregister",
    }
    assert "reregister.looks" in json.dumps(metrics)


def test_application_insights_is_asked_with_the_identity_keeps_nothing_and_calls_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("STATSBEAT_DISABLED_ALL", "SDKSTATS_DISABLED", "CONTROLPLANE_DISABLED"):
        monkeypatch.setenv(f"APPLICATIONINSIGHTS_{name}", "")  # so that it is put back afterwards
        monkeypatch.delenv(f"APPLICATIONINSIGHTS_{name}")
    keep_exporter_to_itself()
    credential = Anybody()
    before = set(threading.enumerate())
    exporters = ways.application_insights(CONNECTION, credential)

    each: Any  # the exporter's own base class is not public
    for each in (exporters.spans, exporters.metrics, exporters.logs):
        assert each._credential is credential
        assert each.storage is None
        assert not each._should_collect_stats()
    assert set(threading.enumerate()) - before == set()
