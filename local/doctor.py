"""Checks what runs on this machine: the operator's command for both roles, against the local cloud (``make doctor``)."""

import os
import subprocess
import sys
import tempfile
import urllib.request
from datetime import datetime
from json import loads
from pathlib import Path

from local.clock import CLOCK_FILE_VARIABLE, FileClock
from local.configuration import (
    Configuration,
    child_environment,
    from_environment,
    web_environment,
    worker_environment,
)
from local.parts import install
from shared.bootstrap.doctor import main

_OF_ROLE = "--as-child"


def run(arguments: list[str]) -> int:
    """Run the command once for `web` and once for `worker`, each with that role's settings; the worse exit code."""
    if _OF_ROLE in arguments:
        install()
        return main([each for each in arguments if each != _OF_ROLE])
    with tempfile.TemporaryDirectory() as folder:
        configuration = from_environment(os.environ, scratch=Path(folder))
        clock = _same_clock(configuration, Path(folder))
        return max(
            _child(role(configuration) | {CLOCK_FILE_VARIABLE: str(clock)}, arguments)
            for role in (web_environment, worker_environment)
        )


def _child(settings: dict[str, str], arguments: list[str]) -> int:
    command = [sys.executable, "-m", "local.doctor", _OF_ROLE, *arguments]
    return subprocess.run(command, env=child_environment(settings), check=False).returncode


def _same_clock(configuration: Configuration, folder: Path) -> Path:
    """A clock file that says what the running cloud's clock says; the machine's time if it does not answer."""
    path = folder / "doctor-clock"
    try:
        with urllib.request.urlopen(f"{configuration.local_url}/api/clock", timeout=5) as answer:
            FileClock(path).set_now(datetime.fromisoformat(loads(answer.read())["now"]))
    except OSError:
        print("The local cloud does not answer; `make run` starts it.", flush=True)
    return path


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
