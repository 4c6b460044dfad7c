"""The same seed is the same run, in another process too; and the fast store does what the contract suite's does."""

import hashlib
import os
import subprocess
import sys

import pytest

from tests.simulation.run import simulate

_SAY = "import hashlib, tests.simulation.test_replay as t; print(t.digest({seeds}))"


def digest(seeds: list[int]) -> str:
    """One number for everything that happened in these runs."""
    lines = (line for seed in seeds for line in simulate(seed, trace=True).trace)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.mark.parametrize("hashes", ["1", "2"])
def test_a_seed_is_the_same_run_in_every_process(hashes: str) -> None:
    seeds = [3, 11, 19, 200]
    done = subprocess.run(
        [sys.executable, "-c", _SAY.format(seeds=seeds)],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": hashes, "PYTHONPATH": "."},
    )
    assert done.stdout.strip() == digest(seeds)


def test_a_run_with_a_trace_is_the_run_without() -> None:
    for seed in range(40, 50):
        seen, blind = simulate(seed, trace=True), simulate(seed)
        assert (seen.calls, seen.reached, seen.struck) == (blind.calls, blind.reached, blind.struck)


@pytest.mark.parametrize("seed", range(60, 72))
def test_values_and_the_text_of_rows_go_the_same_way(seed: int) -> None:
    values = simulate(seed, trace=True, through_text=False)
    text = simulate(seed, trace=True, through_text=True)
    assert values.trace == text.trace
