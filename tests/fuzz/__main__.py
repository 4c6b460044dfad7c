"""``make fuzz``: every target with many inputs; prints what was tried, taken and refused. EXAMPLES=n SEED=k ONLY=name.

Ends with 1 when a property does not hold (and prints the input), with 2 when it is asked for something that is not there.
"""

import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from secrets import randbelow
from typing import Final

from tests.doors.house import BASE, open_house
from tests.fuzz.target import Tally, run
from tests.fuzz.targets import TARGETS

_EXAMPLES: Final = 20_000
_LINE: Final = "{:<28} {:>9} {:>9} {:>9} {:>8} {:>7}"


def main() -> int:
    """Try everything, and say what came of it."""
    logging.disable(logging.CRITICAL)
    examples = int(os.environ.get("EXAMPLES") or _EXAMPLES)
    first = int(os.environ.get("SEED") or randbelow(2**32))
    wanted = [each for each in TARGETS if os.environ.get("ONLY", "") in each.name]
    if not wanted:
        print("no such target: " + ", ".join(each.name for each in TARGETS))
        return 2
    print(f"EXAMPLES={examples} SEED={first}")
    print(_LINE.format("what", "tried", "taken", "refused", "seconds", "MB"))
    done: list[Tally] = []
    broken = 0
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, open_house(BASE, Path(folder)) as house:
        for each in wanted:
            try:
                tally = run(each, house, examples=examples, first=first)
            except Exception as error:  # noqa: BLE001 - the report goes on with the next one
                broken += 1
                told = "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
                print(
                    f"{each.name}: BROKEN\n{told}\n  again: make fuzz EXAMPLES={examples} SEED={first} ONLY='{each.name}'"
                )
                continue
            done.append(tally)
            print(_told(tally), flush=True)
    print(
        f"{sum(each.tried for each in done)} inputs, {sum(each.taken for each in done)} taken, "
        f"{sum(each.refused for each in done)} refused, {time.perf_counter() - begun:.0f} s, {broken} broken"
    )
    return 1 if broken else 0


def _told(tally: Tally) -> str:
    grown = f"{tally.grown_megabytes:.0f}"
    return _LINE.format(tally.name, tally.tried, tally.taken, tally.refused, f"{tally.seconds:.1f}", grown)


if __name__ == "__main__":
    sys.exit(main())
