"""The shipped adapter with exporters that keep everything in memory, and what it told in the words of the fake."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.adapters.otel_telemetry import LogLines, OtelTelemetry
from shared.ports.telemetry import Metric, SpanName
from tests.fakes.recording_telemetry import Recorded, RecordedSpan


class KeptOutlets:
    """Everything that OpenTelemetry would send."""

    def __init__(self, *, strict: bool = True) -> None:
        self._spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self._logs = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
        traces = TracerProvider(shutdown_on_exit=False)
        traces.add_span_processor(SimpleSpanProcessor(self._spans))
        metrics = MeterProvider([self._reader], shutdown_on_exit=False)
        logs = LoggerProvider(shutdown_on_exit=False)
        logs.add_log_record_processor(SimpleLogRecordProcessor(self._logs))
        self.telemetry = OtelTelemetry(traces, metrics, strict=strict)
        self.lines = LogLines(logs, strict=strict)

    @property
    def spans(self) -> list[RecordedSpan]:
        """In the order in which they ended."""
        return [_recorded(each) for each in self._spans.get_finished_spans()]

    @property
    def metrics(self) -> list[Recorded]:
        """The sums, values and counts of each series."""
        data = self._reader.get_metrics_data()
        found: list[Recorded] = []
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points:
                        value = getattr(point, "value", None)
                        fields = {name: str(text) for name, text in (point.attributes or {}).items()}
                        known = point.sum if value is None else value  # type: ignore[union-attr]  # a histogram's point
                        found.append(Recorded(Metric(metric.name), known, fields))
        return found

    @property
    def logs(self) -> list[dict[str, object]]:
        """The lines that were handed on."""
        return [json.loads(each.to_json(indent=None)) for each in self._logs.get_finished_logs()]

    def everything(self) -> str:
        """All of it as text, as it would be sent."""
        data = self._reader.get_metrics_data()
        return "\n".join(
            [
                *(each.to_json(indent=None) for each in self._spans.get_finished_spans()),
                data.to_json(indent=None) if data else "",
                *(each.to_json(indent=None) for each in self._logs.get_finished_logs()),
            ]
        )

    @contextmanager
    def hearing(self, logger: str = "shared") -> Iterator[None]:
        """Hand the lines of our own loggers on."""
        heard = logging.getLogger(logger)
        heard.addHandler(self.lines)
        try:
            yield
        finally:
            heard.removeHandler(self.lines)


def _recorded(span: ReadableSpan) -> RecordedSpan:
    context = span.context
    assert context is not None
    return RecordedSpan(
        SpanName(span.name),
        f"{context.trace_id:032x}",
        f"{context.span_id:016x}",
        f"{span.parent.span_id:016x}" if span.parent else "",
        tuple(f"00-{each.context.trace_id:032x}-{each.context.span_id:016x}-01" for each in span.links),
        {name: str(value) for name, value in (span.attributes or {}).items()},
        failed=not span.status.is_ok,
    )
