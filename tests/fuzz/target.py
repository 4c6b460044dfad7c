"""One thing that strangers send us, how it is made up, and what must hold whatever it is."""

import asyncio
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests.doors.house import House

_PORTION: Final = 2_000


@dataclass(frozen=True)
class Target[T]:
    """What is tried.

    Attributes:
        name: What it is called in the report.
        inputs: What is sent.
        check: True when it was taken, False when it was refused as it should be; anything else is an exception.
        slowness: By how much fewer inputs are tried than of the quickest target.
        most_megabytes: By how much one input may make the process grow.
        both: Whether some of what is made up is taken: then a run in which none is has tried too little.
    """

    name: str
    inputs: SearchStrategy[T]
    check: Callable[[House, T], bool | Awaitable[bool]]
    slowness: int = 1
    most_megabytes: int = 60
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


def run(target: Target[Any], house: House, *, examples: int, first: int) -> Tally:
    """Try so many inputs; the same seed tries the same ones.

    Hypothesis remembers all that it tried, so many inputs are tried in portions, each with a seed of its own.

    Raises:
        AssertionError: the property does not hold; hypothesis tells for which input.
    """
    tally = Tally(target.name)
    begun = time.perf_counter()
    left, number = max(1, examples // target.slowness), 0
    with asyncio.Runner() as runner:
        while left > 0:
            _portion(target, house, runner, tally, settings_of(min(left, _PORTION)), first + number)
            left, number = left - _PORTION, number + 1
    tally.seconds = time.perf_counter() - begun
    return tally


def settings_of(examples: int) -> settings:
    """How hypothesis goes about it."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )


def _portion(
    target: Target[Any], house: House, runner: asyncio.Runner, tally: Tally, how: settings, first: int
) -> None:
    @seed(first)
    @how
    @given(target.inputs)
    def tries(sent: Any) -> None:  # noqa: ANN401 - whatever the target makes up
        before = _peak_megabytes()
        outcome = target.check(house, sent)
        taken = outcome if isinstance(outcome, bool) else runner.run(_awaited(outcome))
        grown = _peak_megabytes() - before
        assert grown <= target.most_megabytes, f"one input made the process grow by {grown:.0f} MB"
        tally.grown_megabytes = max(tally.grown_megabytes, grown)
        tally.tried += 1
        tally.taken += taken
        tally.refused += not taken

    tries()


async def _awaited(outcome: Awaitable[bool]) -> bool:
    return await outcome


def _peak_megabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)
