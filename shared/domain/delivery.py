"""What became of a mail after the mail service had accepted it, as its delivery reports say. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Delivery(StrEnum):
    """The words of Azure Communication Services (event ``EmailDeliveryReportReceived``, field ``status``), in lower case."""

    DELIVERED = "delivered"
    EXPANDED = "expanded"
    """The address is a list, and the mail went on to its members."""
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    """It bounced so often before that the service does not try any more."""
    FAILED = "failed"
    QUARANTINED = "quarantined"
    FILTERED_SPAM = "filteredspam"

    @property
    def failed(self) -> bool:
        """Whether nobody has read it: what lies in a quarantine or a filter does not reach who waits for it."""
        return self not in {Delivery.DELIVERED, Delivery.EXPANDED}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One report about one addressee of one message.

    Attributes:
        message: Id under which the mail service accepted it (a GUID in lower case).
        recipient: Whom it was for; personal data, compared and never kept or logged.
        delivery: What became of it.
        at: When that was reported (UTC); None: the report does not say.
    """

    message: str
    recipient: str = field(repr=False)
    delivery: Delivery
    at: datetime | None = None
