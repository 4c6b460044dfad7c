"""The auditor's pages: the first broken link is named in words, and nothing tells who the person is."""

import pytest

from shared.domain.audit import Break
from shared.domain.kinds import Language, Role
from shared.presentation import views
from shared.presentation.audit_views import AuditCaseView, AuditView
from shared.presentation.pages import Pages
from shared.presentation.words import text, word
from tests.unit.presentation import sample_audit
from tests.unit.presentation.reading import Reading
from tests.unit.presentation.samples import ID, NOW, SITE

PAGES = Pages(SITE)


def _shown(page: str, view: AuditView | AuditCaseView, language: Language = Language.EN) -> Reading:
    return Reading(PAGES.render(page, language, f"/{page}", view, sample_audit.AUDITOR))


def _links(page: Reading) -> set[str]:
    return {each["href"] for each in page.all("a")}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("what", list(Break))
def test_the_broken_link_is_named_on_both_pages(what: Break, language: Language) -> None:
    said = word("break", what, language)
    overview = _shown("audit", sample_audit.overview(sample_audit.verdict(what)), language)
    trail = _shown("audit_case", sample_audit.trail(what), language)

    for page in (overview, trail):
        assert said in page.text
        assert text("audit.event_number", language, number=2) in page.text
        assert text("audit.what_now", language) in page.text
    assert word("break_detail", what, language) in trail.text


def test_a_page_without_a_broken_link_says_so_and_does_not_alarm() -> None:
    page = _shown("audit", sample_audit.overview(sample_audit.verdict()))

    assert text("audit.sound", Language.EN) in page.text
    assert text("audit.what_now", Language.EN) not in page.text


def test_each_case_leads_to_its_trail_and_pages_lead_on() -> None:
    page = _shown("audit", sample_audit.overview(sample_audit.verdict(), page=2, pages=3))

    assert {f"/staff/audit/applications/{ID}", "/staff/audit?page=1", "/staff/audit?page=3"} <= _links(page)


def test_a_kept_hash_that_differs_is_seen_beside_its_event() -> None:
    page = _shown("audit_case", sample_audit.trail())

    assert text("audit.same", Language.EN) in page.text
    assert text("audit.other", Language.EN) in page.text


def test_only_auditors_are_led_to_the_audit_trail() -> None:
    reviewer = views.PageSession("r", "staff", frozenset({Role.REVIEWER.value}))
    view = sample_audit.overview(sample_audit.verdict())

    assert "/staff/audit" in _links(_shown("audit", view))
    other = Reading(PAGES.render("staff", Language.EN, "/staff", views.WorklistView((), NOW), reviewer))
    assert "/staff/audit" not in _links(other)
