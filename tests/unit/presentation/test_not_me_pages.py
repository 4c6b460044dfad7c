"""What the owner reads before, after and long after a "no"."""

from dataclasses import replace

import pytest

from shared.domain.kinds import Closing, Language
from shared.domain.mails import MailKind
from shared.domain.states import State
from shared.presentation.composer import Composer
from shared.presentation.pages import Pages
from shared.presentation.words import text
from tests.unit.presentation import sample_pages, samples
from tests.unit.presentation.reading import Reading
from tests.unit.presentation.samples import in_state

PAGES = Pages(samples.SITE)
SAMPLES = sample_pages.pages()


def reading(name: str, language: Language = Language.EN) -> Reading:
    page, view, session = SAMPLES[name]
    return Reading(PAGES.render(page, language, f"/{page}", view, session))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ["not_me", "not_me_over"])
def test_before_a_no_the_page_says_that_only_the_office_is_left(name: str, language: Language) -> None:
    page = reading(name, language).text
    assert text("not_me.office_hint", language) in page
    assert text("not_me.unsure", language) in page


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ["not_me_done_not_mine", "not_me_said"])
def test_after_a_no_the_page_says_so_again(name: str, language: Language) -> None:
    page = reading(name, language).text
    assert text("not_me_done.protected", language) in page
    assert samples.SITE.office(language) in page


def test_a_no_that_was_lifted_promises_no_protection() -> None:
    page, view, _ = SAMPLES["not_me"]
    lifted = Reading(PAGES.render(page, Language.EN, "/not-me", replace(view, protects=False)))  # type: ignore[type-var]
    assert text("not_me.office_hint", Language.EN) not in lifted.text


def test_who_said_no_is_not_asked_again() -> None:
    page = reading("not_me_said")
    assert "You told us on" in page.text
    assert not page.all("form")
    assert not [each for each in page.all("input") if each.get("name") == "choice"]


def test_a_yes_to_what_is_over_does_not_promise_that_it_goes_on() -> None:
    page = reading("not_me_done_mine_over").text
    assert text("not_me_done.mine_over", Language.EN) in page
    assert text("not_me_detail.mine", Language.EN) not in page


@pytest.mark.parametrize("language", Language)
def test_the_mail_that_closes_the_case_says_that_only_the_office_is_left(language: Language) -> None:
    closed = replace(in_state(State.CANCELLED), stop_as=Closing.NOT_ME, language=language)
    mail = Composer(samples.SITE).compose(samples.owed(MailKind.CLOSED), closed, samples.TOKENS)
    for each in (mail.text, Reading(mail.html).text):
        assert text("not_me_done.protected", language) in " ".join(each.split())
        assert samples.SITE.office(language) in " ".join(each.split())
