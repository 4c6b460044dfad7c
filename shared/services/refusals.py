"""Why a door says no: values that ``functions`` turn into a status and a page or a problem document."""

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


class RefusedError(Exception):
    """A door says no.

    Attributes:
        refusal: What is wrong.
        link: Path of our own that helps now, if there is one.
        winner: Name of the reviewer who was first (``ALREADY_DECIDED``).
    """

    def __init__(self, refusal: Refusal, *, link: str = "", winner: str = "") -> None:
        """Keep what a reply needs."""
        super().__init__(refusal.value)
        self.refusal = refusal
        self.link = link
        self.winner = winner
