"""Facts that happened to an application: the audit vocabulary, closed, in the past tense, with identifiers only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.states import State


class EventKind(StrEnum):
    """Static names; no value is ever put into one."""

    SUBMITTED = "submitted"
    HELD = "held"
    REVIEW_OPENED = "review_opened"
    REVIEW_OVERDUE = "review_overdue"
    APPROVED_ONCE = "approved_once"
    APPROVED = "approved"
    COOLING_OFF_STARTED = "cooling_off_started"
    RETURNED = "returned"
    PHOTO_REPLACED = "photo_replaced"
    PHOTO_ERASED = "photo_erased"
    DATA_ERASED = "data_erased"
    REJECTED = "rejected"
    DECISION_REFUSED = "decision_refused"
    PASS_REQUESTED = "pass_requested"
    PASS_ISSUED = "pass_issued"
    PASS_NOT_ISSUED = "pass_not_issued"
    PASS_SHOWN = "pass_shown"
    PASS_FOUND_DEAD = "pass_found_dead"
    PASS_FOUND_FOREIGN = "pass_found_foreign"
    PASS_TROUBLE_REPORTED = "pass_trouble_reported"
    REGISTRATION_REPORTED = "registration_reported"
    COMPLETED = "completed"
    OLD_METHODS_REMOVED = "old_methods_removed"
    OWNER_CONFIRMED = "owner_confirmed"
    STOPPING_STARTED = "stopping_started"
    CONTESTED = "contested"
    SESSIONS_NOT_ENDED = "sessions_not_ended"
    BLOCK_LIFTED = "block_lifted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ATTENTION_NEEDED = "attention_needed"
    RUN_AGAIN = "run_again"
    REQUEST_TOO_LATE = "request_too_late"
    COUNTER_OPENED = "counter_opened"
    COUNTER_REFUSED = "counter_refused"
    VOUCHED = "vouched"
    SLIP_PRINTED = "slip_printed"
    CARD_VERIFIED = "card_verified"
    CARD_REFUSED = "card_refused"
    RESPONSE_DIFFERED = "response_differed"
    AUDIT_DIFFERED = "audit_differed"
    PASS_PUT_OFF = "pass_put_off"
    PASS_RESUMED = "pass_resumed"


class Party(StrEnum):
    """Who did it."""

    APPLICANT = "applicant"
    OWNER = "owner"
    REVIEWER = "reviewer"
    CLERK = "clerk"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit trail.

    Attributes:
        kind: What happened.
        at: When (UTC, business clock).
        party: Who did it.
        actor: Object id of the member of staff who did it; of the person the case is about a salted mark; empty for the system
            and for an owner without sign-in.
        state: The state after it.
        detail: Identifiers and codes, never personal data.
        number: Counts from 1 over the case; 0 in a row from before there was a chain, which has no hashes either.
        previous: Hash of the event before it; empty for the first.
        hash: Hash of this one (``audit.hash_of``).
    """

    kind: EventKind
    at: datetime
    party: Party
    state: State
    actor: str = ""
    detail: dict[str, str] = field(default_factory=dict)
    number: int = 0
    previous: str = ""
    hash: str = ""
