"""The short form of ``make fuzz``: the same targets with few inputs, the same ones in every run."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.doors.house import BASE, House, open_house
from tests.fuzz.target import Target, run
from tests.fuzz.targets import TARGETS

_EXAMPLES: Final = 240


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A process of ``web``."""
    with open_house(BASE, tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.mark.parametrize("target", TARGETS, ids=lambda each: each.name)
def test_whatever_is_sent_is_taken_or_refused(house: House, target: Target[Any]) -> None:
    """No error but the declared ones, nothing stored of what is refused, memory within bounds."""
    tally = run(target, house, examples=_EXAMPLES, first=1)

    assert tally.tried == tally.taken + tally.refused >= _EXAMPLES // target.slowness // 2
    assert tally.refused
    assert tally.taken or not target.both, "nothing was ever taken: too little is tried"
