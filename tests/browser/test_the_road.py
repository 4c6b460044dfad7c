"""The road as people walk it: from the front door to the completed page, on a phone in Japanese and at a desk in English."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from local.visitor import Visitor, eventually
from tests.browser.window import DESKTOP, PHONE, Window, Windows
from tests.journeys.town import Case, Town


@dataclass(frozen=True)
class Words:
    """What the person at the screen reads and presses."""

    way: str
    apply: str
    lost: str
    send: str
    approve: str
    decide: str
    under_review: str
    approved: str
    show: str
    copy: str
    copied: str
    left: str
    resume: str
    registered: str
    completed: str


JA = Words(
    way="このサイトで申請する",
    apply="サインインして申請する",
    lost="スマートフォンなどを紛失した",
    send="申請する",
    approve="承認する：カードとアカウントの持ち主が一致した",
    decide="この内容で決定する",
    under_review="担当者が確認しています",
    approved="承認されました",
    show="一時アクセスパスを表示する",
    copy="コピー",
    copied="コピーしました",
    left=r"残り \d+ 分 \d+ 秒",
    resume="このブラウザーで頼んだパスがあります",
    registered="新しい方法を登録しました",
    completed="新しい本人確認方法を確認しました",
)
EN = Words(
    way="Apply on this website",
    apply="Sign in and apply",
    lost="I lost my phone or device",
    send="Send the application",
    approve="Approve: the card and the account belong to the same person",
    decide="Send the decision",
    under_review="Under review",
    approved="Approved",
    show="Show my temporary access pass",
    copy="Copy",
    copied="Copied",
    left=r"\d+ min \d+ s left",
    resume="You asked for a pass in this browser already",
    registered="I have registered a new method",
    completed="We have seen your new verification method",
)


@pytest.mark.parametrize(("language", "viewport", "words"), [("ja", PHONE, JA), ("en", DESKTOP, EN)])
def test_from_application_to_completed(
    windows: Windows, town: Town, language: str, viewport: ViewportSize, words: Words
) -> None:
    student = town.newcomer(signed_in=False)
    window = windows.open(language, viewport)
    case = _applies(window, student, words)
    _is_reviewed(windows, town, case, words, language)
    window.until(words.approved)

    page = window.goto(case.link(case.address, f"/pickup/{case.id}"))
    assert page.url == f"{town.stack.app}/pickup/{case.id}"
    code = _shows_the_pass(window, case, words)
    _copies(window, words, code)
    assert window.fits()

    window.goto(f"/applications/{case.id}")
    town.registers(student)
    window.press(words.registered)
    window.until(words.completed)
    left = {each["kind"] for each in town.graph(student)["methods"]}
    assert left == {"password", "email", "microsoftAuthenticator"}


def _applies(window: Window, student: Visitor, words: Words) -> Case:
    page = window.goto("/")
    page.get_by_role("link", name=words.way).click()
    page.get_by_role("link", name=words.apply).click()
    window.chooses(student)
    expect(page.locator("main")).to_contain_text(student.upn)
    page.get_by_label(words.lost).check()
    window.attach(window.town.card(student))
    window.press(words.send)
    page.wait_for_url("**/applications/*")
    window.until(words.under_review)
    reference = page.locator("h1 .reference").inner_text()
    return Case(window.town, student, page.url.rsplit("/", 1)[1], reference, {})


def _is_reviewed(windows: Windows, town: Town, case: Case, words: Words, language: str) -> None:
    """A reviewer opens the link of the mail in the mailbox page, sees the photo, approves."""
    reviewer = town.cloud.people("reviewer")[0]
    eventually(lambda: town.cloud.mails(reviewer["upn"], case.reference), "the mail to the reviewer")
    desk = windows.open(language)
    mailbox = desk.goto(f"{town.stack.local}/mailbox?to={reviewer['upn']}")
    mailbox.get_by_role("link", name=re.compile(case.reference)).first.click()
    link = mailbox.locator("pre a[href*='/review/']").first.get_attribute("href")
    assert link is not None
    page = desk.page
    page.goto(link)
    desk.chooses(reviewer)
    photo = page.locator("img.card")
    expect(photo).to_be_visible()
    expect(photo).to_have_js_property("complete", value=True)
    assert photo.evaluate("image => image.naturalWidth") > 300
    assert page.locator("input[name=decision]:checked").count() == 0
    page.get_by_label(words.approve).check()
    desk.press(words.decide)
    expect(page.locator("main")).to_contain_text(case.reference)


def _shows_the_pass(window: Window, case: Case, words: Words) -> str:
    """The pass is asked for once; until the page has said that it is shown, a reload loses nothing."""
    page, path = window.page, f"/pickup/{case.id}"
    window.context.route(f"**{path}/shown", lambda route: route.abort())
    assert path not in window.posts
    window.press(words.show)
    code = _reads(page)
    made = case.town.graph(case.person)["passes"]
    assert [each["value"] for each in made] == [code]

    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#status")).to_contain_text(words.resume)
    window.complaints.clear()  # the aborted calls
    window.context.unroute(f"**{path}/shown")
    with page.expect_response(f"**{path}/shown") as told:
        window.press(words.show)
        assert _reads(page) == code
    assert told.value.status == 202
    assert window.posts.count(path) == 1
    return code


def _reads(page: Page) -> str:
    expect(page.locator("#pass")).not_to_have_value("")
    return page.locator("#pass").input_value()


def _copies(window: Window, words: Words, code: str) -> None:
    page = window.page
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator("#countdown")).to_have_text(re.compile(words.left))
    before = page.locator("#countdown").inner_text()
    window.press(words.copy)
    window.says(words.copied)
    assert page.evaluate("navigator.clipboard.readText()") == code
    expect(page.locator("#countdown")).not_to_have_text(before)
    expect(page.locator("main ol.steps li").first).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
