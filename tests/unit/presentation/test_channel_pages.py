"""What status page, review page and console say of a case that came in each of the ways."""

from dataclasses import replace

import pytest

from shared.domain.accounts import Method, MethodKind
from shared.domain.kinds import Channel, Language, Role
from shared.domain.states import State
from shared.presentation.pages import Pages
from shared.presentation.status import LOOKS_LIKE, status_view
from shared.presentation.views import CaseView, PageSession, ReviewView, StatusView
from shared.presentation.words import text, word
from tests.unit.presentation import sample_ways, samples
from tests.unit.presentation.reading import Reading
from tests.unit.presentation.sample_ways import came_by

PAGES = Pages(samples.SITE)
CARD = Channel.IDENTITY_VERIFICATION


def status(channel: Channel, state: State, language: Language = Language.EN) -> Reading:
    return Reading(PAGES.render("application", language, "/", sample_ways.status(channel, state)))


def review(channel: Channel, language: Language = Language.EN, **changes: object) -> Reading:
    view = ReviewView("TOKEN", replace(came_by(channel), **changes))  # type: ignore[arg-type]
    return Reading(PAGES.render("review", language, "/", view))


def console(channel: Channel, card_name: str = "") -> Reading:
    view = CaseView(came_by(channel), card_name=card_name)
    session = PageSession("確認 花子", "staff", frozenset({Role.REVIEWER.value}))
    return Reading(PAGES.render("staff_case", Language.EN, "/", view, session))


def links(page: Reading) -> list[str]:
    return [each.get("href", "") for each in page.all("a")]


@pytest.mark.parametrize("language", list(Language))
def test_nobody_is_told_of_a_photo_that_they_never_sent(language: Language) -> None:
    usual = word("now", State.IN_REVIEW, language)

    assert usual in status(Channel.WEBSITE, State.IN_REVIEW, language).text
    for channel in sample_ways.WITHOUT_PHOTO:
        assert usual not in status(channel, State.IN_REVIEW, language).text
    assert word("now_form", State.RETURNED, language) in status(Channel.FORM, State.RETURNED, language).text


@pytest.mark.parametrize("language", list(Language))
def test_who_was_at_the_counter_is_reminded_of_the_slip(language: Language) -> None:
    assert (
        word("now_office", State.APPROVED, language) in status(Channel.OFFICE, State.APPROVED, language).text
    )


@pytest.mark.parametrize("state", [State.APPROVED, State.ISSUED])
def test_a_pass_by_card_is_had_by_the_card_and_not_by_a_link(state: State) -> None:
    by_card, by_website = status(CARD, state), status(Channel.WEBSITE, state)

    assert "/verify" in links(by_card)
    assert f"/pickup/{samples.ID}" not in links(by_card)
    assert f"/pickup/{samples.ID}" in links(by_website)


def test_only_a_case_that_lives_by_mail_ends_for_want_of_an_address() -> None:
    def missing(channel: Channel) -> bool:
        case = came_by(channel, State.APPROVED, addresses=())
        return status_view(case, (), (), attempts_left=1).no_usable_address

    assert [each for each in Channel if missing(each)] == [Channel.FORM, Channel.WEBSITE]


@pytest.mark.parametrize("kind", [each for each in MethodKind if each.is_mfa])
def test_every_method_that_may_still_work_is_named_and_told_how_to_use(kind: MethodKind) -> None:
    case = came_by(
        Channel.WEBSITE, methods_seen=(Method(kind, "m1", label="…12" if kind == "phone" else ""),)
    )
    applicant = Reading(
        PAGES.render("application", Language.EN, "/", status_view(case, (), (), attempts_left=1))
    ).text
    reviewer = Reading(PAGES.render("review", Language.EN, "/", ReviewView("TOKEN", case))).text
    name = "Phone ending in 12" if kind is MethodKind.PHONE else word("method", kind, Language.EN)

    assert name in applicant
    assert word("look_hint", LOOKS_LIKE[kind], Language.EN) in applicant
    assert name in reviewer


def test_where_no_method_is_left_none_is_spoken_of() -> None:
    case = came_by(Channel.WEBSITE, methods_seen=(Method(MethodKind.EMAIL, "m1"),))
    view: StatusView = status_view(case, (), (), attempts_left=1)

    assert view.methods == ()
    assert (
        text("application.methods", Language.EN)
        not in Reading(PAGES.render("application", Language.EN, "/", view)).text
    )


@pytest.mark.parametrize("language", list(Language))
def test_a_reviewer_of_a_form_learns_what_the_sign_in_proved(language: Language) -> None:
    page = review(Channel.FORM, language)

    assert text("evidence.form_proves", language) in page.text
    assert text("evidence.form_notes", language) in page.text
    assert "0123456789@utac.example.ac.jp" in page.text
    assert page.all("img") == []
    assert text("review.compare_kind", language) not in page.text


def test_a_form_that_came_with_the_shared_key_alone_is_marked() -> None:
    assert text("evidence.form_key", Language.EN) in review(Channel.FORM, proof=None).text
    assert text("evidence.form_key", Language.EN) not in review(Channel.FORM).text


@pytest.mark.parametrize("language", list(Language))
def test_a_second_approver_sees_who_checked_what_at_the_counter(language: Language) -> None:
    page = review(Channel.OFFICE, language)

    assert "窓口 一郎" in page.text
    for check in ("student_card", "face", "valid"):
        assert word("check", check, language) in page.text
    assert text("evidence.office_second", language) in page.text


@pytest.mark.parametrize(
    ("channel", "offered"),
    [
        (Channel.WEBSITE, ["approve", "return", "wrong_document", "reject"]),
        (Channel.FORM, ["approve", "return", "reject"]),
        (Channel.OFFICE, ["approve", "reject"]),
    ],
)
def test_only_decisions_that_fit_the_evidence_are_offered(channel: Channel, offered: list[str]) -> None:
    found = [each["value"] for each in review(channel).all("input") if each.get("name") == "decision"]

    assert found == offered


def test_a_form_that_got_a_photo_is_reviewed_by_it() -> None:
    page = review(Channel.FORM, photo=samples.application().photo)

    assert [each["src"] for each in page.all("img")] == ["/review/TOKEN/photo"]


def test_the_console_shows_the_evidence_and_never_the_token() -> None:
    assert "窓口 一郎" in console(Channel.OFFICE).text
    assert text("evidence.form_proves", Language.EN) in console(Channel.FORM).text
    assert "MIHON TARO" in console(CARD, "MIHON TARO").text
    assert "linked" in console(CARD).text.casefold()
    for channel in Channel:
        assert "EVIDENCE-TOKEN" not in console(channel).text
