"""The first page, the guided choice and the page of each way in: in both languages, whatever is on, open and closed."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from shared.domain.kinds import Channel, Language
from shared.domain.ways import Situation, in_order, situations
from shared.presentation.pages import Pages
from shared.presentation.static_files import static_file
from shared.presentation.views import PageSession, Problem, ProblemView
from shared.presentation.words import text, word
from tests.unit.presentation import sample_ways, samples
from tests.unit.presentation.reading import Reading
from tests.unit.presentation.samples import NOW, OPENS

WEBSITE_ONLY = frozenset({Channel.WEBSITE})


def site_with(on: frozenset[Channel]) -> Pages:
    return Pages(replace(samples.SITE, ways=in_order(on)))


def shown(page: str, view: object, language: Language, on: frozenset[Channel] = sample_ways.EVERY) -> Reading:
    return Reading(site_with(on).render(page, language, "/", view))


def links(page: Reading) -> list[str]:
    return [each.get("href", "") for each in page.all("a")]


def address(channel: Channel) -> str:
    return f"/ways/{channel.value.replace('_', '-')}"


@pytest.mark.parametrize("language", list(Language))
def test_the_first_page_quotes_the_lines_to_press_and_draws_what_to_look_for(language: Language) -> None:
    page = shown("home", sample_ways.home(NOW), language)

    for key in ("screen.having_trouble", "screen.other_option", "screen.no_authenticator"):
        assert text(key, language) in page.text
    for kind in ("notification", "code", "phone", "key", "token"):
        assert word("look", kind, language) in page.text
    drawings = page.all("svg")
    assert len(drawings) == 7
    assert all(each["role"] == "img" for each in drawings)


@pytest.mark.parametrize("language", list(Language))
def test_every_drawing_has_words_for_who_cannot_see_it(language: Language) -> None:
    source = site_with(sample_ways.EVERY).render("home", language, "/", sample_ways.home(NOW))
    for drawing in re.findall(r"<svg.*?</svg>", source, re.DOTALL):
        named = re.search(r'aria-labelledby="([^"]+)"', drawing)
        assert named is not None
        told = re.search(rf'<title id="{named.group(1)}">([^<]+)</title>', drawing)
        assert told is not None
        assert told.group(1).strip()


class _Styled(HTMLParser):
    found: list[str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style" or any(name == "style" for name, _ in attrs):
            self.found.append(tag)


def test_no_drawing_needs_a_style_that_the_policy_forbids() -> None:
    parser = _Styled()
    parser.found = []
    parser.feed(site_with(sample_ways.EVERY).render("home", Language.EN, "/", sample_ways.home(NOW)))

    assert parser.found == []


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("on", [WEBSITE_ONLY, sample_ways.EVERY - {Channel.FORM}, sample_ways.EVERY])
def test_the_first_page_offers_the_ways_that_are_on_and_no_other(
    on: frozenset[Channel], language: Language
) -> None:
    page = shown("home", sample_ways.home(NOW, on), language, on)

    assert {each for each in Channel if address(each) in links(page)} == on
    asked = [each for each in links(page) if each.startswith("/ways/choose/")]
    assert asked == [f"/ways/choose/{each.value.replace('_', '-')}" for each in situations(on)]
    for each in set(Channel) - on - {Channel.OFFICE}:  # the office is named in any case
        assert word("way", each, language) not in page.text
    assert ("/verify/link" in links(page)) == (Channel.IDENTITY_VERIFICATION in on)


def test_without_an_office_way_the_office_is_still_named() -> None:
    on = sample_ways.EVERY - {Channel.OFFICE}

    assert samples.SITE.office_en in shown("home", sample_ways.home(NOW, on), Language.EN, on).text


def test_the_first_page_says_how_long_each_way_takes_now() -> None:
    closed = shown("home", sample_ways.home(NOW), Language.EN).text
    opened = shown("home", sample_ways.home(OPENS), Language.EN).text

    assert closed.count("will be reviewed from Tue 24 Nov 2026, 9:00 JST") == 2
    assert "The next day they open is Tue 24 Nov 2026." in closed
    assert closed.count("At once, at any hour of any day.") == 1
    assert opened.count("The support desk is open now.") == 2
    assert "At once, while the office is open." in opened
    assert samples.SITE.office_hours_en in closed
    assert samples.SITE.office_hours_en in opened


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("on", [WEBSITE_ONLY, frozenset({Channel.OFFICE}), sample_ways.EVERY])
@pytest.mark.parametrize("situation", list(Situation))
def test_every_situation_ends_at_a_way_that_is_on(
    situation: Situation, on: frozenset[Channel], language: Language
) -> None:
    view = sample_ways.choice(situation, on)
    page = shown("way_choice", view, language, on)

    assert view.best is not None
    buttons = [each["href"] for each in page.all("a") if each.get("class") == "button"]
    assert address(view.best.channel) in buttons
    assert {each for each in Channel if address(each) in links(page)} <= on


@pytest.mark.parametrize("language", list(Language))
def test_a_forgotten_password_comes_first(language: Language) -> None:
    page = shown("way_choice", sample_ways.choice(Situation.FORGOT_PASSWORD), language)

    assert samples.SITE.password(language) in page.text
    assert samples.SITE.password_url(language) in links(page)
    assert page.text.index(samples.SITE.password(language)) < page.text.index(text("choice.best", language))


def test_a_password_procedure_that_is_not_told_leaves_no_empty_link() -> None:
    site = replace(samples.SITE, password_url_en="", password_en="")
    page = Reading(
        Pages(site).render("way_choice", Language.EN, "/", sample_ways.choice(Situation.FORGOT_PASSWORD))
    )

    assert "" not in links(page)


def test_who_linked_a_card_may_begin_with_it_without_a_password() -> None:
    on = sample_ways.EVERY - {Channel.IDENTITY_VERIFICATION}
    words = text("choice.password_card", Language.EN)

    assert words in shown("way_choice", sample_ways.choice(Situation.FORGOT_PASSWORD), Language.EN).text
    assert (
        words
        not in shown("way_choice", sample_ways.choice(Situation.FORGOT_PASSWORD, on), Language.EN, on).text
    )


@pytest.mark.parametrize("language", list(Language))
def test_the_card_needs_the_link_a_valid_certificate_the_app_and_both_pins(language: Language) -> None:
    page = shown("way", sample_ways.way(Channel.IDENTITY_VERIFICATION), language)

    assert text("card_needs.link", language, account=samples.SITE.account(language)) in page.text
    for key in ("card_needs.card", "card_needs.pins", "card_needs.pin_user", "card_needs.pin_text"):
        assert text(key, language) in page.text
    assert samples.SITE.card_app(language) in page.text
    assert "/verify/start?next=verify" in links(page)


@pytest.mark.parametrize("language", list(Language))
def test_the_form_says_that_it_needs_a_sign_in_and_what_it_is_for(language: Language) -> None:
    page = shown("way", sample_ways.way(Channel.FORM), language)

    assert text("way_form.sign_in", language) in page.text
    assert text("way_form.meant", language) in page.text
    assert samples.SITE.form_url in links(page)


def test_a_form_whose_address_is_not_set_has_no_button() -> None:
    site = replace(samples.SITE, form_url="")
    page = Reading(Pages(site).render("way", Language.EN, "/", sample_ways.way(Channel.FORM)))

    assert text("way_form.ask", Language.EN) in page.text
    assert "" not in links(page)


@pytest.mark.parametrize("language", list(Language))
def test_the_office_says_where_when_with_what_and_the_words_to_say(language: Language) -> None:
    page = shown("way", sample_ways.way(Channel.OFFICE), language)

    assert samples.SITE.office(language) in page.text
    assert samples.SITE.office_hours(language) in page.text
    assert text("way_office.card", language) in page.text
    assert text("way_office.words", Language.JA) in page.text, "the clerk hears Japanese"


@pytest.mark.parametrize("language", list(Language))
def test_the_website_says_what_to_have_and_where_to_begin(language: Language) -> None:
    page = shown("way", sample_ways.way(Channel.WEBSITE), language)

    for key in ("home.need_password", "home.need_card", "home.need_mail"):
        assert text(key, language) in page.text
    assert "/apply" in links(page)


@pytest.mark.parametrize("channel", list(Channel))
def test_the_page_of_a_way_leads_to_the_others(channel: Channel) -> None:
    page = shown("way", sample_ways.way(channel), Language.EN)

    assert {each for each in Channel if address(each) in links(page)} == set(Channel) - {channel}


@pytest.mark.parametrize("problem", [Problem.WAY_OFF, Problem.NOT_FOUND, Problem.SIGN_IN_CANCELLED])
def test_a_problem_names_the_ways_that_are_on(problem: Problem) -> None:
    on = frozenset({Channel.WEBSITE, Channel.OFFICE})
    page = shown("problem", ProblemView(404, problem), Language.EN, on)

    assert {each for each in Channel if address(each) in links(page)} == on


def test_staff_are_not_shown_the_ways_of_applicants() -> None:
    staff = PageSession("確認 花子", "staff")
    view = ProblemView(403, Problem.OWN_CASE)
    page = Reading(site_with(sample_ways.EVERY).render("problem", Language.EN, "/", view, staff))

    assert not [each for each in links(page) if each.startswith("/ways/")]


def test_the_application_form_names_the_other_ways() -> None:
    from tests.unit.presentation.sample_pages import apply_view

    page = shown("apply", apply_view(), Language.EN)

    assert {each for each in Channel if address(each) in links(page)} == set(Channel) - {Channel.WEBSITE}


def test_every_page_names_an_icon_that_is_served() -> None:
    page = shown("home", sample_ways.home(NOW), Language.EN)
    icons = [each["href"] for each in page.all("link") if each.get("rel") == "icon"]

    assert icons == ["/static/icon.svg"]
    found = static_file("icon.svg")
    assert found is not None
    assert found[1] == "image/svg+xml"
    assert b"<script" not in found[0]
