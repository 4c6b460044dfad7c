"""Identity verification as people walk it: on a phone in Japanese, at a desk in English with the phone beside it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import ViewportSize, expect

from local.card_holder import CardHolder
from tests.browser.card_scenes import holder, linked
from tests.browser.window import DESKTOP, PHONE, Window, Windows
from tests.journeys.town import Town


@dataclass(frozen=True)
class Words:
    """What the person at the screen reads and presses."""

    start: str
    verified: str
    request: str
    choice: str
    issue: str
    copy: str
    copied: str
    left: str
    where: str
    registered: str
    completed: str


JA = Words(
    start="マイナンバーカードで本人確認を行う",
    verified="カードの本人確認ができました",
    request="多要素認証の再設定を申請する",
    choice="一時アクセスパス（多要素認証の設定）",
    issue="パスワードを発行する",
    copy="コピー",
    copied="コピーしました",
    left=r"残り \d+ 分 \d+ 秒",
    where="申請の状況を見る",
    registered="新しい方法を登録しました",
    completed="新しい方法が登録されています",
)
EN = Words(
    start="Verify identity with My Number Card",
    verified="Your card is verified",
    request="Request to reset multi-factor authentication",
    choice="Temporary access password (re-set MFA)",
    issue="Issue a password",
    copy="Copy",
    copied="Copied",
    left=r"\d+ min \d+ s left",
    where="See where your request stands",
    registered="I have registered a new method",
    completed="your new method is registered",
)


type Allows = Callable[[Window, CardHolder], None]


def allows_on_the_phone(window: Window, person: CardHolder) -> None:
    """The browser is on the phone itself: the app asks there."""
    page = window.page
    page.goto(f"{page.url}&view=phone")
    page.locator(f'input[value="{person.upn}"]').check()
    page.get_by_role("button", name="許可 · Allow").click()


def allows_beside_the_desk(window: Window, person: CardHolder) -> None:
    """The browser is on a PC: the phone scans the code, and its number is typed on the PC."""
    page = window.page
    page.goto(f"{page.url}&view=pc")
    with window.context.expect_page() as opened:
        page.get_by_role("link", name="phone").click()
    phone = opened.value
    phone.locator(f'input[value="{person.upn}"]').check()
    phone.get_by_role("button", name="許可 · Allow").click()
    number = phone.locator("#number").inner_text()
    phone.close()
    page.get_by_label("番号 · Number").fill(number)
    page.get_by_role("button", name="次へ · Next").click()


@pytest.mark.parametrize(
    ("language", "viewport", "words", "allows"),
    [("ja", PHONE, JA, allows_on_the_phone), ("en", DESKTOP, EN, allows_beside_the_desk)],
)
def test_from_the_lost_phone_to_the_registered_method(
    windows: Windows, town: Town, language: str, viewport: ViewportSize, words: Words, allows: Allows
) -> None:
    person = linked(town)
    window = windows.open(language, viewport)
    page = window.goto("/verify")
    page.get_by_role("link", name=words.start).click()
    allows(window, person)
    expect(page.locator("h1")).to_have_text(words.verified)
    assert page.url == f"{town.stack.app}/verify"

    page.get_by_role("link", name=words.request).click()
    expect(page.get_by_label(words.choice)).to_be_checked()
    before = len(window.posts)
    window.press(words.issue)
    expect(page.locator("#result")).to_be_visible()
    code = page.locator("#pass").input_value()
    assert [each["value"] for each in town.graph(person)["passes"]] == [code]
    town.codes.add(code)
    assert window.posts[before:][0] == "/verify/issue"
    expect(page.locator("#whose")).to_have_text(person.upn)
    expect(page.locator("#countdown")).to_have_text(re.compile(words.left))
    window.press(words.copy)
    expect(page.locator("#status")).to_contain_text(words.copied)
    assert window.fits()

    town.registers(person)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#afterwards").get_by_role("link", name=words.where).click()
    window.press(words.registered)
    window.until(words.completed)


def test_a_young_link_is_told_with_its_date_and_the_button_is_gone(windows: Windows, town: Town) -> None:
    person = holder(town)
    usable = person.links()["usable_from"]
    person = CardHolder(person.app, person.person)
    person.verifies()
    window = windows.open("en", signed_in=person)
    page = window.goto("/verify/issue")
    window.press("Issue a password")
    expect(page.locator("#status")).to_contain_text("Your card was linked only recently")
    expect(page.locator("#status")).to_contain_text("Tue 24 Nov 2026")
    assert usable.startswith("2026-11-24")
    expect(page.locator("#ask")).to_be_hidden()
    page.locator("#sign-in a").click()
    window.says("The waiting time runs")


def test_linking_waits_by_itself_until_it_is_done(windows: Windows, town: Town) -> None:
    person = holder(town)
    window = windows.open("en", DESKTOP)
    page = window.page
    page.goto(f"{town.stack.app}/verify/link")
    window.chooses(person)
    window.says(person.upn)
    page.get_by_role("link", name="Verify identity with My Number Card").click()
    allows_on_the_phone(window, person)
    window.press("Link your UTokyo Account and linked ID as described above")
    expect(page.locator("#now")).to_have_text("Your account and your card are linked")
    page.locator("summary").click()
    page.get_by_label("I want to remove the link").check()
    window.press("Remove the link described above")
    expect(page.locator("#now")).to_have_text("The link was removed")


def test_a_cancelled_verification_can_be_started_again(windows: Windows, town: Town) -> None:
    window = windows.open("ja", PHONE)
    page = window.goto("/verify")
    page.get_by_role("link", name=JA.start).click()
    page.goto(f"{page.url}&view=phone")
    page.get_by_role("button", name="中止する · Cancel").click()
    expect(page.locator("h1")).to_have_text("本人確認は中止されました")
    page.get_by_role("link", name="最初からやり直す").click()
    expect(page).to_have_url(re.compile("/protocol/openid-connect/auth"))


def test_without_scripts_the_page_names_another_device_and_the_office(windows: Windows, town: Town) -> None:
    person = linked(town)
    person.verifies()
    window = windows.open("en", scripts=False, signed_in=person)
    page = window.goto("/verify/issue")

    shown = page.locator("noscript").inner_text()
    assert "another device" in shown
    assert "office of your faculty" in shown
    expect(page.locator("#ask")).to_be_disabled()
