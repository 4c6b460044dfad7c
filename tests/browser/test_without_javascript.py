"""Everything but the pass itself works without JavaScript: every form, every button, every way on."""

import re

from playwright.sync_api import Page, expect

from tests.browser.scenes import blurred
from tests.browser.window import PHONE, Window, Windows
from tests.journeys.town import Case, Town


def plain(windows: Windows, case: Case | None = None) -> Window:
    """A phone that runs no scripts, signed in as the applicant."""
    return windows.open(viewport=PHONE, scripts=False, signed_in=case.person if case else None)


def main_of(page: Page) -> str:
    """What the page says."""
    return page.locator("main").inner_text()


def test_apply_with_errors_then_a_doubtful_photo_twice_then_withdraw(windows: Windows, town: Town) -> None:
    person = town.newcomer()
    window = windows.open(viewport=PHONE, scripts=False)
    page = window.goto("/")
    assert "Step 1: Try another method first" in main_of(page)
    page.get_by_role("link", name="My phone was lost or stolen").click()
    window.says("Ask your phone company to block the line")
    page.get_by_role("link", name="See what you need, and start").click()
    window.says("Only IC student ID and staff ID cards are accepted")
    page.get_by_role("link", name="Sign in and apply").click()
    window.chooses(person)
    _corrects_an_error(window)

    unsharp = blurred(town.card(person))
    window.attach(unsharp)
    window.press("Send the application")
    expect(page.locator(".errors")).to_contain_text("Please choose a photo again")
    window.says("looks blurred")
    assert page.get_by_label("I lost my phone or device").is_checked()
    assert page.locator("#details").input_value() == "<b>It sank</b> & is gone"
    window.attach(unsharp)
    window.press("Send the application")
    page.wait_for_url("**/applications/*")
    window.until("Under review")
    assert "Our staff" in main_of(page)
    _withdraws(window)


def _corrects_an_error(window: Window) -> None:
    page = window.page
    page.get_by_label("I lost my phone or device").check()
    page.locator("#details").fill("<b>It sank</b> & is gone")
    page.locator("#contact_email").fill("me@nowhere")
    window.attach(b"<svg onload=alert(1)>")
    window.press("Send the application")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("name@example.com")
    expect(page).to_have_title(re.compile("^Error:"))
    summary.get_by_role("link").first.click()
    field = page.locator("#contact_email")
    assert page.url.endswith("#contact_email")
    assert field.get_attribute("aria-invalid") == "true"
    assert "contact_email-error" in (field.get_attribute("aria-describedby") or "")
    window.says("Please choose the photo again")
    field.fill("")
    window.attach(b"<svg onload=alert(1)>")
    window.press("Send the application")
    expect(page.get_by_role("alert")).to_contain_text("JPEG, PNG or WebP")


def _withdraws(window: Window) -> None:
    page = window.page
    page.get_by_text("Withdraw the application").click()
    page.get_by_label("I want to withdraw this application").check()
    window.press("Withdraw")
    window.until("It was closed because it was withdrawn")
    expect(page.get_by_role("link", name="Apply again")).to_be_visible()


def test_a_reviewer_returns_and_the_applicant_sends_a_better_photo(windows: Windows, town: Town) -> None:
    case = town.in_review(details="<script>alert(1)</script>")
    desk = windows.open(scripts=False, signed_in=town.staff("reviewer"))
    page = desk.goto(case.review_link())
    assert "<script>alert(1)</script>" in main_of(page)
    page.get_by_label("Return: ask for a better photo").check()
    page.locator("#message").fill("Please show the <i>whole</i> card.")
    desk.press("Send the decision")
    expect(page.get_by_role("alert")).to_contain_text("needs a reason")
    assert page.locator("#message").input_value() == "Please show the <i>whole</i> card."
    page.locator("#reason_code").select_option("photo_unreadable")
    desk.press("Send the decision")
    desk.says("Your decision was received")

    phone = plain(windows, case)
    phone.goto(f"/applications/{case.id}")
    phone.until("A better photo is needed")
    assert "Please show the <i>whole</i> card." in main_of(phone.page)
    phone.attach(town.card(case.person))
    phone.press("Send this photo")
    phone.until("Under review")

    page.goto(case.review_link(after=1))
    page.get_by_label("Reject: identity cannot be confirmed this way").check()
    page.locator("#reason_code").select_option("use_office")
    desk.press("Send the decision")
    phone.until("Not approved")
    page.reload()
    assert page.locator("form[action^='/review/']").count() == 0


