"""The clerk's pages and the slip: what is on them, in whose language, and that the code can be read."""

import re
from dataclasses import replace

import pytest
import segno

from shared.domain.counter_steps import CounterStep
from shared.domain.kinds import CounterBar, Language
from shared.presentation.office_views import CounterRow, OfficeView
from shared.presentation.pages import Pages
from shared.presentation.qr_code import QUIET_ZONE, qr_code
from shared.presentation.views import PageSession
from shared.presentation.words import text, word
from tests.unit.presentation import sample_office, samples
from tests.unit.presentation.reading import Reading

PAGES = Pages(samples.SITE)


def shown(page: str, view: object, language: Language = Language.JA) -> Reading:
    return Reading(PAGES.render(page, language, f"/{page}", view, sample_office.CLERK))


def actions(page: Reading) -> list[str]:
    return [each["action"] for each in page.all("form") if each["action"] != "/auth/sign-out"]


def test_nothing_is_chosen_or_ticked_before_the_clerk_has_looked() -> None:
    page = shown("office_case", sample_office.case(CounterStep.COMPARE, person=sample_office.PERSON))
    assert not [each for each in page.all("input") if "checked" in each]
    for what in ("見本 太郎", "工学部 見本工学科", "0123456789", "••• 42"):
        assert what in page.text


@pytest.mark.parametrize("step", list(CounterStep))
def test_each_step_offers_what_can_be_done(step: CounterStep) -> None:
    base = f"/office/{samples.ID}"
    printed = step in {CounterStep.APPROVED, CounterStep.ISSUED}
    view = sample_office.case(
        step,
        person=sample_office.PERSON if step is CounterStep.COMPARE or printed else None,
        bar=CounterBar.OWN_CASE if step is CounterStep.REFUSED else None,
        slips=int(printed),
        slip_until=samples.OPENS if printed else None,
    )
    page = shown("office_case", view)
    wanted = [f"{base}/confirm", f"{base}/leave"] if step is CounterStep.COMPARE else []
    assert actions(page) == ([f"{base}/slip"] if printed else wanted)
    assert (f"{base}/slip" in [each.get("href") for each in page.all("a")]) == printed
    assert word("counter_step", step, Language.JA) in page.text


@pytest.mark.parametrize("to_print", [True, False])
def test_the_list_says_where_a_slip_is_still_to_be_printed(to_print: bool) -> None:  # noqa: FBT001 - a parameter of a test
    row = CounterRow(
        samples.ID, "K7Q3-MP0X", "0123456789", samples.NOW, CounterStep.APPROVED, to_print=to_print
    )
    page = shown("office", OfficeView("f" * 32, rows=(row,)))
    assert ("ご本人が来たら案内票を印刷してください．" in page.text) == to_print


@pytest.mark.parametrize("bar", list(CounterBar))
@pytest.mark.parametrize("language", list(Language))
def test_every_bar_says_what_to_do_next_and_nothing_of_the_person(
    bar: CounterBar, language: Language
) -> None:
    view = sample_office.case(CounterStep.REFUSED, bar=bar, person=sample_office.PERSON)
    page = shown("office_case", view, language)
    assert word("counter_bar_next", bar, language) in page.text
    assert "見本 太郎" not in page.text


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("reader", list(Language))
def test_the_slip_is_in_the_person_s_language_and_the_page_around_it_in_the_clerk_s(
    language: Language, reader: Language
) -> None:
    page = shown("office_slip", sample_office.slip(language), reader)
    assert page.all("html") == [{"lang": reader.value}]
    assert page.all("article") == [{"class": "slip", "lang": language.value}]
    for key in ("slip.alone", "slip.step_scan", "slip.step_sign_in", "slip.step_pass", "slip.lost"):
        assert text(key, language) in page.text
    assert text("office_slip.how", reader) in page.text


def test_the_slip_names_reference_time_and_link_and_no_person() -> None:
    page = shown("office_slip", sample_office.slip(Language.EN))
    article = page.text[page.text.index(text("slip.title", Language.EN)) :]
    for what in ("K7Q3-MP0X", "Sat 21 Nov 2026, 20:30 JST", sample_office.LINK):
        assert what in article
    assert "窓口 直子" not in article
    assert "2;" not in article
    assert "no. 2" in shown("office_slip", sample_office.slip(Language.EN, number=2)).text


def test_the_link_on_the_slip_cannot_be_clicked_at_the_counter() -> None:
    page = shown("office_slip", sample_office.slip(Language.JA))
    assert not [each for each in page.all("a") if "key=" in each.get("href", "")]


def test_the_path_draws_the_code_with_its_quiet_zone() -> None:
    code = qr_code(sample_office.LINK)
    rows = [bytearray(code.size) for _ in range(code.size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path):
        rows[int(y)][int(x) : int(x) + int(width)] = b"\x01" * int(width)
    expected = segno.make_qr(sample_office.LINK, error="m", boost_error=False).matrix
    assert [bytes(row) for row in rows] == [bytes(row) for row in expected]
    whole = code.size + 2 * QUIET_ZONE
    assert code.view_box == f"-4 -4 {whole} {whole}"


def test_staff_see_the_pages_of_their_roles_only() -> None:
    clerk = sample_office.CLERK
    both = replace(clerk, roles=frozenset({"OfficeClerk", "Operator"}))
    reviewer = replace(clerk, roles=frozenset({"Reviewer"}))
    assert [each.home for each in (clerk, both, reviewer)] == ["/office", "/staff", "/staff"]
    view = sample_office.case(CounterStep.LEFT)

    def links(session: PageSession) -> list[str]:
        source = PAGES.render("office_case", Language.JA, "/office", view, session)
        nav = source[source.index("<nav") : source.index("</nav>")]
        return [each["href"] for each in Reading(nav).all("a")]

    assert links(clerk) == ["/office"]
    assert links(both) == ["/staff", "/staff/attention", "/staff/freeze", "/office"]
    assert links(reviewer) == ["/staff", "/staff/attention", "/staff/freeze"]
