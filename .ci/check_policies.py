"""Hold the templates of infra/ against checkov's policies, without the network; runs in a venv of its own.

An exception stands beside its resource (`checkov:skip=ID: reason`). What checkov's older parser cannot read is named here, with
what looks at it instead; a file that becomes unreadable fails.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

UNREADABLE = {
    "graph.bicep": "an extension; it has no resource of Azure, and check_infra.py holds its roles",
    "settings.bicep": "map and toObject; it has no resource at all",
}
UNSTEADY = "CKV_AZURE_43"
"""Names of storage accounts: of a name that is put together checkov says one thing in one run and another in the next, over the
same files. The names are held word for word by infra_fixed.py."""
_ENOUGH = 20
"""Letters of a reason."""


def scan(folder: Path) -> tuple[dict[str, object], str]:
    """What checkov found in a folder, and what it complained of."""
    done = subprocess.run(  # noqa: S603 - our own interpreter, fixed arguments
        [
            *(sys.executable, "-m", "checkov.main", "--directory", str(folder), "--framework", "bicep"),
            *("--output", "json", "--skip-download", "--compact", "--skip-check", UNSTEADY),
        ],
        env={**os.environ, "LOG_LEVEL": "CRITICAL"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return {}, done.stderr or done.stdout
    return found if isinstance(found, dict) else {}, ""


def judge(report: dict[str, object], folder: Path) -> tuple[list[str], int]:
    """What is wrong by this report, and how many policies were met."""
    results = report.get("results")
    if not isinstance(results, dict):
        return ["checkov told nothing"], 0
    found = [
        f"{each['file_path']}:{each['file_line_range'][0]} {each['resource']}: {each['check_id']} {each['check_name']}"
        for each in results["failed_checks"]
    ]
    unread = {Path(each).name for each in results["parsing_errors"]}
    found += [f"{each}: checkov cannot read it" for each in sorted(unread - set(UNREADABLE))]
    found += [
        f"{each}: checkov can read it now; take it out of the list"
        for each in sorted(set(UNREADABLE) - unread)
    ]
    needed = {(Path(each["file_path"]).name, each["check_id"]) for each in results["skipped_checks"]}
    for path in sorted(folder.rglob("*.bicep")):
        for skip, reason in re.findall(r"checkov:skip=(\w+):?([^\n]*)", path.read_text("utf-8")):
            if len(reason.strip()) < _ENOUGH:
                found.append(f"{path}: {skip} is skipped without a reason")
            if (path.name, skip) not in needed:
                found.append(f"{path}: {skip} is skipped without need")
    return found, len(results["passed_checks"])


def main() -> int:
    """Print each fault; 1 if there is any."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "infra")
    report, complaint = scan(folder)
    found, met = judge(report, folder)
    if complaint:
        print(complaint, file=sys.stderr)
    for fault in found:
        print(f"policy: {fault}", file=sys.stderr)
    print(f"policies: {met} met, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
