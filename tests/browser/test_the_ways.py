"""The first page and the guided choice as a person with a phone meets them: no script, either theme, to a way that is on."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from shared.domain.kinds import Channel, Language
from shared.domain.ways import Situation, ways_for
from shared.presentation.words import word
from tests.browser.window import NARROW, PHONE, Windows

_CONTRAST = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


@pytest.mark.parametrize("language", list(Language))
def test_every_answer_leads_to_the_page_of_the_way_that_fits_without_a_script(
    windows: Windows, language: Language
) -> None:
    window = windows.open(language.value, PHONE, scripts=False)
    for situation in Situation:
        page = window.goto("/")
        page.get_by_role("link", name=word("situation", situation, language), exact=True).click()
        expect(page.locator("h1")).to_have_text(word("situation", situation, language))
        assert window.fits()
        page.locator(".now a.button").click()
        best = ways_for(situation, frozenset(Channel))[0]
        expect(page.locator("h1")).to_have_text(word("way", best, language))
        assert window.fits()


def test_the_line_to_press_is_in_the_drawing_and_on_the_screen_at_once(windows: Windows) -> None:
    """A frightened person does not scroll: what to press stands in the first two screens of a phone."""
    page = windows.open("en", PHONE).goto("/")
    box = page.get_by_role("img", name="A sketch of the verification screen").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 2 * PHONE["height"]
    assert box["width"] > 0.7 * PHONE["width"]


@pytest.mark.parametrize("path", ["/", "/ways/choose/forgot-password", "/ways/office"])
def test_the_pages_read_well_in_the_dark(windows: Windows, path: str) -> None:
    window = windows.open("ja", NARROW)
    window.page.emulate_media(color_scheme="dark")
    page = window.goto(path)
    results = Axe().run(page, options=_CONTRAST).response["violations"]
    assert [each["id"] for each in results] == []
    colours = page.evaluate(
        """() => [...document.querySelectorAll('svg text')].map(each => [
            getComputedStyle(each).fill, getComputedStyle(document.body).backgroundColor])"""
    )
    assert not [each for each in colours if each[0] == each[1]]
    assert window.fits()
