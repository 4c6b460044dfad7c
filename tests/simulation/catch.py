"""How many schedules it takes until a mutant is caught, and by what."""

from dataclasses import dataclass

from tests.simulation.mutant import Mutant, mutated
from tests.simulation.run import simulate


@dataclass(frozen=True, slots=True)
class Caught:
    """A mutant and its end; ``seed`` 0: it survived."""

    mutant: Mutant
    schedules: int
    seed: int = 0
    invariant: str = ""

    @property
    def rightly(self) -> bool:
        """Whether an invariant caught it that is there for it."""
        return self.invariant in self.mutant.caught_by


def catch(mutant: Mutant, *, first: int = 1, within: int = 0) -> Caught:
    """Run schedules with the mutant in place until an invariant is broken."""
    most = within or mutant.within
    with mutated(mutant):
        for number, seed in enumerate(range(first, first + most), start=1):
            broken = simulate(seed, through_text=False).broken
            if broken:
                return Caught(mutant, number, seed, broken[0].invariant)
    return Caught(mutant, most)
