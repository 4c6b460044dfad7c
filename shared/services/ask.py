"""Put a request into the inbox and hint the worker: the only way a door makes anything happen."""

import logging
from datetime import datetime

from shared.domain.application import Application
from shared.domain.issuing import LOOK_AGAIN
from shared.domain.requests import Request, RequestKind
from shared.ports import ConflictError, PortError
from shared.ports.telemetry import Ended, Metric, SpanName
from shared.services.web_ports import WebPorts

_LOG = logging.getLogger(__name__)


async def ask(
    application: str,
    kind: RequestKind,
    slot: int,
    ports: WebPorts,
    *,
    body: dict[str, str] | None = None,
    evidence: str = "",
    lane: str = "review",
    at: datetime | None = None,
) -> bool:
    """Insert the request; False if this slot was asked for already.

    Without ``lane`` no hint is sent: the timer finds the row. A lost hint does no harm either.

    Raises:
        UnavailableError: storage cannot be reached; nothing was stored.
    """
    with ports.telemetry.span(SpanName.ASK, application=application, kind=kind.value, lane=lane) as span:
        request = Request(
            application=application,
            kind=kind,
            slot=slot,
            received_at=at or ports.clock.now(),
            body=body or {},
            evidence=evidence,
            trace=ports.telemetry.here(),
        )
        try:
            await ports.inbox.put(request)
        except ConflictError:
            span.tell(ended=Ended.ALREADY)
            return False
        ports.telemetry.count(Metric.REQUESTS, kind=kind.value)
        if lane:
            await hint(lane, application, ports)
    return True


async def ask_to_look(case: Application, ports: WebPorts) -> None:
    """Somebody says that a new method is registered: the worker looks at once.

    It looks again within the minute anyway if that was just said: then nothing is put down, so that pressing again and again
    does not lengthen the trail.

    Raises:
        UnavailableError: storage cannot be reached; nothing was stored.
    """
    now = ports.clock.now()
    if case.check_at is not None and now < case.check_at <= now + LOOK_AGAIN:
        await hint("issuance", case.id, ports)
    else:
        await ask(case.id, RequestKind.REGISTERED, case.events, ports, lane="issuance", at=now)


async def hint(lane: str, application: str, ports: WebPorts) -> None:
    """Tell the worker that there is something; a request is its own wake-up, so a failure is only logged."""
    try:
        await ports.hints.send(lane, application)
    except PortError:
        _LOG.warning("hint lost; the timer will find the request", extra={"application": application})
