"""The process ``web`` inside the test, once for all tests of this folder."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.doors.headers import check_answer
from tests.doors.house import BASE, House, open_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A process with an https address, as in the cloud. The headers of every answer are looked at."""
    with open_house(BASE, tmp_path_factory.mktemp("house")) as made:
        made.heard.append(partial(check_answer, made))
        yield made
