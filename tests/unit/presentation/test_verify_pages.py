"""The pages of identity verification: the words people know, what each state offers, and what is never on them."""

from dataclasses import replace

import pytest

from shared.adapters.card_refusals import CardRefusal
from shared.domain.kinds import Guard, Language
from shared.domain.states import State
from shared.presentation.pages import Pages
from shared.presentation.verify_views import VerifyCardView, VerifyFailedView, VerifyFailure, VerifyIssueView
from shared.presentation.words import word
from shared.services.link_card import LinkState
from tests.unit.presentation import samples
from tests.unit.presentation.reading import Reading
from tests.unit.presentation.sample_verify_pages import ACCOUNT, OF_CARD, card_view, link_view

PAGES = Pages(samples.SITE)
REQUEST = {
    Language.EN: "Request to reset multi-factor authentication",
    Language.JA: "多要素認証の再設定を申請する",
}


def shown(page: str, view: object, language: Language = Language.EN) -> Reading:
    return Reading(PAGES.render(page, language, f"/{page}", view))


def links(page: Reading) -> list[str]:
    return [each["href"] for each in page.all("a") if "href" in each]


def actions(page: Reading) -> list[str]:
    return [each["action"] for each in page.all("form") if each["action"] != "/auth/sign-out"]


def test_the_words_are_those_of_the_university_s_own_service() -> None:
    issue = VerifyIssueView(("pass",), "key")
    assert "Verify identity with My Number Card" in shown("verify", None).text
    assert REQUEST[Language.EN] in shown("verify_card", card_view()).text
    assert REQUEST[Language.JA] in shown("verify_card", card_view(), Language.JA).text
    for said in ("Temporary access password (re-set MFA)", "Issue a password", "Password", "Copy"):
        assert said in shown("verify_issue", issue).text
    for said in (
        "発行したいものを選んでください",
        "一時アクセスパス（多要素認証の設定）",
        "パスワードを発行する",
    ):
        assert said in shown("verify_issue", issue, Language.JA).text
    ready = link_view(LinkState.READY)
    assert "Link your UTokyo Account and linked ID as described above" in shown("verify_link", ready).text
    linked = link_view(LinkState.LINKED)
    assert "上記の紐付けを解除する" in shown("verify_link", linked, Language.JA).text


def test_another_university_has_its_own_names() -> None:
    site = replace(
        samples.SITE, account_en="Campus ID", card_app_en="Other App", card_app_url="https://x.example/"
    )
    pages = Pages(site)
    before = Reading(pages.render("verify", Language.EN, "/verify", None))
    ready = pages.render("verify_link", Language.EN, "/verify/link", link_view(LinkState.READY))
    assert "Other App" in before.text
    assert "https://x.example/" in links(before)
    assert "Link your Campus ID and linked ID" in ready
    assert "UTokyo" not in before.text + Reading(ready).text


@pytest.mark.parametrize("language", list(Language))
def test_before_one_starts_everything_that_is_needed_is_named(language: Language) -> None:
    text = shown("verify", None, language).text
    needed = {
        Language.EN: ("earlier", "certificate", "Myna App", "Both 4-digit PINs", "municipal office"),
        Language.JA: ("あらかじめ", "利用者証明用電子証明書", "マイナアプリ", "2つの暗証番号", "市区町村"),
    }
    for each in needed[language]:
        assert each in text


@pytest.mark.parametrize("state", [None, *OF_CARD])
def test_a_request_is_offered_only_where_it_can_lead_to_something(state: State | None) -> None:
    page = shown("verify_card", card_view(state=state, reference="K7Q-3MP"))
    waits = {State.SUBMITTED, State.COOLING_OFF, State.IN_REVIEW, State.STOPPING}
    assert ("/verify/issue" in links(page)) == (state not in waits)
    assert ("/verify/registered" in actions(page)) == (state is State.ISSUED)


def test_a_verification_that_is_too_old_is_asked_for_once_more() -> None:
    page = shown("verify_card", card_view(counts=False))
    assert "/verify/issue" not in links(page)
    assert "/verify/start?next=verify" in links(page)
    assert "/verify/unlink" not in actions(page)


