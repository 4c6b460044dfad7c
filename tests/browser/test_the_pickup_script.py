"""The script of the pickup page where the road does not go: other browsers, stops, lost calls, odd machines."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from local.visitor import eventually
from tests.browser.window import Window, Windows
from tests.journeys.town import Case, Town

ASK = "Show my temporary access pass"
AGAIN = "Get a new temporary access pass"
NO_DATABASE = "Object.defineProperty(window, 'indexedDB', { get() { throw new Error('private window'); } });"
POSTS_A_KEY = """
path => fetch(path, {
  method: "POST",
  body: JSON.stringify({ public_key: "x" }),
  headers: { "Content-Type": "application/json", Accept: "application/json" },
}).then(answer => answer.status)
"""
WRONG_CLOCK = """
const Real = Date;
window.Date = class extends Real { constructor(...rest) { rest.length ? super(...rest) : super(86400000); } };
window.Date.now = () => 86400000 + Math.random() * 1e9;
"""


def opens(windows: Windows, case: Case, *scripts: str) -> Window:
    """A new browser of the applicant, with the mailed link opened."""
    window = windows.open(signed_in=case.person)
    for script in scripts:
        window.context.add_init_script(script)
    window.goto(case.link(case.address, f"/pickup/{case.id}"))
    return window


def reads(page: Page) -> str:
    """The pass on the screen."""
    expect(page.locator("#pass")).not_to_have_value("")
    return page.locator("#pass").input_value()


def usable(case: Case) -> list[str]:
    """The live passes that the directory has."""
    return [each["value"] for each in case.town.graph(case.person)["passes"] if each["isUsable"]]


def says(page: Page, text: str) -> None:
    """The line that tells what is going on."""
    expect(page.locator("#status")).to_contain_text(text)


def test_nothing_is_asked_for_before_the_button_and_asking_again_makes_a_new_pass(
    windows: Windows, town: Town
) -> None:
    case = town.approved()
    window = opens(windows, case)
    page = window.page
    expect(page.get_by_role("button", name=ASK)).to_be_enabled()
    page.reload()
    page.wait_for_timeout(500)
    assert window.posts == []

    with page.expect_response("**/shown") as told:
        window.press(ASK)
        first = reads(page)
    assert told.value.status == 202
    gone = page.evaluate("path => fetch(path).then(answer => answer.status)", f"/pickup/{case.id}/pass")
    assert gone == 410

    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    window.says("a new one is made")
    window.press(ASK)
    second = reads(page)
    assert second != first
    assert usable(case) == [second]
    _the_other_browser_is_told(windows, case)
    page.once("dialog", lambda dialog: dialog.accept())


def _the_other_browser_is_told(windows: Windows, case: Case) -> None:
    """Signed in as the same person, without the mailed link: no button, and no pass for a script either."""
    other = windows.open(signed_in=case.person)
    page = other.goto(f"/pickup/{case.id}")
    other.says("Please open the link")
    assert page.locator("#ask").count() == 0
    assert page.evaluate(POSTS_A_KEY, f"/pickup/{case.id}") == 403
    read = "path => fetch(path, {headers: {Accept: 'application/json'}}).then(answer => answer.status)"
    assert page.evaluate(read, f"/pickup/{case.id}/pass") == 403


def test_a_private_window_and_a_wrong_clock_do_no_harm(windows: Windows, town: Town) -> None:
    case = town.approved()
    window = opens(windows, case, NO_DATABASE, WRONG_CLOCK)
    page = window.page
    window.press(ASK)
    assert [reads(page)] == usable(case)
    line = page.locator("#countdown")
    expect(line).to_have_text(re.compile(r"(59|60) min \d+ s left"))
    expect(line).to_have_text(re.compile(r"59 min 5[0-7] s left"))
    page.once("dialog", lambda dialog: dialog.accept())


def test_a_pass_that_ran_out_leaves_the_screen(windows: Windows, town: Town) -> None:
    case = town.approved()
    window = opens(windows, case)

    def nearly_over(route: Route) -> None:
        answer = route.fetch()
        if answer.status == 200:
            route.fulfill(response=answer, json={**answer.json(), "seconds_left": 2})
        else:
            route.fulfill(response=answer)

    window.context.route("**/pass", nearly_over)
    window.press(ASK)
    reads(window.page)
    says(window.page, "has run out")
    expect(window.page.locator("#pass")).to_have_value("")
    expect(window.page.locator("#result")).to_be_hidden()
    expect(window.page.get_by_role("button", name=AGAIN)).to_be_enabled()


def test_a_stop_while_waiting_shows_no_pass(windows: Windows, town: Town) -> None:
    case = town.approved()
    window = opens(windows, case)
    link = case.not_me_link()
    town.faults(worker={"stopped": True})
    window.press(ASK)
    says(window.page, "Making your pass")
    owner = windows.open()
    owner.goto(link)
    owner.page.get_by_label("No, I did not apply").check()
    owner.page.locator("main button[type=submit]").click()
    says(window.page, "can no longer be shown")
    assert window.page.locator("#pass").input_value() == ""
    town.calm()
    case.waits("cancelled")
    window.press(AGAIN)
    says(window.page, "No pass can be made")
    assert usable(case) == []


def answering(status: int) -> Callable[[Route], None]:
    """A server that answers this."""
    return lambda route: route.fulfill(status=status, json={})


@pytest.fixture
def waiting(town: Town, shared_case: list[Case]) -> Case:
    """One approved case for all tests that never reach the server."""
    if not shared_case:
        shared_case.append(town.approved())
    return shared_case[0]


@pytest.fixture(scope="module")
def shared_case() -> list[Case]:
    return []


def test_each_refusal_is_told_in_words_and_leaves_a_way_on(windows: Windows, waiting: Case) -> None:
    window = opens(windows, waiting)
    page = window.page
    path = f"**/pickup/{waiting.id}"
    told = {
        401: "Your sign-in has ended",
        403: "Your sign-in has ended",
        404: "can no longer be shown",
        409: "No pass can be made",
        429: "too often",
        503: "did not work",
    }
    for status, text in told.items():
        page.reload()
        window.context.route(path, answering(status), times=1)
        page.get_by_role("button", name=ASK).click()
        says(page, text)
        open_again = page.locator("#sign-in a")
        if status in {401, 403}:
            expect(open_again).to_be_visible()
            expect(page.locator("#ask")).to_be_hidden()
        else:
            expect(open_again).to_be_hidden()
            expect(page.get_by_role("button", name=AGAIN)).to_be_enabled()


def taken_but_not_told(route: Route) -> None:
    """The server takes what is asked for, and the answer is a failure all the same."""
    route.fetch()
    route.fulfill(status=503, json={})


def test_a_lost_call_is_made_again(windows: Windows, waiting: Case) -> None:
    window = opens(windows, waiting)
    page = window.page
    window.context.route(f"**/pickup/{waiting.id}", taken_but_not_told, times=1)
    page.get_by_role("button", name=ASK).click()
    says(page, "did not work")
    window.context.route("**/pass", lambda route: route.abort(), times=1)
    window.press(AGAIN)
    says(page, "No connection")
    assert [reads(page)] == usable(waiting)
    assert waiting.events().count("pass_issued") == 1  # the key of the first call was kept
    eventually(lambda: f"/pickup/{waiting.id}/shown" in window.posts or None, "the confirmation")
    window.complaints.clear()  # the call that was lost on purpose
    page.once("dialog", lambda dialog: dialog.accept())


def test_a_browser_without_web_crypto_is_told_before_anything_is_asked(
    windows: Windows, waiting: Case
) -> None:
    window = opens(windows, waiting, "Object.defineProperty(window, 'isSecureContext', { value: false });")
    says(window.page, "another browser")
    expect(window.page.locator("#ask")).to_be_disabled()
    assert window.posts == []
