"""Why a door says no: values that ``functions`` turn into a status and a page or a problem document."""

from datetime import datetime
from enum import StrEnum


class Refusal(StrEnum):
    """What is wrong, in the words of the service; each has one HTTP status and one text."""

    BAD_REQUEST = "bad_request"
    NOT_YOURS = "not_yours"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    OWN_CASE = "own_case"
    OPEN_APPLICATION = "open_application"
    TOO_LATE = "too_late"
    ALREADY_DECIDED = "already_decided"
    GONE = "gone"
    ASK_AGAIN = "ask_again"
    OTHER_BROWSER = "other_browser"
    PASSES_USED_UP = "passes_used_up"
    NOT_YOUR_COUNTER = "not_your_counter"
    CONFIRMED_ALREADY = "confirmed_already"
    NO_SLIP = "no_slip"
    SLIP_REPLACED = "slip_replaced"
    NOT_YET = "not_yet"
    UNKNOWN_FORM = "unknown_form"
    RESPONDER_REFUSED = "responder_refused"
    DIFFERENT_RESPONSE = "different_response"
    NOT_LINKED = "not_linked"
    ACCOUNT_LINKED = "account_linked"
    CARD_LINKED = "card_linked"
    VERIFY_AGAIN = "verify_again"
    COOLING_OFF = "cooling_off"
    BEING_LOOKED_AT = "being_looked_at"
    PASSES_TODAY = "passes_today"
    SLIPS_USED_UP = "slips_used_up"
    IN_PERSON_ONLY = "in_person_only"
    ACCOUNT_BLOCKED = "account_blocked"
    PASSES_FROZEN = "passes_frozen"
    PASSES_BUSY = "passes_busy"
    TRIAL = "trial"
    TOO_MANY = "too_many"
    TOO_MANY_RESPONSES = "too_many_responses"
    OFFICE_BY_POLICY = "office_by_policy"


class RefusedError(Exception):
    """A door says no.

    Attributes:
        refusal: What is wrong.
        link: Path of our own that helps now, if there is one.
        winner: Name of the reviewer who was first (``ALREADY_DECIDED``).
        until: From when it can be had (UTC), if that is known.
    """

    def __init__(
        self, refusal: Refusal, *, link: str = "", winner: str = "", until: datetime | None = None
    ) -> None:
        """Keep what a reply needs."""
        super().__init__(refusal.value)
        self.refusal = refusal
        self.link = link
        self.winner = winner
        self.until = until
