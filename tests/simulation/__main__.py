"""``make simulate`` and ``make mutants``: many schedules on all cores, what they did, and every invariant that broke.

SCHEDULES=n SEED=k choose; SCHEDULES=1 TRACE=1 prints everything that happened in one of them.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Final

from tests.simulation.catch import Caught, catch
from tests.simulation.mutant import Mutant
from tests.simulation.mutants import MUTANTS
from tests.simulation.run import simulate
from tests.simulation.world import Broken

_MILLION: Final = 1_000_000
_SHARE: Final = 250
_SHOWN: Final = 20


@dataclass
class Sum:
    """What many schedules did together."""

    schedules: int = 0
    figures: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    residue: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[int, Broken]] = field(default_factory=list)

    def add(self, other: "Sum") -> None:
        """Count another one in."""
        self.schedules += other.schedules
        for name in ("figures", "struck", "reached", "residue"):
            getattr(self, name).update(getattr(other, name))
        self.broken += other.broken


def share(seeds: range) -> Sum:
    """Run these schedules."""
    total = Sum()
    for seed in seeds:
        report = simulate(seed)
        total.schedules += 1
        total.figures.update(calls=report.calls, passes=report.passes, cases=report.cases)
        total.figures["hours"] += int(report.seconds / 3600)
        total.struck.update({kind.value: count for kind, count in report.struck.items()})
        total.reached.update(report.reached)
        total.residue.update(report.residue)
        total.broken += [(seed, each) for each in report.broken]
    return total


def many(first: int, schedules: int) -> int:
    """Run many schedules on all cores; the exit code."""
    total, began, told = Sum(), time.monotonic(), 0.0
    seeds = range(first, first + schedules)
    shares = [seeds[start : start + _SHARE] for start in range(0, len(seeds), _SHARE)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for done in as_completed([pool.submit(share, each) for each in shares]):
            total.add(done.result())
            for seed, broken in done.result().broken:
                print(f"  BROKEN by seed {seed}: {broken.invariant}: {broken.what}", flush=True)
            passed = time.monotonic() - began
            if passed - told > 60.0:
                told = passed
                print(
                    f"  {total.schedules} schedules, {total.schedules / passed:.0f}/s, {len(total.broken)} broken",
                    flush=True,
                )
    _tell(total, time.monotonic() - began)
    return 1 if total.broken else 0


def _tell(total: Sum, seconds: float) -> None:
    count = max(1, total.schedules)
    print(
        f"{total.schedules} schedules in {seconds:.0f} s: {total.schedules / seconds:.0f} a second on {os.cpu_count()} cores"
    )
    each = ", ".join(f"{value / count:.1f} {name}" for name, value in sorted(total.figures.items()))
    print(f"a schedule has on average {each}; {total.figures['passes']} passes in all")
    _table("faults injected", total.struck)
    _table("states reached", total.reached)
    _table("known and left (docs/reliability.md)", total.residue)
    kinds = Counter(broken.invariant for _, broken in total.broken)
    _table("BROKEN", kinds) if kinds else print("every invariant held in every schedule")
    for seed, broken in total.broken[:_SHOWN]:
        print(
            f"  make simulate SEED={seed} SCHEDULES=1 TRACE=1   {broken.at} {broken.invariant}: {broken.what}"
        )


def _table(title: str, counts: Counter[str]) -> None:
    print(f"{title}: {sum(counts.values())}")
    for name, value in sorted(counts.items()):
        print(f"  {value:>10}  {name}")


def one(seed: int) -> int:
    """Run one schedule and print everything that happened; the exit code."""
    report = simulate(seed, trace=True)
    print("\n".join(report.trace))
    print(f"seed {seed}: {report.calls} calls, {report.cases} cases, {report.passes} passes")
    for each in report.broken:
        print(f"BROKEN {each.at} {each.invariant}: {each.what}")
    return 1 if report.broken else 0


def mutants(first: int) -> int:
    """Let every mutant be caught; the exit code is 1 if one survives. The lines are those of docs/reliability.md."""
    print("| invariant | mutant | schedules | within |\n|---|---|---:|---:|")
    wrong = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for done in as_completed([pool.submit(_catch, each, first) for each in MUTANTS]):
            each = done.result()
            by = f"`{each.invariant}`" if each.seed else "**none**"
            print(f"| {by} | {each.mutant.name} | {each.schedules} | {each.mutant.within} |", flush=True)
            if not each.rightly:
                wrong += 1
                print(f"  SURVIVED, or caught by what is not there for it: {each.mutant.name}", flush=True)
    print(f"{len(MUTANTS) - wrong} of {len(MUTANTS)} mutants caught")
    return 1 if wrong else 0


def _catch(mutant: Mutant, first: int) -> Caught:
    return catch(mutant, first=first)


def main(words: Iterable[str]) -> int:
    """Read the words and the environment."""
    seed = int(os.environ.get("SEED") or 1)
    schedules = int(os.environ.get("SCHEDULES") or _MILLION)
    if "mutants" in words:
        return mutants(seed)
    if os.environ.get("TRACE") and schedules == 1:
        return one(seed)
    return many(seed, schedules)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
