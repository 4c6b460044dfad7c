"""Views of the pages that say what went wrong, and what to do next."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.kinds import Role
from shared.domain.links import Purpose


class Problem(StrEnum):
    """What went wrong, in the words of a page; each has ``problem_title.<value>``, ``problem_detail.…``, ``problem_next.…``."""

    BAD_REQUEST = "bad_request"
    WRONG_ORIGIN = "wrong_origin"
    SIGN_IN_NEEDED = "sign_in_needed"
    SIGN_IN_CANCELLED = "sign_in_cancelled"
    SIGN_IN_EXPIRED = "sign_in_expired"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_NOT_FRESH = "sign_in_not_fresh"
    FORBIDDEN = "forbidden"
    NOT_YOURS = "not_yours"
    NOT_FOUND = "not_found"
    OPEN_APPLICATION = "open_application"
    TOO_LATE = "too_late"
    ALREADY_DECIDED = "already_decided"
    OWN_CASE = "own_case"
    GONE = "gone"
    LENGTH_REQUIRED = "length_required"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    ASK_AGAIN = "ask_again"
    LINK_NEEDED = "link_needed"
    OTHER_BROWSER = "other_browser"
    PASSES_USED_UP = "passes_used_up"
    NOT_YOUR_COUNTER = "not_your_counter"
    CONFIRMED_ALREADY = "confirmed_already"
    NO_SLIP = "no_slip"
    SLIP_REPLACED = "slip_replaced"
    WAY_OFF = "way_off"
    NOT_YET = "not_yet"
    INVALID_FIELDS = "invalid_fields"
    UNKNOWN_FORM = "unknown_form"
    RESPONDER_REFUSED = "responder_refused"
    DIFFERENT_RESPONSE = "different_response"
    BODY_UNREADABLE = "body_unreadable"
    BODY_TOO_LARGE = "body_too_large"
    BODY_WRONG_TYPE = "body_wrong_type"
    TOKEN_NEEDED = "token_needed"  # noqa: S105 - a kind of problem
    TOKEN_INVALID = "token_invalid"  # noqa: S105 - a kind of problem
    TOKEN_LACKS_RIGHT = "token_lacks_right"  # noqa: S105 - a kind of problem
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
    UNAVAILABLE = "unavailable"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class ProblemView:
    """An error page.

    Attributes:
        status: HTTP status, shown small for the support desk.
        problem: What went wrong.
        link: Path of our own that helps now (the open application, the sign-in …); empty means the home page.
        trace: Id to tell the support desk, if there is one.
    """

    status: int
    problem: Problem
    link: str = ""
    trace: str = ""


@dataclass(frozen=True, slots=True)
class LinkProblemView:
    """A link that does not work: what to do depends on what it was for (None if that cannot be known)."""

    purpose: Purpose | None = None
    application: str = ""


@dataclass(frozen=True, slots=True)
class WrongRoleView:
    """Signed in, but this page is for others."""

    name: str
    needs: tuple[Role, ...]
