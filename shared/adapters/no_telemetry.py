"""Telemetry where none is set up: nothing is told, nothing is loaded, and rows get no trace context."""

from contextlib import AbstractContextManager, nullcontext

from shared.ports.telemetry import Metric, Span, SpanName


class NoTelemetry:
    """The port ``Telemetry``, silent."""

    def span(
        self, name: SpanName, /, *, trace: str = "", links: tuple[str, ...] = (), **fields: str
    ) -> AbstractContextManager[Span]:
        del name, trace, links, fields
        return nullcontext(_Quiet())

    def here(self) -> str:
        return ""

    def count(self, metric: Metric, /, amount: int = 1, **fields: str) -> None:
        pass

    def measure(self, metric: Metric, /, value: float, **fields: str) -> None:
        pass


class _Quiet:
    def tell(self, **fields: str) -> None:
        pass
