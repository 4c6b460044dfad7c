"""One house for all short tests; ``CHAOS=long`` (``make chaos``) makes every test larger, and prints what was counted."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from tests.chaos.house import House, opened_house

SKEW = timedelta(minutes=2)
"""By how far the second worker's clock is ahead: less than the three minutes of an attempt, more than any cloud has."""


@dataclass
class Scale:
    """How much is done, and what was counted."""

    long: bool
    rounds: int
    people: int
    seed: int
    figures: list[str] = field(default_factory=list)

    def of(self, short: int, long: int) -> int:
        """The one or the other."""
        return long if self.long else short

    def note(self, text: str) -> None:
        """A figure for docs/reliability.md."""
        self.figures.append(text)


@pytest.fixture(scope="session")
def scale(pytestconfig: pytest.Config) -> Iterator[Scale]:
    """``CHAOS=long``, ``ROUNDS``, ``PEOPLE`` of the crowd, ``SEED``."""
    is_long = os.environ.get("CHAOS", "") == "long"
    rounds, people, seed = (os.environ.get(each) for each in ("ROUNDS", "PEOPLE", "SEED"))
    found = Scale(is_long, int(rounds or "10"), int(people or "300"), int(seed or "1"))
    yield found
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    if found.long and reporter is not None:
        for line in found.figures:
            reporter.write_line(f"chaos: {line}")


@pytest.fixture(
    scope="package"
)  # its processes look for work all the time: none is left beside the other tests
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Web, and two workers whose clocks differ by minutes."""
    with opened_house(tmp_path_factory.mktemp("chaos"), skews=(timedelta(0), SKEW)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _fair_weather(house: House) -> Iterator[None]:
    """Every test begins with nothing broken, at ten on a Tuesday, and leaves it so."""
    house.begin()
    yield
    house.faults()
