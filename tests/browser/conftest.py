"""One Chromium for the whole room, one context a test; without Chromium one test says so for all."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.window import FLAGS, Windows
from tests.journeys.town import Town
from tests.stack import Stack

CHROMIUM = Path("/usr/bin/chromium")
INSTALL = "Chromium is needed: apt-get install chromium fonts-noto-cjk"
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without Chromium one test of this room is left, which tells how to get it."""
    if not CHROMIUM.exists():
        others = [each for each in items if each.path.is_relative_to(_HERE)][1:]
        config.hook.pytest_deselected(items=others)
        items[:] = [each for each in items if each not in others]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Without Chromium: a skip on somebody's machine, a failure in CI."""
    if not CHROMIUM.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(INSTALL)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; closed before the next room, whose tests have an event loop of their own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def staffed(stack: Stack) -> Town:
    return Town(stack)


@pytest.fixture
def town(staffed: Town) -> Iterator[Town]:
    """The town on a weekday at 10:00, open, with nothing broken; time goes on from test to test."""
    staffed.calm()
    now = datetime.fromisoformat(staffed.cloud.now())
    opening = datetime.fromisoformat("2026-11-17T10:00:00+09:00")
    if not opening <= now < datetime.fromisoformat("2026-11-17T14:00:00+09:00"):
        staffed.at(opening.isoformat())
    yield staffed
    staffed.calm()


@pytest.fixture
def windows(browser: Browser, town: Town) -> Iterator[Windows]:
    """Opens windows; when the test is over no page may have complained, and nobody else have been called."""
    opened = Windows(browser, town)
    yield opened
    opened.close()
