"""The ways out of telemetry: the console, a collector (OTLP over HTTP), Application Insights. Loaded only when one is set."""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_LOG = logging.getLogger(__name__)

_EVERY_MILLISECONDS: Final = 60_000
_BUCKETS: Final = (1, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200, 86_400, 259_200, 604_800)
"""Seconds: from a worker's moment to a week in which nobody came."""


@dataclass(frozen=True)
class Exporters:
    """Where each kind goes."""

    spans: SpanExporter
    metrics: MetricExporter
    logs: LogRecordExporter


@dataclass(frozen=True)
class Providers:
    """What the adapter tells to; ``close`` hands on what still waits."""

    traces: TracerProvider
    metrics: MeterProvider
    logs: LoggerProvider

    def close(self) -> None:
        """Hand on what waits, and stop the threads; first what alerts are made of."""
        for each in (self.metrics, self.logs, self.traces):
            try:
                each.shutdown()
            except Exception as error:  # noqa: BLE001 - the SDK raises it plainly; the others still have something to hand on
                _LOG.warning("telemetry could not be handed on: %s", type(error).__name__)


def console() -> Exporters:
    """One JSON object a line, on standard error."""
    from opentelemetry.sdk._logs.export import ConsoleLogRecordExporter
    from opentelemetry.sdk.metrics.export import ConsoleMetricExporter
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter

    def line(each: Any) -> str:  # noqa: ANN401 - span, batch of metrics or log record: all have to_json
        return str(each.to_json(indent=None)) + "\n"

    return Exporters(
        ConsoleSpanExporter(out=sys.stderr, formatter=line),
        ConsoleMetricExporter(out=sys.stderr, formatter=line),
        ConsoleLogRecordExporter(out=sys.stderr, formatter=line),
    )


def collector(endpoint: str) -> Exporters:
    """An OpenTelemetry collector, or anything that understands OTLP over HTTP; ``endpoint`` without a path."""
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return Exporters(
        OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces"),
        OTLPMetricExporter(endpoint=f"{endpoint}/v1/metrics"),
        OTLPLogExporter(endpoint=f"{endpoint}/v1/logs"),
    )


def application_insights(connection: str, credential: "TokenCredential") -> Exporters:
    """Application Insights with the managed identity; nothing is kept on disk, and the exporter tells nothing of itself."""
    from azure.monitor.opentelemetry.exporter import (
        AzureMonitorLogExporter,
        AzureMonitorMetricExporter,
        AzureMonitorTraceExporter,
    )

    def made[T](kind: Callable[..., T]) -> T:
        return kind(connection_string=connection, credential=credential, disable_offline_storage=True)

    return Exporters(
        made(AzureMonitorTraceExporter), made(AzureMonitorMetricExporter), made(AzureMonitorLogExporter)
    )


def providers(exporters: Exporters, role: str) -> Providers:
    """Wire exporters up. Every trace is kept: at a few thousand cases a month the one that is missing is the one asked for."""
    resource = Resource({"service.name": f"reregister-{role}", "service.namespace": "reregister"})
    traces = TracerProvider(
        sampler=ALWAYS_ON,
        resource=resource,
        shutdown_on_exit=False,
        span_limits=SpanLimits(max_span_attribute_length=100),
    )
    traces.add_span_processor(BatchSpanProcessor(exporters.spans))
    reader = PeriodicExportingMetricReader(exporters.metrics, export_interval_millis=_EVERY_MILLISECONDS)
    metrics = MeterProvider(
        [reader],
        resource=resource,
        shutdown_on_exit=False,
        views=[
            View(
                instrument_type=Histogram, aggregation=ExplicitBucketHistogramAggregation(boundaries=_BUCKETS)
            )
        ],
    )
    logs = LoggerProvider(resource=resource, shutdown_on_exit=False)
    logs.add_log_record_processor(BatchLogRecordProcessor(exporters.logs))
    return Providers(traces, metrics, logs)
