"""Counts of the calls made to storage, Graph, mail and Entra since the last reset, by kind."""

from collections import Counter
from threading import Lock

SERVICES = ("storage", "graph", "mail", "entra", "card")


class Calls:
    """Counters by service and kind, for example `graph` / `POST temporaryAccessPassMethods`."""

    def __init__(self) -> None:
        self._lock = Lock()  # Azurite's log is read on another thread than the HTTP servers run on
        self._counts: dict[str, Counter[str]] = {service: Counter() for service in SERVICES}

    def add(self, service: str, kind: str) -> None:
        """Count one call. A kind names an operation, never a person or a value."""
        with self._lock:
            self._counts[service][kind] += 1

    def counts(self) -> dict[str, dict[str, int]]:
        """All counters, each service's kinds in alphabetical order."""
        with self._lock:
            return {service: dict(sorted(kinds.items())) for service, kinds in self._counts.items()}

    def reset(self) -> None:
        """Start counting anew."""
        with self._lock:
            for kinds in self._counts.values():
                kinds.clear()
