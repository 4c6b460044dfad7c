from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from local import people
from local.cloud import Cloud
from tests.contract.card.party import Party
from tests.contract.control.server import serving


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with serving(tmp_path) as running:
        yield running
    people.forget_newcomers()


@pytest.fixture
def party(cloud: Cloud) -> Iterator[Party]:
    """Our relying party, set as the local run sets it."""
    with requests.Session() as session:
        session.trust_env = False
        yield Party.of(cloud, session)
