"""The office as it is used: a clerk at a desk in Japanese without scripts, paper, and the person's own phone."""

import re
from pathlib import Path

from playwright.sync_api import expect

from local.clerk import ClerkVisitor
from local.visitor import Visitor
from shared.presentation.qr_code import qr_code
from tests.browser.window import DESKTOP, PHONE, Window, Windows
from tests.journeys.town import Town

_A6 = (105, 148)
_POINTS = 25.4 / 72


def clerk_of(town: Town) -> Visitor:
    return Visitor(town.stack.app, town.cloud.people("clerk")[0])


def arrives(window: Window, text: str) -> None:
    """The page comes to say this by itself, without a script and without a reload by anybody."""
    expect(window.page.locator("h1")).to_have_text(text)


def confirms(window: Window) -> None:
    page = window.page
    page.get_by_label("学生証", exact=True).check()
    page.get_by_label("カードの顔写真と，目の前の本人の顔が一致している").check()
    page.get_by_label("カードは有効期限内で").check()
    page.get_by_label("故障した").check()
    page.get_by_label("英語（English）").check()
    window.press("本人であることを確認した")


def test_from_the_clerk_s_desk_to_the_pass_on_the_person_s_phone(windows: Windows, town: Town) -> None:
    person = town.newcomer(signed_in=False)
    desk = windows.open("ja", DESKTOP, scripts=False)
    page = desk.sign_in(clerk_of(town), "staff", "/office")
    page.get_by_label("アカウント名").fill(person.upn.partition("@")[0])
    desk.press("照会する")
    arrives(desk, "カードと見比べてください")
    desk.says(person.person["name"])
    desk.says("工学部")
    confirms(desk)
    arrives(desk, "承認されました")
    page.get_by_role("link", name="案内票を開いて印刷する").click()
    slip = page.locator("article.slip")
    expect(slip).to_contain_text("This slip alone opens nothing")
    link = re.findall(r"https?://\S+/pickup/\S+\?key=\S+", slip.inner_text())[0]

    phone = windows.open("en", PHONE)
    screen = phone.page
    screen.goto(link)
    phone.chooses(person)
    screen.wait_for_url("**/pickup/*")
    assert "key=" not in screen.url
    screen.get_by_role("button", name="Show my temporary access pass").click()
    expect(screen.locator("#result")).to_be_visible()
    shown = screen.locator("#pass").input_value()
    town.codes.add(shown)
    assert [each["value"] for each in town.graph(person)["passes"]] == [shown]
    assert phone.fits()


def test_a_clerk_who_cannot_confirm_leaves_and_a_new_slip_is_printed_without_scripts(
    windows: Windows, town: Town
) -> None:
    person = town.newcomer(signed_in=False)
    desk = windows.open("ja", DESKTOP, scripts=False)
    page = desk.sign_in(clerk_of(town), "staff", "/office")
    for leaves in (True, False):
        page.get_by_label("アカウント名").fill(person.upn)
        desk.press("照会する")
        arrives(desk, "カードと見比べてください")
        if leaves:
            desk.press("確認せずに照会を終える")
            arrives(desk, "確認せずに終了しました")
            page.get_by_role("link", name="次の方の受け付けへ").click()
    confirms(desk)
    arrives(desk, "承認されました")
    desk.press("前の案内票を無効にして作り直す")
    arrives(desk, "承認されました")
    desk.says("案内票は2枚目で")


def test_the_slip_is_one_page_of_a6_with_nothing_else_on_it(
    windows: Windows, town: Town, tmp_path: Path
) -> None:
    clerk = ClerkVisitor(town.stack.app, town.cloud.people("clerk")[0]).signed_in()
    case = clerk.opens(town.newcomer(signed_in=False).upn)
    clerk.approves(case)
    for language in ("ja", "en"):
        desk = windows.open("ja", DESKTOP, signed_in=clerk)
        page = desk.goto(f"/office/{case}/slip?slip={language}")
        page.pdf(path=tmp_path / "slip.pdf", prefer_css_page_size=True)
        assert pages_of(tmp_path / "slip.pdf") == [_A6], language
        page.emulate_media(media="print")
        seen = {
            name
            for name in ("header.site", "footer.site", ".around", ".skip", "article.slip")
            if page.locator(name).first.is_visible()
        }
        assert seen == {"article.slip"}
        code = page.locator(".qr").bounding_box()
        assert code is not None
        assert code["width"] == code["height"] > 150
        desk.context.close()


def test_the_code_on_the_slip_holds_the_link_beside_it(windows: Windows, town: Town) -> None:
    clerk = ClerkVisitor(town.stack.app, town.cloud.people("clerk")[0]).signed_in()
    case = clerk.opens(town.newcomer(signed_in=False).upn)
    link = clerk.approves(case)
    desk = windows.open("ja", DESKTOP, signed_in=clerk)
    page = desk.goto(f"/office/{case}/slip")
    assert link in page.locator("article.slip").inner_text()
    assert page.locator(".qr path").get_attribute("d") == qr_code(link).path


def pages_of(pdf: Path) -> list[tuple[int, int]]:
    """Sizes of the pages in whole millimetres."""
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf.read_bytes())
    return [(round(float(wide) * _POINTS), round(float(high) * _POINTS)) for wide, high in boxes]
