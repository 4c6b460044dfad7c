"""``python3 -m infra.ready BASE_URL PACKAGE``: waits until the service is ready and both apps say that they run this package.

An older version that still runs would say that it is ready as well; so the marks in ``/health/ready`` are compared with the one
in the package (docs/doctor.md). It ends with 0 when all is so, with 1 when that does not come about in time; the last line says
what was still missing. It needs no rights.
"""

import argparse
import json
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from infra.calls import NoAnswerError, call, words

LONGEST: Final = 900.0
"""Seconds. The worker says which package it runs when it starts, at the latest after ten minutes."""
_PAUSE: Final = 10.0
_ASK_SECONDS: Final = 30.0
_MARK: Final = "shared/package.mark"
_OK: Final = 200


class NoMarkError(Exception):
    """The package cannot be read, or holds no mark."""


def main(
    arguments: Sequence[str] | None = None,
    *,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Ask until all is so; ``wait`` and ``clock`` are for tests."""
    parser = argparse.ArgumentParser(
        prog="python3 -m infra.ready", description="Wait for a deployed package to be what runs."
    )
    parser.add_argument("base_url", help="address of the service")
    parser.add_argument("package", type=Path, help="the zip that was deployed")
    given = parser.parse_args(arguments)
    try:
        mark = package_mark(given.package)
    except NoMarkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    url, until = f"{given.base_url.rstrip('/')}/health/ready", clock() + LONGEST
    missing = "nothing was asked yet"
    while clock() < until:
        missing = _missing(url, mark)
        if not missing:
            sys.stdout.write(f"ready, web and worker run package {mark}\n")
            return 0
        wait(_PAUSE)
    sys.stderr.write(f"After {LONGEST / 60:.0f} minutes: {missing}\n")
    return 1


def package_mark(package: Path) -> str:
    """The mark in the zip.

    Raises:
        NoMarkError: there is none, so nobody could tell what runs.
    """
    try:
        with zipfile.ZipFile(package) as source:
            return source.read(_MARK).decode("ascii").strip()
    except (OSError, zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
        raise NoMarkError(f"{package}: no package with a mark ({type(error).__name__})") from None


def _missing(url: str, mark: str) -> str:
    """What is not as it should be; empty when all is."""
    try:
        status, body = call("GET", url, headers={}, seconds=_ASK_SECONDS)
    except NoAnswerError as error:
        return f"the service does not answer ({error})"
    said = _document(body)
    packages = said.get("packages")
    if not isinstance(packages, dict):
        return f"HTTP {status}, and it does not say which package runs: {words(body)}"
    others = [
        f"{app} runs {packages.get(app) or 'nothing known'}"
        for app in ("web", "worker")
        if packages.get(app) != mark
    ]
    if others:
        return words(f"{' and '.join(others)} where {mark} was deployed".encode())
    return (
        ""
        if status == _OK
        else f"not ready: {words(json.dumps(said.get('checks')).encode())} (docs/doctor.md)"
    )


def _document(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
