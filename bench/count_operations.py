"""Play each way in once against a local copy of everything, and write down what it cost in operations: `bench/counts.json`.

What is counted: storage calls by Azurite's own access log, Graph and mail calls by the local cloud, executions and their
milliseconds by the local host's log. The timers run whenever the clock is moved; what they do with nothing to do is measured
first and taken off, since it does not grow with the number of applications.
"""

import contextlib
import importlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import requests

from local.demo import CHANNELS
from local.free_ports import free_ports
from local.visitor import LocalCloud

COUNTS: Final = Path(__file__).with_name("counts.json")

_PATIENCE: Final = 180.0
_QUIET: Final = 6.0
_IDLE_RUNS: Final = 5
_NOISE: Final = ("queue.receive", "host.")
"""The local host looks at its queues far more often than the platform does, and keeps its own leases."""


@dataclass
class Copy:
    """A running copy: where it is, and what its processes have said."""

    app: str
    local: str
    log: Path

    @property
    def cloud(self) -> LocalCloud:
        """Its local cloud."""
        return LocalCloud(self.local)

    def executed(self, since: int) -> list[tuple[str, float]]:
        """Functions that ran since this place in the log, with their milliseconds."""
        found = []
        for line in self.log.read_bytes()[since:].decode("utf-8", "replace").splitlines():
            if '"message": "executed"' in line:
                with contextlib.suppress(ValueError):
                    entry = json.loads(line[line.index("{") :])
                    found.append((str(entry["function"]), float(entry["ms"])))
        return found


def main() -> int:
    """Count, and write the file."""
    with _copy() as copy:
        idle = _idle(copy)
        ways = {}
        for way in CHANNELS:
            ways[way] = _way(copy, way, idle)
            print(f"{way}: {json.dumps(ways[way])}", flush=True)
    COUNTS.write_text(json.dumps({"timer": idle, "ways": ways}, indent=1, sort_keys=True) + "\n", "utf-8")
    return 0


def _way(copy: Copy, way: str, idle: dict[str, Any]) -> dict[str, Any]:
    """What one application of this way costs, without the timers."""
    script = importlib.import_module(f"local.demo_{way}")
    with contextlib.redirect_stdout(io.StringIO()):
        counts, ran = _counted(copy, lambda: script.play(copy.app, copy.local))
    runs = sum(name == "timer_wake_due" for name, _ in ran)
    storage = {
        kind: number - runs * idle["storage"].get(kind, 0) for kind, number in counts["storage"].items()
    }
    work = [(name, ms) for name, ms in ran if not name.startswith("timer_")]
    return {
        "storage": {kind: round(number, 1) for kind, number in sorted(storage.items()) if number > 0},
        "graph": counts["graph"],
        "mails": sum(number for kind, number in counts["mail"].items() if "send" in kind),
        "executions": dict(sorted(Counter(name for name, _ in work).items())),
        "seconds": round(sum(ms for _, ms in work) / 1000, 2),
    }


def _idle(copy: Copy) -> dict[str, Any]:
    """What one run of the timer costs when there is nothing to do."""

    def wait() -> None:
        for _ in range(_IDLE_RUNS):
            now = datetime.fromisoformat(copy.cloud.now())
            copy.cloud.set_clock((now + timedelta(minutes=1)).isoformat())

    counts, ran = _counted(copy, wait)
    runs = [ms for name, ms in ran if name == "timer_wake_due"] or [0.0]
    storage = {kind: round(number / len(runs), 2) for kind, number in counts["storage"].items()}
    return {"storage": storage, "seconds": round(sum(runs) / len(runs) / 1000, 3)}


def _counted(copy: Copy, play: Any) -> tuple[dict[str, dict[str, int]], list[tuple[str, float]]]:  # noqa: ANN401
    """Play, wait until all is quiet, and count what was done meanwhile."""
    _until_quiet(copy)
    requests.delete(f"{copy.local}/api/calls", timeout=10).raise_for_status()
    since = copy.log.stat().st_size
    play()
    _until_quiet(copy)
    counts: dict[str, dict[str, int]] = copy.cloud.call("GET", "/api/calls")
    counts["storage"] = _work(counts["storage"])
    return counts, copy.executed(since)


def _until_quiet(copy: Copy) -> None:
    last: object = None
    since = begun = time.monotonic()
    while time.monotonic() - since < _QUIET and time.monotonic() - begun < _PATIENCE:
        now = _work(copy.cloud.call("GET", "/api/calls")["storage"])
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.5)


def _work(counts: dict[str, int]) -> dict[str, int]:
    return {kind: number for kind, number in counts.items() if not kind.startswith(_NOISE)}


@contextlib.contextmanager
def _copy() -> Iterator[Copy]:
    folder = Path(tempfile.mkdtemp(prefix="costs-"))
    app, local = free_ports(1)[0], free_ports(1)[0]
    environment = os.environ | {
        "REREGISTER_PORT": str(app),
        "REREGISTER_LOCAL_PORT": str(local),
        "REREGISTER_AZURITE_PORT": str(free_ports(3)[0]),
        "REREGISTER_DATA": "memory",
        "PYTHONUNBUFFERED": "1",
    }
    log = folder / "run.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + _PATIENCE
        while b"READY " not in log.read_bytes():
            if time.monotonic() > until or process.poll() is not None:
                raise SystemExit(f"the copy did not get ready: see {log}")
            time.sleep(0.3)
        yield Copy(f"http://localhost:{app}", f"http://127.0.0.1:{local}", log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


if __name__ == "__main__":
    sys.exit(main())
