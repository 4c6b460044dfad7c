"""What Event Grid does in the cloud: delivery reports of mails that nobody got, put into a storage queue."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from azure.core.exceptions import AzureError
from azure.storage.queue.aio import QueueClient

from local.mail.store import SERVICE
from shared import names

if TYPE_CHECKING:
    from local.faults import Faults
    from local.mail.store import Mail

_log = logging.getLogger(__name__)

#: Words of the event's ``status``. What arrived is not reported here, since nothing follows from it.
FAILURES: Final = ("Bounced", "Suppressed", "Failed", "Quarantined", "FilteredSpam")
_DETAILS: Final = {"Bounced": "550 5.1.1 Recipient address rejected: User unknown"}


class Courier:
    """Brings reports to the queue: as base64 or plain, once or more often, as the switches say."""

    def __init__(self, connection: str, faults: Faults, *, queue: str = names.QUEUE_REPORTS) -> None:
        """``connection``: that of the account with the queue."""
        self._connection = connection
        self._faults = faults
        self._queue = queue
        self._under_way: set[asyncio.Task[None]] = set()
        faults.declare(
            SERVICE,
            "reports",
            types=(str,),
            effect=False,
            help="`base64` (default), `plain`: how delivery reports are written; `none`: no reports",
        )
        faults.declare(
            SERVICE,
            "report_copies",
            types=(int,),
            effect=False,
            help="each delivery report comes so many times",
        )

    def accepted(self, mail: Mail) -> None:
        """A mail was accepted: if nobody gets it, that is reported a moment later."""
        if mail.delivery in FAILURES:
            task = asyncio.create_task(self.report(mail, mail.delivery))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def report(self, mail: Mail, status: str) -> None:
        """Report this of each addressee; a queue that cannot be reached is said in the log."""
        form = self._faults.setting(SERVICE, "reports", "base64")
        if form == "none":
            return
        texts = [json.dumps(event(mail, to, status)) for to in mail.to]
        if form == "base64":
            texts = [base64.b64encode(each.encode()).decode() for each in texts]
        try:
            async with QueueClient.from_connection_string(self._connection, self._queue) as queue:
                for each in texts * self._faults.setting(SERVICE, "report_copies", 1):
                    await queue.send_message(each)
        except AzureError as error:
            _log.warning("a delivery report was lost: %s", type(error).__name__)


def event(mail: Mail, to: str, status: str) -> dict[str, Any]:
    """One report in Event Grid's schema (learn.microsoft.com: Azure Communication Services email events)."""
    now = datetime.now(UTC).isoformat()
    service = "/subscriptions/local/resourceGroups/local/providers/Microsoft.Communication/communicationServices/local"
    return {
        "id": str(uuid.uuid4()),
        "topic": service,
        "subject": f"sender/noreply@local/message/{mail.operation}",
        "data": {
            "sender": "noreply@local",
            "recipient": to,
            "internetMessageId": f"<{mail.id}@local>",
            "messageId": mail.operation,
            "status": status,
            "deliveryStatusDetails": {"statusMessage": _DETAILS.get(status, "")},
            "deliveryAttemptTimeStamp": now,
        },
        "eventType": "Microsoft.Communication.EmailDeliveryReportReceived",
        "dataVersion": "1.0",
        "metadataVersion": "1",
        "eventTime": now,
    }
