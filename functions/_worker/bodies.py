"""Bodies of queue messages: base64 or plain, whichever the sender wrote.

Whether Event Grid puts an event into a storage queue as plain text or as base64 is told in two ways: plain in 2021
(azure-webjobs-sdk issue 2667, azure-docs issue 69702), base64 since (azure-docs issue 102923 of December 2022, and the samples
of azure-eventgrid). The host knows one encoding for all queues, and moves what is not in it to the poison queue without a
run. So ``host.json`` sets ``messageEncoding`` to ``none``, and both are read here; our own hints stay base64, as older versions
wrote and read them.
"""

import base64
import binascii
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import azure.functions as func

from shared.domain.delivery import Delivery, DeliveryReport
from shared.services.find_case import is_id

_LOG = logging.getLogger(__name__)

_EVENT = "Microsoft.Communication.EmailDeliveryReportReceived"
_LONGEST_ADDRESS = 320
MOST_TRIES = 5
"""``maxDequeueCount`` of ``host.json``."""


def text_of(msg: func.QueueMessage) -> str:
    """The text of a message. The id of an application would be base64, too, and is taken as it stands; JSON never is."""
    text: str = msg.get_body().decode(errors="replace")
    if is_id(text):
        return text
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        return text


def reports_of(msg: func.QueueMessage) -> Iterator[DeliveryReport]:
    """The delivery reports of a message: one event, or a list of events, in Event Grid's own schema.

    What is no such report would be none the next time either: it is a line in the log, without any part of it, and left out.
    """
    try:
        found = json.loads(text_of(msg))
    except (ValueError, RecursionError):
        found = None
    for event in found if isinstance(found, list) else [found]:
        report = _report_of(event)
        if report is None:
            _LOG.warning("a delivery report cannot be read")
        else:
            yield report


def _report_of(event: object) -> DeliveryReport | None:
    if not isinstance(event, dict) or event.get("eventType") != _EVENT:
        return None
    data = event.get("data")
    if not isinstance(data, dict):
        return None
    message, recipient, status = (data.get(name) for name in ("messageId", "recipient", "status"))
    if not (isinstance(message, str) and isinstance(recipient, str) and isinstance(status, str)):
        return None
    if not 0 < len(recipient) <= _LONGEST_ADDRESS:
        return None
    try:
        told = Delivery(status.casefold())
        return DeliveryReport(str(UUID(message)), recipient, told, _time_from(event.get("eventTime")))
    except ValueError:
        return None


def _time_from(text: object) -> datetime | None:
    """When an event happened; None if it does not say so in time with a zone."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def comes_again(msg: func.QueueMessage) -> bool:
    """Whether the platform brings this message again if its run fails, before it gives it up."""
    return (msg.dequeue_count or 1) < MOST_TRIES
