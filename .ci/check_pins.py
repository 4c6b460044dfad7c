"""Say whether the compiled pins answer what the .in files ask for: names, ranges, hashes, no index address.

Compiling again would need the network; this catches the usual slip, an .in file edited without `make pins`.
"""

import re
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ADDRESS = re.compile(r"^(-i|--index-url|--extra-index-url|--find-links)\b|@ https?:", re.MULTILINE)
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^ ;\\]+)")


def asked(path: Path) -> list[Requirement]:
    """Read what an .in file asks for."""
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in path.read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line]


def pinned(path: Path) -> dict[str, tuple[str, int]]:
    """Read a compiled file: canonical name to version and number of hashes."""
    pins: dict[str, tuple[str, int]] = {}
    name = ""
    for line in path.read_text("utf-8").splitlines():
        if match := PIN.match(line):
            name = canonicalize_name(match["name"])
            pins[name] = (match["version"], 0)
        elif line.strip().startswith("--hash=sha256:"):
            pins[name] = (pins[name][0], pins[name][1] + 1)
    return pins


def faults(stem: str, *, above: dict[str, tuple[str, int]]) -> list[str]:
    """List what is wrong with one pair of files; pins that it shares with `above` must be the same there."""
    compiled = Path(f"{stem}.txt")
    pins = pinned(compiled)
    found = [f"{compiled}: {name} has no hash" for name, (_, hashes) in pins.items() if not hashes]
    for wanted in asked(Path(f"{stem}.in")):
        version, _ = pins.get(canonicalize_name(wanted.name), ("", 0))
        if not version or not wanted.specifier.contains(version, prereleases=True):
            found.append(f"{compiled}: {wanted} is not answered (pinned: {version or 'nothing'})")
    found += [
        f"{compiled}: {name} {pins[name][0]} differs from requirements.txt {above[name][0]}"
        for name in sorted(pins.keys() & above.keys())
        if pins[name][0] != above[name][0]
    ]
    if ADDRESS.search(compiled.read_text("utf-8")):
        found.append(f"{compiled}: names an address")
    return found


def main() -> int:
    """Print each fault; 1 if there is any."""
    runtime = pinned(Path("requirements.txt"))
    found = faults("requirements", above={})
    found += faults("requirements-dev", above=runtime)
    found += faults("requirements-node", above=runtime)
    found += faults("requirements-audit", above=runtime)
    found += faults("requirements-infra", above=runtime)
    if '"resolved"' in Path("package-lock.json").read_text("utf-8"):
        found.append("package-lock.json: names an address")
    for fault in found:
        print(fault, file=sys.stderr)
    if not found:
        print("pins: as asked")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
