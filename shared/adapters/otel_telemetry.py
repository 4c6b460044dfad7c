"""Telemetry through OpenTelemetry: spans, metrics, and the lines of our own loggers with the fields that may go along.

No instrumentation of a library is ever switched on: those tell addresses, and addresses hold names and links.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace as api
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared.ports.telemetry import Metric, Span, SpanName, allowed, is_trace, is_urgent

SCOPE: Final = "reregister"

_KINDS: Final = {
    SpanName.DOOR: SpanKind.SERVER,
    SpanName.ASK: SpanKind.PRODUCER,
    SpanName.LOOK: SpanKind.CONSUMER,
    SpanName.GRAPH: SpanKind.CLIENT,
    SpanName.MAIL: SpanKind.CLIENT,
}
_GAUGES: Final = {
    Metric.ISSUING_AGE: "s",
    Metric.DUE_AGE: "s",
    Metric.INBOX_AGE: "s",
    Metric.INBOX_SIZE: "1",
}
_SEVERITY: Final = {
    "DEBUG": SeverityNumber.DEBUG,
    "INFO": SeverityNumber.INFO,
    "WARNING": SeverityNumber.WARN,
    "ERROR": SeverityNumber.ERROR,
    "CRITICAL": SeverityNumber.FATAL,
}


class OtelTelemetry:
    """The port ``Telemetry`` over providers that are already wired to their exporters.

    ``strict`` refuses a field that is not in the list instead of dropping it: for tests. ``hurry`` is called when something
    was counted of which a single one is an alert.
    """

    def __init__(
        self,
        traces: TracerProvider,
        metrics: MeterProvider,
        *,
        strict: bool = False,
        hurry: Callable[[], None] | None = None,
    ) -> None:
        self._hurry = hurry
        self._tracer = traces.get_tracer(SCOPE)
        meter = metrics.get_meter(SCOPE)
        self._strict = strict
        self._times = {Metric.TIME_IN_STATE: meter.create_histogram(Metric.TIME_IN_STATE.value, unit="s")}
        self._gauges = {each: meter.create_gauge(each.value, unit=unit) for each, unit in _GAUGES.items()}
        counted = set(Metric) - set(self._times) - set(self._gauges)
        self._counters = {each: meter.create_counter(each.value) for each in counted}

    @contextmanager
    def span(
        self, name: SpanName, /, *, trace: str = "", links: tuple[str, ...] = (), **fields: str
    ) -> Iterator[Span]:
        parent = _context(trace)
        with self._tracer.start_as_current_span(
            name.value,
            context=api.set_span_in_context(NonRecordingSpan(parent), Context()) if parent else None,
            kind=_KINDS.get(name, SpanKind.INTERNAL),
            attributes=allowed(fields, strict=self._strict),
            links=[Link(each) for text in links if (each := _context(text)) is not None],
            record_exception=False,  # its text could hold what somebody typed
            set_status_on_exception=False,
        ) as span:
            try:
                yield _OtelSpan(span, strict=self._strict)
            except BaseException as error:
                span.set_attributes(allowed({"error": type(error).__name__}, strict=self._strict))
                span.set_status(Status(StatusCode.ERROR))
                raise

    def here(self) -> str:
        context = api.get_current_span().get_span_context()
        if not context.is_valid:
            return ""
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags & 1:02x}"

    def count(self, metric: Metric, /, amount: int = 1, **fields: str) -> None:
        told = allowed(fields, strict=self._strict, metric=True)
        self._counters[metric].add(amount, told)
        if self._hurry is not None and is_urgent(metric, told):
            self._hurry()

    def measure(self, metric: Metric, /, value: float, **fields: str) -> None:
        told = allowed(fields, strict=self._strict, metric=True)
        if metric in self._times:
            self._times[metric].record(value, told)
        else:
            self._gauges[metric].set(value, told)


class _OtelSpan:
    def __init__(self, span: api.Span, *, strict: bool) -> None:
        self._span = span
        self._strict = strict

    def tell(self, **fields: str) -> None:
        self._span.set_attributes(allowed(fields, strict=self._strict))


class LogLines(logging.Handler):
    """Hands the lines of our own loggers on, each with its trace; of what goes along, only the fields of the list."""

    def __init__(self, logs: LoggerProvider, *, strict: bool = False) -> None:
        super().__init__(logging.INFO)
        self._logger = logs.get_logger(SCOPE)
        self._strict = strict

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one line on; a fixed sentence with harmless values (tests/fitness/test_logging.py), no traceback."""
        given = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
        try:
            fields = allowed({"logger": record.name, **given}, strict=self._strict)
            self._logger.emit(
                LogRecord(
                    timestamp=int(record.created * 1_000_000_000),
                    severity_text=record.levelname,
                    severity_number=_SEVERITY.get(record.levelname, SeverityNumber.UNSPECIFIED),
                    body=record.getMessage(),
                    attributes=fields,
                )
            )
        except Exception:
            if self._strict:
                raise  # otherwise: a line that cannot be handed on must not fail what it tells of


_OF_EVERY_RECORD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def _context(text: str) -> SpanContext | None:
    """The span that a trace context names; None if it is empty or malformed."""
    if not is_trace(text):
        return None
    _, trace, span, flags = text.split("-")
    return SpanContext(int(trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
