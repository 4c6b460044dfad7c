"""One process that may be killed at any moment and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.azurite import ROOT

_READY_SECONDS = 60.0
_END_SECONDS = 10.0


class NeverReadyError(AssertionError):
    """A process did not say that it is ready."""


@dataclass
class Killable:
    """A process in a session of its own; what it says lies in ``log``."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready_line: str
    log: Path
    kills: int = 0
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    _said_before: int = 0

    @property
    def runs(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.poll() is None

    def begin(self) -> None:
        """Start it without waiting."""
        self._said_before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                list(self.command),
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.begin()
        self.ready()

    def ready(self) -> None:
        """Wait until it says that it is ready.

        Raises:
            NeverReadyError: it does not, or it has ended.
        """
        until = time.monotonic() + _READY_SECONDS
        while time.monotonic() < until and self.runs:
            if self.ready_line in self.said():
                return
            time.sleep(0.05)
        raise NeverReadyError(f"{self.name} is not ready:\n{self.said()[-3000:]}")

    def said(self) -> str:
        """What it has said since it was last started."""
        return self.log.read_bytes()[self._said_before :].decode(errors="replace")

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does (SIGKILL)."""
        if self.runs:
            self.kills += 1
        self._signal(signal.SIGKILL)
        self._gone()

    def stop(self) -> None:
        """Ask it to end (SIGTERM), and wait."""
        self._signal(signal.SIGTERM)
        try:
            self._gone()
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._gone()

    def freeze(self) -> None:
        """Let it stand still in the middle of whatever it does (SIGSTOP), as long as ``thaw`` does not come."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, number)

    def _gone(self) -> None:
        if self._process is not None:
            self._process.wait(_END_SECONDS)
