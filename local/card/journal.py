"""What was asked of the card provider: operations and outcomes, never a code, a token, a nonce or a person."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

_MOST = 500
_TOLD = (
    "client_id", "response_type", "scope", "acr_values", "code_challenge_method", "grant_type",
    "client_assertion_type",
)  # fmt: skip
"""Parameters whose values are told; of the others only that they were there."""


class Journal:
    """The latest requests, oldest first."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._entries: deque[dict[str, object]] = deque(maxlen=_MOST)

    def note(self, operation: str, parameters: Mapping[str, str], outcome: str) -> None:
        """One request: `outcome` is `ok` or an error code."""
        self._entries.append(
            {
                "at": datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="seconds"),
                "operation": operation,
                "outcome": outcome,
                "parameters": sorted(parameters),
                **{name: parameters[name] for name in _TOLD if name in parameters},
            }
        )

    def entries(self) -> list[dict[str, object]]:
        """All of them."""
        return list(self._entries)

    def clear(self) -> None:
        """Begin anew."""
        self._entries.clear()
