"""What a signed link claims. A link locates; the session's role authorises.

The claims travel in a signed token; each purpose has its own salt, so a token made for one purpose never opens another door.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.errors import LinkExpiredError


class Purpose(StrEnum):
    """What a link is for."""

    REVIEW = "review"
    PICKUP = "pickup"
    NOT_ME = "not_me"
    SLIP = "slip"


@dataclass(frozen=True, slots=True)
class LinkClaims:
    """The content of a signed link.

    Attributes:
        purpose: The one door it opens.
        application: The one application it names.
        addressee: Whom it was sent to (a short keyed digest of the address, never the address itself).
        round: Review round or pickup round it was made for; of a slip its number.
        expires_at: When it stops working (UTC, business clock).
    """

    purpose: Purpose
    application: str
    addressee: str
    round: int
    expires_at: datetime

    def check(self, now: datetime) -> None:
        """Refuse a link whose time has passed.

        Raises:
            LinkExpiredError: at or after its expiry.
        """
        if now >= self.expires_at:
            raise LinkExpiredError(self.purpose.value)
