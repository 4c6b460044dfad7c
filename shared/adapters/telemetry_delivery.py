"""When telemetry goes out besides every minute: what alerts wait for at once, and all that waits at the end of the process.

The platform's worker for Python tells a function app nothing of its end: https://github.com/Azure/azure-functions-python-worker/issues/1521.
An instance that is scaled in or killed takes along what it had counted since the last minute; so the counts of which a single one
is an alert do not wait.
"""

import logging
import threading
from typing import Final

from shared.adapters.telemetry_exporters import Providers

_LOG = logging.getLogger(__name__)

AT_MOST_SECONDS: Final = 5.0
"""So long the end of a process waits for a collector; what is not out by then is lost."""
_PAUSE_SECONDS: Final = 5.0
"""Between two hurried deliveries, however many are asked for: a storm of refusals is not made worse."""


class Delivery:
    """One thread, started early: at the end of an interpreter none can be started any more."""

    def __init__(self, made: Providers, *, pause: float = _PAUSE_SECONDS) -> None:
        self._made = made
        self._pause = pause
        self._wanted = threading.Event()
        self._ending = threading.Event()
        self._ended = threading.Event()
        threading.Thread(target=self._run, name="telemetry", daemon=True).start()

    def hurry(self) -> None:
        """Hand the metrics on soon; returns at once."""
        self._wanted.set()

    def end(self, *, within: float = AT_MOST_SECONDS) -> bool:
        """Hand on what waits and stop; whether that was done within so many seconds."""
        self._ending.set()
        self._wanted.set()
        return self._ended.wait(within)

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wanted.wait()
            self._wanted.clear()
            if not self._ending.is_set():
                self._flush()
                self._ending.wait(self._pause)
        self._made.close()
        self._ended.set()

    def _flush(self) -> None:
        try:
            self._made.metrics.force_flush()
        except Exception as error:  # noqa: BLE001 - the SDK raises it plainly; one refusal must not end all later ones
            _LOG.warning("telemetry could not be handed on: %s", type(error).__name__)
