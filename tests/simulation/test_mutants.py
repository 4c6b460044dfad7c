"""The mutants that fall quickly are caught in every test run; ``make mutants`` hunts all of them."""

import pytest

from tests.simulation import (
    at_audit,
    at_blocks,
    at_erasures,
    at_passes,
    at_policy,
    at_saves,
    decisions,
    endings,
)
from tests.simulation.catch import catch
from tests.simulation.mutant import Mutant, mutated
from tests.simulation.mutants import MUTANTS
from tests.simulation.run import simulate

_PARTS = {"cooled", "crowded", "notice_at", "asked_at", "since", "somebody_to_forget"}
"""What invariants are made of."""
_QUICK = [each for each in MUTANTS if each.within <= 50]


@pytest.mark.parametrize("mutant", _QUICK, ids=lambda each: each.name.replace(" ", "-"))
def test_a_mutant_is_caught(mutant: Mutant) -> None:
    caught = catch(mutant)
    assert caught.rightly, caught


def test_every_invariant_has_a_mutant() -> None:
    named = {each for mutant in MUTANTS for each in mutant.caught_by}
    told = {each.__name__ for each in (*endings.AT_REST, *endings.AT_THE_VERY_END)}
    for module in (at_saves, at_passes, at_audit, at_blocks, at_erasures, at_policy, decisions):
        own = {each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__}
        told |= {each.__name__ for each in own if not each.__name__.startswith("_")} - _PARTS
    assert told <= named


def test_a_mutant_leaves_nothing_behind() -> None:
    before = simulate(5, trace=True).trace
    for mutant in MUTANTS:
        with mutated(mutant):
            pass
    assert simulate(5, trace=True).trace == before
