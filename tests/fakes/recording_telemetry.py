"""The port ``Telemetry`` in memory; strict: a field that is not in the list is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from shared.ports.telemetry import Metric, Span, SpanName, allowed, is_trace


@dataclass
class RecordedSpan:
    """What was told of one span; ``trace`` and ``id`` as they stand in a trace context."""

    name: SpanName
    trace: str
    id: str
    parent: str
    links: tuple[str, ...]
    fields: dict[str, str]
    strict: bool = True
    failed: bool = False

    def tell(self, **fields: str) -> None:
        """Add what was found out meanwhile."""
        self.fields |= allowed(fields, strict=self.strict)


@dataclass
class Recorded:
    """One count or measure."""

    metric: Metric
    value: float
    fields: dict[str, str] = field(default_factory=dict)


class RecordingTelemetry:
    """Keeps everything; spans stand in the order in which they ended."""

    def __init__(self, *, strict: bool = True) -> None:
        self._strict = strict
        self._numbers = count(1)
        self._open: list[RecordedSpan] = []
        self.spans: list[RecordedSpan] = []
        self.metrics: list[Recorded] = []

    @contextmanager
    def span(
        self, name: SpanName, /, *, trace: str = "", links: tuple[str, ...] = (), **fields: str
    ) -> Iterator[Span]:
        told = allowed(fields, strict=self._strict)
        around = self._open[-1] if self._open else None
        number = next(self._numbers)
        if is_trace(trace):
            whole, parent = trace.split("-")[1:3]
        elif around is not None:
            whole, parent = around.trace, around.id
        else:
            whole, parent = f"{number:032x}", ""
        seen = tuple(each for each in links if is_trace(each))
        span = RecordedSpan(name, whole, f"{number:016x}", parent, seen, told, strict=self._strict)
        self._open.append(span)
        try:
            yield span
        except BaseException as error:
            span.failed = True
            span.tell(error=type(error).__name__)
            raise
        finally:
            self._open.remove(span)
            self.spans.append(span)

    def here(self) -> str:
        if not self._open:
            return ""
        return f"00-{self._open[-1].trace}-{self._open[-1].id}-01"

    def count(self, metric: Metric, /, amount: int = 1, **fields: str) -> None:
        self.metrics.append(Recorded(metric, amount, allowed(fields, strict=self._strict, metric=True)))

    def measure(self, metric: Metric, /, value: float, **fields: str) -> None:
        self.metrics.append(Recorded(metric, value, allowed(fields, strict=self._strict, metric=True)))
