"""One thing that strangers send us, how it is made up, and what must hold whatever it is."""

import asyncio
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.doors.house import House


@dataclass(frozen=True)
class Target[T]:
    """What is tried.

    Attributes:
        name: What it is called in the report.
        inputs: What is sent.
        check: True when it was taken, False when it was refused as it should be; anything else is an exception.
        slowness: By how much fewer inputs are tried than of the quickest target.
        most_megabytes: By how much the process may grow while they are tried.
        both: Whether some of what is made up is taken: then a run in which none is has tried too little.
    """

    name: str
    inputs: SearchStrategy[T]
    check: Callable[[House, T], bool | Awaitable[bool]]
    slowness: int = 1
    most_megabytes: int = 200
    both: bool = True


@dataclass
class Tally:
    """What came of it."""

    name: str
    tried: int = 0
    taken: int = 0
    refused: int = 0
    seconds: float = 0.0
    grown_megabytes: float = 0.0


def run(target: Target[Any], house: House, *, examples: int, first: int, shrink: bool = True) -> Tally:
    """Try so many inputs; the same seed tries the same ones.

    Raises:
        AssertionError: the property does not hold; hypothesis tells for which input.
    """
    tally = Tally(target.name)
    phases = [Phase.explicit, Phase.generate, *([Phase.shrink] if shrink else [])]
    before, begun = _peak_megabytes(), time.perf_counter()
    with asyncio.Runner() as runner:

        @seed(first)
        @settings(
            max_examples=max(1, examples // target.slowness),
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
        @given(target.inputs)
        def tries(sent: Any) -> None:  # noqa: ANN401 - whatever the target makes up
            tally.tried += 1
            outcome = target.check(house, sent)
            taken = outcome if isinstance(outcome, bool) else runner.run(_awaited(outcome))
            tally.taken += taken
            tally.refused += not taken

        tries()
    tally.seconds = time.perf_counter() - begun
    tally.grown_megabytes = _peak_megabytes() - before
    assert tally.grown_megabytes <= target.most_megabytes, f"{target.name} made the process grow"
    return tally


async def _awaited(outcome: Awaitable[bool]) -> bool:
    return await outcome


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)
