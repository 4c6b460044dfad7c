"""Where telemetry goes. With nothing set, nothing is loaded."""

import atexit
from functools import cache
from typing import TYPE_CHECKING

from shared.bootstrap.chosen import settings

if TYPE_CHECKING:
    from shared.adapters.telemetry_delivery import Delivery
    from shared.adapters.telemetry_exporters import Exporters
    from shared.ports.telemetry import Telemetry

_open: "list[Delivery]" = []


def telemetry() -> "Telemetry":
    """Where this process tells of itself; silent too while the settings are incomplete, which every call then says anyway."""
    try:
        return _chosen()
    except ValueError:
        from shared.adapters.no_telemetry import NoTelemetry

        return NoTelemetry()


def close_telemetry() -> None:
    """Hand on what still waits, for a few seconds at most; threads stop."""
    while _open:
        _open.pop().end()


@cache
def _chosen() -> "Telemetry":
    given = settings()
    exporters = _exporters()
    if exporters is None:
        from shared.adapters.no_telemetry import NoTelemetry

        return NoTelemetry()

    from shared.adapters.otel_telemetry import LogLines, OtelTelemetry
    from shared.adapters.telemetry_delivery import Delivery
    from shared.adapters.telemetry_exporters import providers
    from shared.logs import also_to

    made = providers(exporters, given.app_role)
    delivery = Delivery(made)
    _open.append(delivery)
    atexit.register(close_telemetry)
    also_to(LogLines(made.logs))
    return OtelTelemetry(made.traces, made.metrics, hurry=delivery.hurry)


def _exporters() -> "Exporters | None":
    """What is set by us comes before what the platform sets."""
    given = settings()
    connection = given.applicationinsights_connection_string.get_secret_value()
    if given.telemetry == "none" and not connection:
        return None

    from shared.adapters import telemetry_exporters as ways

    if given.telemetry == "console":
        return ways.console()
    if given.telemetry == "otlp":
        return ways.collector(given.otlp_endpoint)

    from azure.identity import ManagedIdentityCredential

    from shared.settings import keep_exporter_to_itself

    keep_exporter_to_itself()
    credential = ManagedIdentityCredential(client_id=given.identity_client_id or None)
    return ways.application_insights(connection, credential)
