"""What stays and what ends in a browser: language, sign-in, cookies; on a borrowed computer most of all."""

from playwright.sync_api import expect

from tests.browser.window import PHONE, Windows
from tests.journeys.town import Town


def test_the_language_that_was_switched_to_stays(windows: Windows, town: Town) -> None:
    person = town.newcomer()
    window = windows.open("ja", PHONE, scripts=False)
    page = window.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Apply on this website").click()
    page.get_by_role("link", name="Sign in and apply").click()
    window.chooses(person)
    expect(page.locator("h1")).to_have_text("Apply to reregister your verification method")
    window.goto("/applications/0123456789abcdef0123456789abcdef", status=404)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="日本語").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")


def test_a_sign_out_ends_the_session_and_the_pickup(windows: Windows, town: Town) -> None:
    case = town.approved()
    window = windows.open(scripts=False)
    page = window.goto(case.link(case.address, f"/pickup/{case.id}"))
    window.chooses(case.person)
    expect(page.locator("#ask")).to_be_attached()
    held = {each["name"]: each for each in window.context.cookies(town.stack.app)}
    secret = [each for name, each in held.items() if "lang" not in name]
    assert len(secret) >= 2
    assert all(each["httpOnly"] and each["sameSite"] == "Lax" for each in held.values())

    window.press("Sign out")
    page.wait_for_url(f"{town.stack.app}/")
    left = {each["name"] for each in window.context.cookies(town.stack.app)}
    assert left <= {name for name in held if "lang" in name}
    page.goto(f"{town.stack.app}/applications/{case.id}")
    assert page.url.startswith("http://127.0.0.1:")
    window.chooses(case.person)
    window.goto(f"/pickup/{case.id}")
    window.says("Please open the link")


def test_staff_and_applicant_are_two_sessions_in_one_browser(windows: Windows, town: Town) -> None:
    person, reviewer = town.newcomer(), town.cloud.people("reviewer")[1]
    window = windows.open()
    window.sign_in(person, "applicant", "/apply")
    expect(window.page.locator("header")).to_contain_text(person.person["name"])
    window.sign_in(reviewer, "staff", "/staff")
    expect(window.page.locator("header")).to_contain_text(reviewer["name"])
    window.goto("/apply")
    expect(window.page.locator("header")).to_contain_text(person.person["name"])
    window.goto("/staff")
    window.press("Sign out")
    window.page.wait_for_url(f"{town.stack.app}/")
    for path in ("/apply", "/staff"):  # whoever leaves has left: both sessions are over, as Entra's is
        window.goto(path)
        assert window.page.url.startswith("http://127.0.0.1:")
