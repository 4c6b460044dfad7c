"""Every page in every shape: accessible, and nothing sticks out on a narrow phone.

The samples are drawn in Chromium with the policy that our answers carry, and no service runs. Of a page with many shapes the
first and every eighth are looked at, in one language each; ``make accessibility`` looks at all of them in all languages, and
then at the pages of the running service.
"""

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from shared.domain.kinds import Language
from shared.presentation.pages import Pages
from shared.presentation.static_files import static_file
from tests.browser.window import DESKTOP, NARROW
from tests.unit.presentation import sample_pages, samples

_OPTIONS = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
_GRAVE = {"serious", "critical"}
_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'"
_PAGES = Pages(samples.SITE)
_SAMPLES = sample_pages.pages()
_STRIDE = 8


def _some() -> Iterator[tuple[str, Language]]:
    languages, seen = itertools.cycle(Language), Counter[str]()
    for name, (template, *_) in _SAMPLES.items():
        if seen[template] % _STRIDE == 0:
            yield name, next(languages)
        seen[template] += 1


_LOOKED_AT = list(
    itertools.product(_SAMPLES, Language) if os.environ.get("REREGISTER_EVERY_LANGUAGE") else _some()
)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One window for all samples: a new one costs more than a page. What it says is a fault."""
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page = context.new_page()
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            said.append(f"{page.url}: {message.text}")

    context.on("console", hear)
    yield page
    context.close()
    assert said == []


@pytest.mark.parametrize(("name", "language"), _LOOKED_AT)
def test_a_page_is_accessible_and_fits(page: Page, name: str, language: Language) -> None:
    template, view, session = _SAMPLES[name]
    html = _PAGES.render(template, language, f"/{template}", view, session)

    def answer(route: Route) -> None:
        asked = PurePosixPath(route.request.url.split("?")[0])
        if asked.parent.name == "static":
            found = static_file(asked.name)
            body, kind = found or (b"", "text/plain")
            route.fulfill(status=200 if found else 404, body=body, content_type=kind)
        elif route.request.is_navigation_request():
            headers = {"Content-Security-Policy": _POLICY, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(status=200, body=html, headers=headers)
        else:
            route.fulfill(status=404, body="")

    page.unroute_all()
    page.route("**/*", answer)
    page.set_viewport_size(DESKTOP)
    page.goto(f"http://pages.localhost/{name}")
    assert page.locator("html").get_attribute("lang") == language.value
    found = Axe().run(page, options=_OPTIONS).response["violations"]
    grave = [
        f"{each['id']} ({each['impact']}): {[node['target'] for node in each['nodes']]}"
        for each in found
        if each["impact"] in _GRAVE
    ]
    page.set_viewport_size(NARROW)
    assert grave == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
