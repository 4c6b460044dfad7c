"""One Chromium for the samples of all pages; no service runs. Without Chromium the room of the browser says so for all."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM, INSTALL
from tests.browser.window import FLAGS


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; closed before the next room, whose tests have an event loop of their own."""
    if not CHROMIUM.exists():
        pytest.fail(INSTALL)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without Chromium nothing of this room is left; the named skip (in CI: the failure) is the browser room's."""
    if not CHROMIUM.exists():
        gone = [each for each in items if "tests/pages/" in each.path.as_posix()]
        config.hook.pytest_deselected(items=gone)
        items[:] = [each for each in items if each not in gone]
