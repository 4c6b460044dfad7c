"""What is read from a queue: base64 or plain, and of delivery reports only what is one."""

import base64
import json
import logging
from datetime import UTC, datetime
from typing import Any

import azure.functions as func
import pytest
from azure.functions.queue import QueueMessage

from functions._worker.bodies import comes_again, reports_of, text_of
from shared.domain.delivery import Delivery, DeliveryReport

_ID = "0123456789abcdef0123456789abcdef"
_MESSAGE = "00000000-0000-4000-8000-00000000000A"
_TO = "hanako@home.example"


def event(**data: object) -> dict[str, Any]:
    """An event as the documentation of Event Grid has it."""
    ordinary = {
        "sender": "noreply@u.example",
        "recipient": _TO,
        "messageId": _MESSAGE,
        "status": "Bounced",
        "deliveryStatusDetails": {"statusMessage": "550 5.1.1 unknown", "recipientMailServerHostName": "mx"},
        "deliveryAttemptTimeStamp": "2026-11-24T09:00:00.1234567+00:00",
    }
    return {
        "id": "831e1650-001e-001b-66ab-eeb76e069631",
        "topic": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Communication/communicationServices/c",
        "subject": f"sender/noreply@u.example/message/{_MESSAGE}",
        "data": ordinary | data,
        "eventType": "Microsoft.Communication.EmailDeliveryReportReceived",
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "eventTime": "2026-11-24T09:00:00Z",
    }


def message(text: str, *, encoded: bool = False) -> func.QueueMessage:
    """A message as the runtime hands it over when the host decodes nothing."""
    body = base64.b64encode(text.encode()).decode() if encoded else text
    return func.QueueMessage(body=body.encode())


@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("text", [_ID, "no id of ours", '{"a": "日本"}'])
def test_both_encodings_are_read(text: str, *, encoded: bool) -> None:
    assert text_of(message(text, encoded=encoded)) == text


@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("listed", [True, False])
def test_a_report_is_read(*, encoded: bool, listed: bool) -> None:
    text = json.dumps([event()] if listed else event())
    assert list(reports_of(message(text, encoded=encoded))) == [
        DeliveryReport(_MESSAGE.lower(), _TO, Delivery.BOUNCED, datetime(2026, 11, 24, 9, tzinfo=UTC))
    ]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-24T18:00:00.1234567+09:00", datetime(2026, 11, 24, 9, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-24T09:00:00", None),
        ("0001-01-01T00:00:00+09:00", None),
        ("yesterday", None),
        (7, None),
        (None, None),
    ],
)
def test_when_a_report_was_made_is_read_or_unknown(text: object, at: datetime | None) -> None:
    (report,) = reports_of(message(json.dumps(event() | {"eventTime": text})))
    assert report.at == at


@pytest.mark.parametrize(("count", "again"), [(None, True), (1, True), (4, True), (5, False), (6, False)])
def test_a_message_comes_again_until_its_last_try(count: int | None, *, again: bool) -> None:
    assert comes_again(QueueMessage(body=b"{}", dequeue_count=count)) is again


@pytest.mark.parametrize(
    "status", ["Delivered", "Expanded", "Bounced", "Suppressed", "Failed", "Quarantined", "FilteredSpam"]
)
def test_every_word_of_the_service_is_known(status: str) -> None:
    assert [each.delivery.value for each in reports_of(message(json.dumps(event(status=status))))] == [
        status.lower()
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "7", "[]x", "{", "[" * 30_000, '{"eventType": "other"}',
        json.dumps(event() | {"eventType": "Microsoft.Communication.EmailEngagementTrackingReportReceived"}),
        json.dumps(event() | {"data": [_TO]}),
        json.dumps(event(messageId=None)), json.dumps(event(messageId=_TO)), json.dumps(event(messageId={"a": _TO})),
        json.dumps(event(recipient=None)), json.dumps(event(recipient="")), json.dumps(event(recipient=_TO * 100)),
        json.dumps(event(status="Read")), json.dumps(event(status=[])),
    ],
)  # fmt: skip
def test_what_is_no_report_is_left_out_and_counted_without_a_word_of_it(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert list(reports_of(message(text))) == []
    assert [each.getMessage() for each in caplog.records] == ["a delivery report cannot be read"]


def test_one_bad_event_keeps_no_other_from_being_read() -> None:
    found = list(reports_of(message(json.dumps([7, event(), event(status="Read")]))))
    assert len(found) == 1


def test_who_it_is_for_is_not_in_what_a_log_could_show() -> None:
    assert _TO not in repr(DeliveryReport(_MESSAGE, _TO, Delivery.BOUNCED))
