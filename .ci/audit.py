"""Ask whether any pinned dependency has a known weakness: the Python pins with pip-audit, Azurite's with npm.

Nothing is built or installed. The answers: 0, all were asked about and none is known; 1, at least one is known; 2, the network of
this machine does not let us ask (about all): that is no all-clear. One pin is asked about first, so that where nobody
answers not every name is looked up in vain.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
SHIPS: Final = "requirements.txt"
PYTHON: Final = (SHIPS, "requirements-dev.txt", "requirements-audit.txt", "requirements-infra.txt")
FINE, WEAK, NOT_ASKED = 0, 1, 2
_PATIENCE: Final = 600
_PROBE: Final = "cryptography"

type Ask = Callable[[Sequence[str]], str]


@dataclass
class Report:
    """What one list of pins came to: how many were asked about, what is known of them, and why nobody could be asked."""

    name: str
    asked: int = 0
    weak: list[str] = field(default_factory=list)
    unasked: str = ""


def of_pip(name: str, answer: str) -> Report:
    """Read pip-audit's JSON. A pin that it skipped was not asked about, though it ends with 0."""
    report = Report(name)
    found = _object(answer).get("dependencies")
    if not isinstance(found, list):
        return Report(name, unasked="pip-audit gave no answer")
    skipped = [each for each in found if "skip_reason" in each]
    for each in found:
        report.asked += "vulns" in each
        for weakness in each.get("vulns", []):
            mended = ", ".join(weakness.get("fix_versions", [])) or "no version yet"
            report.weak.append(f"{each['name']} {each['version']}: {weakness['id']}, mended in {mended}")
    if skipped:
        report.unasked = f"{len(skipped)} of {len(found)} pins: {skipped[0]['skip_reason']}"
    return report


def of_npm(name: str, answer: str) -> Report:
    """Read npm's JSON."""
    value = _object(answer)
    found = value.get("vulnerabilities")
    if not isinstance(found, dict):
        return Report(name, unasked=str(value.get("message") or "npm gave no answer"))
    asked = value.get("metadata", {}).get("dependencies", {}).get("total", 0)
    weak = [f"{each['name']} {each['range']}: {each['severity']}" for each in found.values()]
    return Report(name, asked, weak)


def verdict(reports: Sequence[Report]) -> int:
    """The exit code: something known weighs more than something unasked."""
    if any(each.weak for each in reports):
        return WEAK
    return NOT_ASKED if any(each.unasked for each in reports) else FINE


def ask_pip(pins: str) -> str:
    """Pip-audit's answer about a compiled file: no resolving, no building."""
    tool = str(Path(sys.executable).parent / "pip-audit")
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    return _output([tool, "--requirement", pins, *options])


def ask_npm() -> str:
    """Npm's answer about the lock file."""
    npm = os.environ.get("NPM", "npm").split()
    return _output([*npm, "audit", "--json", "--package-lock-only", "--audit=true"])


def python_reports(ask: Callable[[str], str] = ask_pip) -> list[Report]:
    """All lists of Python pins; if nobody answers about one pin, about none."""
    first = of_pip(SHIPS, ask(_one_pin((ROOT / SHIPS).read_text("utf-8"))))
    if first.unasked:
        why = f"nobody answers about {_PROBE}, so about no other either ({first.unasked})"
        return [Report(name, unasked=why) for name in PYTHON]
    return [of_pip(name, ask(str(ROOT / name))) for name in PYTHON]


def _one_pin(compiled: str) -> str:
    lines = compiled.splitlines(keepends=True)
    start = next(place for place, line in enumerate(lines) if line.startswith(f"{_PROBE}=="))
    end = next(place for place in range(start + 1, len(lines)) if not lines[place].startswith(" "))
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.writelines(lines[start:end])
    return file.name


def _output(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            command, cwd=ROOT, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return json.dumps({"message": f"{Path(command[0]).name}: {type(error).__name__}"})
    return done.stdout


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def main() -> int:
    """Ask about everything, print what is known."""
    reports = [*python_reports(), of_npm("package-lock.json", ask_npm())]
    for each in reports:
        ships = "ships" if each.name == SHIPS else "does not ship"
        print(f"{each.name} ({ships}): {each.asked} asked about, {len(each.weak)} known weaknesses")
        for line in each.weak:
            print(f"  {line}")
        if each.unasked:
            print(f"  not asked: {each.unasked}")
    code = verdict(reports)
    if code == NOT_ASKED:
        print(
            "This is no all-clear: run it where pypi.org and registry.npmjs.org can be asked about weaknesses."
        )
    return code


if __name__ == "__main__":
    sys.exit(main())
