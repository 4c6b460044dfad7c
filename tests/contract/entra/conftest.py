from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from local import configuration
from local.cloud import Cloud
from tests.contract.control.server import Rewriting, serving


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def session(cloud: Cloud) -> Iterator[requests.Session]:
    """What the host injects into the service: https://entra.localhost leads to the local cloud."""
    with requests.Session() as made:
        made.mount(configuration.AUTHORITY_ORIGIN, Rewriting(cloud.settings.local_url))
        yield made
