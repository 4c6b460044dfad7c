"""Flags on the pages of staff: what each means, what is known, what to do, what it asks for; the mail says how many there are."""

import pytest

from shared.domain.flag_policy import Consequence, explained
from shared.domain.kinds import Channel, Flag, Language, ReasonCode
from shared.domain.mails import MailKind
from shared.presentation import views
from shared.presentation.composer import Composer
from shared.presentation.pages import Pages
from shared.presentation.words import text, word
from tests.unit.presentation import sample_flags, samples
from tests.unit.presentation.reading import Reading
from tests.unit.presentation.sample_flags import RULES, flagged, review
from tests.unit.presentation.sample_ways import came_by

PAGES = Pages(samples.SITE)
OTHER = "0G4H-NCRR"


def shown(name: str, language: Language = Language.EN) -> Reading:
    page, view, session = sample_flags.pages()[name]
    return Reading(PAGES.render(page, language, f"/{page}", view, session))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", ["review_office_only", "staff_case_flags"])
def test_every_flag_is_explained_with_what_to_do(name: str, language: Language) -> None:
    page = shown(name, language)
    for flag in Flag:
        for family in ("flag", "flag_detail", "flag_do"):
            assert word(family, flag, language) in page.text
    for asked in Consequence:
        assert word("flag_asks", asked, language) in page.text


def test_what_is_known_is_told_with_a_way_to_the_other_application() -> None:
    page = shown("review_office_only")
    assert "Number: 2." in page.text
    assert "Latest: Fri 20 Nov 2026, 20:30 JST." in page.text
    assert f"/staff/applications/{sample_flags.OTHERS[0]}" in [each.get("href") for each in page.all("a")]


def test_a_reviewer_who_may_not_approve_is_offered_the_office_and_nothing_else() -> None:
    page = shown("review_office_only")
    choices = [each for each in page.all("input") if each.get("name") == "decision"]
    assert [(each["value"], "checked" in each) for each in choices] == [("reject", True)]
    chosen = [each["value"] for each in page.all("option") if "selected" in each]
    assert chosen == [ReasonCode.USE_OFFICE.value]
    assert text("review.office_only", Language.EN) in page.text
    assert not [each for each in page.all("input") if each.get("name") == "confirm_contact"]


def test_with_other_flags_everything_is_offered() -> None:
    page = shown("review_flags")
    values = [each["value"] for each in page.all("input") if each.get("name") == "decision"]
    assert values == ["approve", "return", "wrong_document", "reject"]
    assert text("review.office_only", Language.EN) not in page.text


def test_the_clerk_is_told_why_a_reviewer_is_asked_too() -> None:
    page = shown("office_case_flags")
    assert word("flag", Flag.EARLIER_CONTEST, Language.EN) in page.text
    assert word("flag_asks", Consequence.SECOND_APPROVER, Language.EN) in page.text
    assert word("flag_do", Flag.EARLIER_CONTEST, Language.EN) not in page.text


def test_by_card_a_flag_asks_for_nothing() -> None:
    case = flagged(Flag.RECENT_PASSWORD_CHANGE, case=came_by(Channel.IDENTITY_VERIFICATION))
    view = views.CaseView(case, flags=explained(case, RULES))
    page = Reading(PAGES.render("staff_case", Language.EN, "/", view, sample_flags.STAFF))
    assert word("flag_do", Flag.RECENT_PASSWORD_CHANGE, Language.EN) in page.text
    assert not [each for each in Consequence if word("flag_asks", each, Language.EN) in page.text]


def test_the_mail_to_reviewers_only_says_how_many_there_are() -> None:
    message = Composer(samples.SITE).compose(samples.owed(MailKind.REVIEW), flagged(*Flag), samples.TOKENS)
    for part in (message.text, Reading(message.html).text):
        assert f"Flags: {len(Flag)}" in " ".join(part.split()).replace(" :", ":")
        assert not [each for each in Flag if word("flag", each, Language.EN) in part]
        assert sample_flags.OTHERS[0] not in part


def test_a_case_without_flags_says_so() -> None:
    case = flagged()
    page = Reading(PAGES.render("review", Language.EN, "/", review(case), sample_flags.STAFF))
    assert text("review.no_flags", Language.EN) in page.text
