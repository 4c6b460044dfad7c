"""How the suite is shared between two cores: what needs one stack or one host stays on one of them."""

from pathlib import Path

import pytest

from tests.stack import stack

__all__ = ["stack"]

_ROOT = Path(__file__).resolve().parent
_TOGETHER = {
    "journeys": "stack",
    "browser": "stack",
    "pages": "pages",
    "contract/host": "host",
    "contract/control": "supervisor",
    "chaos": "chaos",
}


@pytest.hookimpl(tryfirst=True)  # before the runner reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests over one running stack stay in one process, so that there is one stack a run."""
    for item in items:
        place = item.path.resolve().relative_to(_ROOT).as_posix()
        for folder, group in _TOGETHER.items():
            if place.startswith(folder):
                item.add_marker(pytest.mark.xdist_group(group))