def test_who_has_just_finished_is_not_sent_to_begin_again() -> None:
    done = card_view(state=State.COMPLETED, reference="K7Q-3MP", counts=False)
    page = shown("verify_card", done)
    assert "/verify/issue" not in links(page)
    assert not [each for each in page.all("a") if each.get("class") == "button"]


@pytest.mark.parametrize(
    "view",
    [
        VerifyCardView("見本 太郎"),
        card_view(state=State.IN_REVIEW, reference="K7Q-3MP"),
        card_view(pass_from=samples.OPENS),
        card_view(young=True, usable_from=samples.OPENS),
    ],
)
def test_where_there_is_no_pass_now_the_other_ways_are_named(view: VerifyCardView) -> None:
    page = shown("verify_card", view)
    assert "/" in links(page)
    assert "Other ways" in page.text


def test_without_a_link_nothing_can_be_requested_or_removed() -> None:
    page = shown("verify_card", VerifyCardView("見本 太郎"))
    assert "/verify/issue" not in links(page)
    assert actions(page) == ["/verify/forget"]


def test_who_is_looked_at_does_not_learn_why() -> None:
    for language in Language:
        text = shown("verify_card", card_view(state=State.IN_REVIEW, reference="K7Q-3MP"), language).text
        for guard in Guard:
            assert word("guard", guard, language) not in text
            assert word("guard_detail", guard, language) not in text


def test_every_refusal_of_the_relying_party_has_its_words() -> None:
    assert {each.value for each in CardRefusal} <= {each.value for each in VerifyFailure}


@pytest.mark.parametrize("why", list(VerifyFailure))
def test_a_failed_verification_says_what_to_do_and_shows_nothing_of_an_account(why: VerifyFailure) -> None:
    page = shown("verify_failed", VerifyFailedView(why, "/verify/start?next=link"))
    assert word("verify_failed_next", why, Language.EN) in page.text
    assert "/verify/start?next=link" in links(page)
    assert ACCOUNT not in page.text
    assert ("Other ways" in page.text) == (why is not VerifyFailure.USED)


def test_a_second_item_is_one_more_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    known = word
    monkeypatch.setattr(
        "shared.presentation.words.word",
        lambda family, value, language: "New one" if value == "second" else known(family, value, language),
    )
    page = shown("verify_issue", VerifyIssueView(("pass", "second"), "key"))
    items = [each for each in page.all("input") if each.get("name") == "item"]
    assert [each["value"] for each in items] == ["pass", "second"]
    assert [each["value"] for each in items if "checked" in each] == ["pass"]
    assert "New one" in page.text


def test_without_javascript_another_device_and_the_office_are_named() -> None:
    for language in Language:
        source = PAGES.render("verify_issue", language, "/verify/issue", VerifyIssueView(("pass",), "key"))
        silent = source[source.index("<noscript>") : source.index("</noscript>")]
        assert samples.SITE.office(language) in silent
        assert {Language.EN: "another device", Language.JA: "別の端末"}[language] in silent


@pytest.mark.parametrize("state", list(LinkState))
def test_each_state_of_linking_offers_what_can_be_done(state: LinkState) -> None:
    page = shown("verify_link", link_view(state))
    expected = {
        LinkState.READY: ["/verify/link"],
        LinkState.LINKED: ["/verify/unlink"],
        LinkState.ACCOUNT_LINKED: ["/verify/unlink"],
    }
    assert actions(page) == expected.get(state, [])
    starts = state in {LinkState.SIGNED_IN, LinkState.NOT_MADE}
    assert ("/verify/start?next=link" in links(page)) == starts
    waits = [each for tag in ("p", "section") for each in page.all(tag) if "data-wait" in each]
    assert bool(waits) == (state in {LinkState.ASKED, LinkState.UNLINKING})


def test_nobody_unlinks_by_accident() -> None:
    for page in (shown("verify_card", card_view()), shown("verify_link", link_view(LinkState.LINKED))):
        box = next(each for each in page.all("input") if each.get("name") == "confirm")
        assert "checked" not in box
        assert "required" in box
