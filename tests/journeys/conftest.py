from collections.abc import Iterator

import pytest

from tests.journeys.town import Town
from tests.stack import Stack, stack

__all__ = ["stack"]


@pytest.fixture(scope="session")
def staffed(stack: Stack) -> Town:
    return Town(stack)


@pytest.fixture
def town(staffed: Town) -> Iterator[Town]:
    """The town on a Tuesday at 10:00, open, with nothing broken."""
    staffed.begin()
    yield staffed
    staffed.calm()
