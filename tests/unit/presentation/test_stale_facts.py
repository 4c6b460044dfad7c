"""No page offers what is closed at the moment, or tells as of now what was so before the review."""

from dataclasses import replace

import pytest

from shared.domain.case_parts import PutOff
from shared.domain.events import Event, EventKind, Party
from shared.domain.kinds import Attention, Language
from shared.domain.states import State
from shared.presentation.pages import Pages
from shared.presentation.status import prechecked_at, status_view
from shared.presentation.words import text
from tests.unit.presentation import sample_pages, samples
from tests.unit.presentation.reading import Reading
from tests.unit.presentation.samples import NOW, OPENS, application

PAGES = Pages(samples.SITE)
SAMPLES = sample_pages.pages()


def _reading(name: str, language: Language = Language.EN, *, frozen: bool = False) -> Reading:
    page, view, session = SAMPLES[name]
    return Reading(PAGES.render(page, language, f"/{page}", view, session, frozen=frozen))


def _hrefs(page: Reading) -> list[str]:
    return [each.get("href", "") for each in page.all("a")]


def test_methods_that_the_prechecks_saw_are_not_told_after_the_end_a_removal_or_a_no() -> None:
    before = application(State.IN_REVIEW)
    assert status_view(before, (), (), attempts_left=5).methods
    for later in (
        replace(before, removed=("phone",)),
        replace(before, state=State.ATTENTION, attention=Attention.CONTESTED, completed_at=NOW),
        replace(before, disowned=True),
    ):
        assert status_view(later, (), (), attempts_left=5).methods == ()


def test_a_contested_case_is_protected_until_somebody_lifts_it() -> None:
    contested = application(State.ATTENTION, disowned=True)
    assert status_view(contested, (), (), attempts_left=5).protected
    lifted = Event(EventKind.BLOCK_LIFTED, NOW, Party.OPERATOR, State.ATTENTION)
    assert not status_view(contested, (lifted,), (), attempts_left=5).protected


def test_a_contested_case_offers_the_office_only_and_no_withdrawal() -> None:
    page = _reading("application_contested")
    assert text("application.protected_now", Language.EN) in page.text
    assert [each for each in _hrefs(page) if each.startswith("/ways/")] == ["/ways/office"]
    assert not [each for each in page.all("form") if each["action"].endswith("/withdraw")]


@pytest.mark.parametrize("language", Language)
def test_a_blocked_page_offers_the_office_only_and_its_button_says_so(language: Language) -> None:
    page, view, session = SAMPLES["problem_account_blocked"]
    shown = Reading(PAGES.render(page, language, "/apply", replace(view, link="/ways/office"), session))  # type: ignore[type-var]
    assert [each for each in _hrefs(shown) if each.startswith("/ways/")] == ["/ways/office"]
    assert text("blocked.to_office", language) in shown.text
    assert text("problem.go_on", language) not in shown.text
    assert samples.SITE.office(language) in shown.text


def test_while_frozen_an_approved_case_has_no_button_to_collect() -> None:
    page = _reading("application_approved", frozen=True)
    assert text("application.frozen_now", Language.EN) in page.text
    assert not [each for each in page.all("a") if each.get("class") == "button"]
    assert text("application.frozen_not_told", Language.EN) in page.text
    assert text("application.frozen_now", Language.EN) not in _reading("application_approved").text


def test_who_asked_for_a_pass_while_frozen_is_written_to_and_need_not_ask() -> None:
    waiting = application(State.APPROVED, put_off=PutOff("frozen", NOW, None))
    assert status_view(waiting, (), (), attempts_left=5).waits_for_thaw
    page = _reading("application_waits_for_thaw")
    assert text("application.frozen_told", Language.EN) in page.text
    assert f"/pickup/{samples.ID}" not in _hrefs(page)


def test_prechecks_are_dated_for_an_operator() -> None:
    assert text("case.asked", Language.EN) in _reading("staff_case_asked").text
    assert "before the review" in _reading("staff_case_asked").text
    assert text("case.asked", Language.EN) not in _reading("staff_case").text
    assert text("review.checked_before", Language.EN) not in _reading("review").text
    events = [
        Event(EventKind.SUBMITTED, NOW, Party.APPLICANT, State.SUBMITTED),
        Event(EventKind.HELD, OPENS, Party.SYSTEM, State.HELD),
        Event(EventKind.REVIEW_OPENED, OPENS.replace(hour=23), Party.SYSTEM, State.IN_REVIEW),
    ]
    assert prechecked_at(events) == OPENS
    assert prechecked_at(events[:1]) is None
