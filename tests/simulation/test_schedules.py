"""A thousand schedules, other ones in each share; ``make simulate`` runs a million."""

import pytest

from tests.simulation.run import simulate

_SHARES = 10
_EACH = 100


@pytest.mark.parametrize("share", range(_SHARES))
def test_every_invariant_holds_in_every_schedule(share: int) -> None:
    first = 1 + share * _EACH
    broken = [(seed, each) for seed in range(first, first + _EACH) for each in simulate(seed).broken]
    lines = [f"make simulate SEED={seed} SCHEDULES=1 TRACE=1: {each}" for seed, each in broken]
    assert not broken, "\n".join(lines)