def test_the_owner_answers_both_ways_and_nothing_is_chosen_beforehand(windows: Windows, town: Town) -> None:
    case = town.in_review()
    owner = plain(windows)
    page = owner.goto(case.not_me_link())
    assert page.locator("input:checked").count() == 0
    assert case.person.upn not in page.content()
    page.get_by_label("Yes, I applied").check()
    owner.press("Send")
    owner.says("We go on with your application")
    assert case.seen()["state"] == "in_review"

    page.goto(case.not_me_link())
    page.get_by_label("No, I did not apply").check()
    owner.press("Send")
    owner.says("We are stopping it")
    owner.says("password")
    case.waits("cancelled")


def test_the_operator_s_console_and_its_buttons(windows: Windows, town: Town) -> None:
    case = town.completed()
    case.not_me()
    case.waits("attention")
    refused = town.applies(town.newcomer("nested_admin"))
    refused.waits("attention")
    window = windows.open(scripts=False, signed_in=town.staff("operator"))
    page = window.goto("/staff")
    page.get_by_role("link", name=case.reference).click()
    expect(page.locator("h1")).to_contain_text(case.reference)
    page.get_by_role("link", name="Needs attention").click()
    section = page.locator(f"section:has(#case-{case.id})")
    expect(section.get_by_role("button")).to_have_text(["Stop"])
    again = page.locator(f"section:has(#case-{refused.id})")
    again.get_by_label("is gone; run it again").check()
    again.get_by_role("button", name="Run again").click()
    expect(page.locator("h1")).to_contain_text(refused.reference)
    refused.waits_for("run_again")
    refused.waits("attention")
    window.goto("/staff/attention")
    section.get_by_label("make any pass useless").check()
    section.get_by_role("button", name="Stop").click()
    case.waits("stopping", "cancelled")

    wrong = windows.open(scripts=False, signed_in=town.staff("operator"))
    wrong.goto(town.in_review().review_link(), status=403)
    wrong.says("This page is for staff")


def test_links_that_do_not_work_say_what_to_do(windows: Windows, town: Town) -> None:
    case = town.approved()
    window = plain(windows, case)
    link, notice = case.link(case.address, f"/pickup/{case.id}"), case.not_me_link()
    window.goto(link[:-3], status=404)
    window.says("This link is not right")
    expect(window.page.locator(".now a.button")).to_be_visible()
    window.goto("/not-me/nothing", status=404)
    window.says("This link is not right")
    window.goto("/applications/0123456789abcdef0123456789abcdef", status=404)
    window.says("What to do now")

    town.at("2027-03-01T10:00:00+09:00")
    window.goto(link, status=410)
    window.says("This link has expired")
    window.goto(notice, status=410)
    window.says("This link has expired")
    expect(window.page.locator("footer a").first).to_be_visible()


def test_the_pickup_page_names_the_office_and_another_device(windows: Windows, town: Town) -> None:
    case = town.approved()
    window = windows.open(viewport=PHONE, scripts=False, signed_in=case.person)
    page = window.goto(case.link(case.address, f"/pickup/{case.id}"))
    expect(page.locator("#ask")).to_be_disabled()
    # Chromium's switch for tests stops scripts but hides <noscript>: its text is read from the source.
    silent = page.content().split("<noscript>", 1)[1].split("</noscript>", 1)[0]
    for text in ("cannot be shown without JavaScript", "another device", "Go to the office"):
        assert text in silent
