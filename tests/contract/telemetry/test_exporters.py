"""The ways out: what a collector receives, what the console prints, how Application Insights' exporter is started."""

import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from local.configuration import from_environment, worker_environment
from shared.adapters import telemetry_exporters as ways
from shared.adapters.otel_telemetry import OtelTelemetry
from shared.adapters.telemetry_delivery import AT_MOST_SECONDS, Delivery
from shared.ports.telemetry import Metric, SpanName, is_urgent
from shared.settings import keep_exporter_to_itself
from tests.fitness.source import ROOT, run_python

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


def process_that_counts_and_ends(address: str) -> None:
    """A worker that counts something of no urgency, and ends without another word."""
    settings = worker_environment(from_environment({}, scratch=ROOT))
    run_python(
        "from shared import bootstrap\n"
        "from shared.ports.telemetry import Metric, SpanName\n"
        "with bootstrap.telemetry().span(SpanName.LOOK, state='held'):\n"
        "    bootstrap.telemetry().count(Metric.LOOKS, state='held')",
        settings | {"TELEMETRY": "otlp", "OTLP_ENDPOINT": address},
    )


def test_a_process_that_ends_hands_on_what_waits(received: tuple[str, list[str]]) -> None:
    address, paths = received
    process_that_counts_and_ends(address)

    assert set(paths) == {"/v1/traces", "/v1/metrics"}


class Silent(MetricExporter):
    """A collector that does not answer until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def export(self, *_: object, **__: object) -> MetricExportResult:
        self.let_go.wait()
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 0) -> bool:
        return bool(timeout_millis)

    def shutdown(self, timeout_millis: float = 0, **_: object) -> None:
        pass


def test_a_collector_that_does_not_answer_does_not_hold_up_the_end() -> None:
    silent = Silent()
    kept = ways.Exporters(InMemorySpanExporter(), silent, InMemoryLogRecordExporter())  # type: ignore[no-untyped-call]
    made = ways.providers(kept, "worker")
    delivery = Delivery(made)
    tell(OtelTelemetry(made.traces, made.metrics))
    began = time.monotonic()
    assert not delivery.end(within=0.2)
    assert time.monotonic() - began < 5
    silent.let_go.set()
    assert delivery.end(within=20)
    assert AT_MOST_SECONDS <= 5


class Refusing(Silent):
    """A collector whose reader raises, as the SDK does plainly."""

    def shutdown(self, timeout_millis: float = 0, **_: object) -> None:
        raise RuntimeError("refused")


def test_a_reader_that_fails_ends_neither_what_is_told_later_nor_the_other_ways(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spans = InMemorySpanExporter()
    refusing = Refusing()
    refusing.let_go.set()
    made = ways.providers(ways.Exporters(spans, refusing, InMemoryLogRecordExporter()), "worker")  # type: ignore[no-untyped-call]
    asked: list[float] = []

    def refuse(*_: object, **__: object) -> bool:
        asked.append(0)
        raise RuntimeError("refused")

    monkeypatch.setattr(made.metrics, "force_flush", refuse)
    delivery = Delivery(made, pause=0.01)
    for wanted in (1, 2):
        delivery.hurry()
        ends = time.monotonic() + 10
        while len(asked) < wanted and time.monotonic() < ends:
            time.sleep(0.01)
    tell(OtelTelemetry(made.traces, made.metrics))
    assert delivery.end(within=20)
    assert len(asked) >= 2
    assert spans.get_finished_spans()
    assert "telemetry could not be handed on" in caplog.text


@pytest.mark.parametrize(
    ("metric", "fields"),
    [
        (Metric.POISON, {"lane": "mail"}),
        (Metric.TRANSITIONS, {"left": "issued", "state": "attention", "channel": "form"}),
        (Metric.GRAPH_ANSWERS, {"call": "GET user", "answer": "403"}),
    ],
)
def test_what_alone_is_an_alert_does_not_wait_for_the_minute(
    received: tuple[str, list[str]], metric: Metric, fields: dict[str, str]
) -> None:
    """An instance that is killed within the minute would take it along."""
    address, paths = received
    made = ways.providers(ways.collector(address), "worker")
    delivery = Delivery(made)
    telemetry = OtelTelemetry(made.traces, made.metrics, hurry=delivery.hurry)
    telemetry.count(Metric.LOOKS, state="held")
    time.sleep(0.5)
    assert paths == []
    telemetry.count(metric, 1, **fields)
    ends = time.monotonic() + 10
    while not paths and time.monotonic() < ends:
        time.sleep(0.05)
    assert paths == ["/v1/metrics"]
    assert delivery.end()


def test_every_counter_of_which_one_is_an_alert_is_urgent() -> None:
    """The alerts over 0 that add up a counter of the worker, as the template has them."""
    template = (ROOT / "infra" / "alerts.bicep").read_text("utf-8")
    found = re.findall(r"query: '(.*found = sum\(Sum\))'\n    over: 0\n", template)
    assert len(found) == 3
    for query in found:
        (name,) = re.findall(r'Name == "([a-z.]+)"', query)
        fields = dict(re.findall(r'Properties\.(\w+)\) == "(\w+)"', query))
        assert is_urgent(Metric(name), fields), query


def test_the_console_gets_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    made = ways.providers(ways.console(), "web")
    tell(OtelTelemetry(made.traces, made.metrics))
    made.close()
    metrics, span = (json.loads(line) for line in capsys.readouterr().err.splitlines())

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
