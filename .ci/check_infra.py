"""Look at the templates of infra/ as far as can be seen without a compiler: syntax, names, rights, settings, parameter files.

`az bicep build` is more than this and needs a download: docs/infrastructure.md says what has not been run.
"""

import sys
from pathlib import Path

import infra_rights
import infra_rules
import infra_structure
from bicep_files import read


def faults(folder: Path) -> list[str]:
    """What is wrong with the templates in this folder; rules are looked at only where everything can be read."""
    estate = read(folder)
    found = list(infra_structure.faults(estate))
    if any(each.problem for each in estate.templates.values()) or "main.bicep" not in estate.templates:
        return found
    return [*found, *infra_rules.faults(estate), *infra_rights.faults(estate)]


def main() -> int:
    """Print each fault; 1 if there is any."""
    folder = Path("infra")
    found = faults(folder)
    for fault in found:
        print(f"infra: {fault}", file=sys.stderr)
    print(f"infra: {len(list(folder.rglob('*.bicep*')))} files read, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
