"""What the local Graph remembers of requests, for tests that must know how often something was sent."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalEntry:
    """One answered request. It carries no body and no query: a code can never be in it.

    ``status`` is 0 where the connection was dropped; ``acted`` tells whether the effect took place;
    ``retry_attempt`` is the header by which the SDK numbers its own repetitions.
    """

    operation: str
    status: int
    acted: bool
    retry_attempt: str | None
    client_request_id: str | None
