"""Every page: accessible, nothing sticks out on a narrow phone, no console error, our own origins only.

The pages of the running service, for ``make accessibility``; ``make test`` looks at the samples (``tests/pages``).
With ``REREGISTER_PICTURES=FOLDER`` it also leaves pictures of all of them there, for a person to look at.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import card_scenes, office_scenes, scenes, way_scenes
from tests.browser.scenes import Scene
from tests.browser.window import DESKTOP, NARROW, PHONE, Window, Windows
from tests.journeys.town import Town

_OPTIONS = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
_GRAVE = {"serious", "critical"}


@pytest.mark.parametrize(
    "part",
    [
        scenes.before_applying,
        scenes.closed_hours,
        scenes.status_pages,
        scenes.pickup_pages,
        scenes.staff_pages,
        office_scenes.counter_pages,
        office_scenes.slip_pages,
        card_scenes.verify_pages,
        card_scenes.verify_refusals,
        card_scenes.link_pages,
        way_scenes.form_pages,
    ],
)
@pytest.mark.timeout(240)
def test_every_page_is_accessible_and_fits(
    windows: Windows, town: Town, part: Callable[[Town], Iterator[Scene]]
) -> None:
    desk = Desk(windows)
    found = [
        fault
        for scene in part(town)
        for language in scene.languages
        for fault in _look(desk.window(scene, language), scene, language)
    ]
    assert found == []


@dataclass
class Desk:
    """Windows that are used again while the visitor's cookies stay the same: a new one costs more than a page."""

    windows: Windows
    kept: dict[tuple[str, ...], Window] = field(default_factory=dict)

    def window(self, scene: Scene, language: str) -> Window:
        """A window for this scene; one that does something gets its own."""
        if scene.act:
            return self.windows.open(language, signed_in=scene.who)
        cookies = scene.who.http.cookies if scene.who else ()
        key = (language, *sorted(f"{each.name}={each.value}" for each in cookies))
        if key not in self.kept:
            self.kept[key] = self.windows.open(language, signed_in=scene.who)
        return self.kept[key]


def _look(window: Window, scene: Scene, language: str) -> list[str]:
    window.page.set_viewport_size(DESKTOP)
    page = window.goto(scene.path, status=scene.status)
    if scene.act:
        scene.act(page)
    where = f"{scene.name}, {language}"
    assert page.locator("html").get_attribute("lang") == language, where
    results = Axe().run(page, options=_OPTIONS).response["violations"]
    found = [
        f"{where}: {each['id']} ({each['impact']}): {[node['target'] for node in each['nodes']]}"
        for each in results
        if each["impact"] in _GRAVE
    ]
    page.set_viewport_size(NARROW)
    if not window.fits():
        found.append(f"{where}: sticks out at {NARROW['width']} px")
    _picture(window, scene.name, language)
    if scene.act:
        window.context.close()
    return found


def _picture(window: Window, name: str, language: str) -> None:
    folder = os.environ.get("REREGISTER_PICTURES", "")
    if not folder:
        return
    for size, form in ((PHONE, "phone"), (DESKTOP, "desktop")):
        window.page.set_viewport_size(size)
        window.page.screenshot(path=Path(folder) / f"{name}-{language}-{form}.png", full_page=True)
