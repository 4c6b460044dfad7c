from collections.abc import Iterator

import pytest

from local.clerk import ClerkVisitor
from tests.journeys.offices import Office
from tests.journeys.stored import GARBAGE, Stored
from tests.journeys.town import Town
from tests.stack import Stack


@pytest.fixture(scope="session")
def staffed(stack: Stack) -> Town:
    """The town; garbage lies in its queues from the start, and test_traces.py sees where it ends."""
    stored = Stored(stack.settings.storage)
    for text in GARBAGE:
        stored.send("review", text)
        stored.send("issuance", text)
    return Town(stack)


@pytest.fixture
def town(staffed: Town) -> Iterator[Town]:
    """The town on a Tuesday at 10:00, open, with nothing broken."""
    staffed.begin()
    yield staffed
    staffed.calm()


@pytest.fixture(scope="session")
def clerks(staffed: Town) -> tuple[ClerkVisitor, ClerkVisitor]:
    """The clerks of engineering and of letters, signed in with MFA."""
    first, second = (ClerkVisitor(staffed.stack.app, each) for each in staffed.cloud.people("clerk")[:2])
    return first.signed_in(), second.signed_in()


@pytest.fixture
def office(town: Town, clerks: tuple[ClerkVisitor, ClerkVisitor]) -> Office:
    """The offices of the town."""
    return Office(town, *clerks)
