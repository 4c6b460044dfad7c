from collections.abc import Iterator
from pathlib import Path

import pytest

from local import people
from local.cloud import Cloud
from tests.contract.control.server import serving


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with serving(tmp_path) as running:
        yield running
    people.forget_newcomers()


@pytest.fixture
def url(cloud: Cloud) -> str:
    return cloud.settings.local_url
