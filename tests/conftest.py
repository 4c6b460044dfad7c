"""How the suite is shared between two cores: what needs one stack or one host stays on one of them."""

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.stack import stack

__all__ = ["stack"]

_TOGETHER = {
    "tests/journeys/": "stack",
    "tests/browser/": "stack",
    "tests/pages/": "pages",
    "tests/contract/host/": "host",
    "tests/contract/control/": "supervisor",
    "tests/chaos/": "chaos",
}


class Together(LoadScopeScheduling):  # type: ignore[misc]  # published without types
    """Tests over one running stack go to one process, so that there is one stack a run; all others go where there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return next((group for folder, group in _TOGETHER.items() if nodeid.startswith(folder)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    """In place of ``--dist=loadgroup``, whose marks pytest 9.2 does not see any more."""
    return Together(config, log)
