"""Every page in both languages: whole, accessible, escaped, and silent about what only staff may know."""

from dataclasses import replace

import pytest

from shared.domain.kinds import DecisionKind, Language
from shared.domain.states import State
from shared.presentation import views
from shared.presentation.pages import Pages
from shared.presentation.words import text, word
from tests.unit.presentation import sample_pages, samples
from tests.unit.presentation.reading import Reading

PAGES = Pages(samples.SITE)
SAMPLES = sample_pages.pages()
EVERY = [(name, language) for name in SAMPLES for language in Language]


def html(name: str, language: Language = Language.EN) -> str:
    page, view, session = SAMPLES[name]
    return PAGES.render(page, language, f"/{page}", view, session)


def reading(name: str, language: Language = Language.EN) -> Reading:
    return Reading(html(name, language))


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_page_is_whole_and_accessible(name: str, language: Language) -> None:
    page = reading(name, language)
    assert not page.unbalanced
    assert not page.open
    assert page.all("html") == [{"lang": language.value}]
    assert len(page.all("h1")) == 1
    assert page.all("a")[0] == {"class": "skip", "href": "#content"}
    assert len(page.all("main")) == 1
    ids = page.ids()
    assert len(ids) == len(set(ids))
    inside = [each["href"][1:] for each in page.all("a") if each.get("href", "").startswith("#")]
    described = [name for _, each in page.tags for name in each.get("aria-describedby", "").split()]
    labelled = [each["aria-labelledby"] for _, each in page.tags if "aria-labelledby" in each]
    labels = [each["for"] for each in page.all("label")]
    assert not {*inside, *described, *labelled, *labels} - set(ids)
    fields = [each for tag in ("input", "select", "textarea") for each in page.all(tag)]
    assert not [each for each in fields if each.get("type") != "hidden" and each.get("id") not in labels]
    assert all("alt" in each for each in page.all("img"))


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_page_names_the_support_desk_and_switches_language(name: str, language: Language) -> None:
    page = reading(name, language)
    other = Language.EN if language is Language.JA else Language.JA
    assert samples.SITE.support_name(language) in page.text
    assert samples.SITE.hours(language) in page.text
    assert f"tel:{samples.SITE.support_phone}" in [each.get("href") for each in page.all("a")]
    switches = [each for each in page.all("a") if each.get("class") == "switch"]
    assert [each["href"] for each in switches] == [f"/{SAMPLES[name][0]}?lang={other.value}"]
    assert switches[0]["lang"] == other.value


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_what_people_typed_is_shown_as_text(name: str, language: Language) -> None:
    source = html(name, language)
    assert "<script>" not in source
    scripted = {"pickup", "verify_issue", "verify_card", "verify_link"}
    assert len(Reading(source).all("script")) == (1 if SAMPLES[name][0] in scripted else 0)


def test_typed_text_comes_back_unchanged() -> None:
    page = reading("apply_wrong")
    assert samples.NASTY in page.text
    assert [each["value"] for each in page.all("input") if each.get("name") == "contact_email"] == [
        samples.NASTY
    ]


def test_the_language_switch_never_repeats_a_query() -> None:
    source = PAGES.render("signed_out", Language.EN, '/pickup/x?key=SECRET&a="b', None)
    assert "SECRET" not in source
    assert 'href="/pickup/x?lang=ja"' in source


def test_attention_looks_like_a_review_to_its_applicant() -> None:
    for language in Language:
        shown = html("application_attention", language)
        assert shown == html("application_in_review", language)
        assert word("state", State.ATTENTION, language) not in shown


@pytest.mark.parametrize("state", list(State))
def test_no_applicant_learns_the_name_of_a_reviewer_or_a_refused_guard(state: State) -> None:
    for language in Language:
        page = reading(f"application_{state}", language).text
        assert "確認 花子" not in page
        assert word("guard", "no_eligible_role", language) not in page


@pytest.mark.parametrize("state", list(State))
def test_the_status_page_says_who_moves_next(state: State) -> None:
    public = State.IN_REVIEW if state is State.ATTENTION else state
    for language in Language:
        assert word("who", public, language) in reading(f"application_{state}", language).text


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.HELD, "Tue 24 Nov 2026, 9:00 JST"),
        (State.IN_REVIEW, "Tue 24 Nov 2026, 13:00 JST"),
        (State.RETURNED, "Tue 24 Nov 2026, 13:00 JST"),
        (State.COOLING_OFF, "Tue 24 Nov 2026, 13:00 JST"),
        (State.APPROVED, "Tue 24 Nov 2026, 13:00 JST"),
        (State.ISSUED, "Tue 24 Nov 2026, 13:00 JST"),
    ],
)
def test_the_status_page_says_by_when(state: State, expected: str) -> None:
    assert expected in reading(f"application_{state}").text


def forms(name: str) -> list[str]:
    return [each["action"] for each in reading(name).all("form") if each["action"] != "/auth/sign-out"]


def test_each_state_offers_what_its_applicant_can_do() -> None:
    base = f"/applications/{samples.ID}"
    assert forms("application_held") == [f"{base}/withdraw"]
    assert forms("application_returned") == [f"{base}/photo", f"{base}/withdraw"]
    assert forms("application_issued") == [f"{base}/registered", f"{base}/trouble", f"{base}/withdraw"]
    for over in ("completed", "rejected", "cancelled", "expired", "stopping"):
        assert forms(f"application_{over}") == []
    for ready in ("approved", "issuing", "issued"):
        assert f"/pickup/{samples.ID}" in [
            each.get("href") for each in reading(f"application_{ready}").all("a")
        ]


def test_an_open_application_takes_the_place_of_the_form() -> None:
    assert forms("apply_open") == []
    assert f"/applications/{samples.ID}" in [each.get("href") for each in reading("apply_open").all("a")]


def test_the_second_try_of_a_photo_is_marked() -> None:
    hidden = {"type": "hidden", "name": "keep_doubts", "value": "on"}
    assert hidden in reading("apply_wrong").all("input")
    assert hidden not in reading("apply").all("input")


def test_errors_stand_at_the_top_and_at_their_field() -> None:
    page = reading("apply_wrong")
    assert page.text.count(word("error.details", "too_long", Language.EN)) == 2
    field = next(each for each in page.all("textarea") if each["id"] == "details")
    assert field["aria-describedby"] == "details-hint details-error"
    assert field["aria-invalid"] == "true"


@pytest.mark.parametrize("name", ["review", "not_me", "not_me_over"])
def test_nothing_is_chosen_beforehand(name: str) -> None:
    page = reading(name)
    assert not [each for each in page.all("input") if "checked" in each]
    assert not [each for each in page.all("option") if "selected" in each]


def test_a_barred_reviewer_sees_no_form() -> None:
    assert forms("review_barred") == []
    assert word("bar", "own_case", Language.EN) in reading("review_barred").text


def test_a_confirmation_is_asked_only_for_an_address_that_is_not_on_file() -> None:
    def asked(address: str) -> bool:
        view = views.ReviewView("TOKEN", samples.application(contact_email=address))
        return 'name="confirm_contact"' in PAGES.render("review", Language.EN, "/review", view)

    assert asked("new@private.example.com")
    assert not asked("TARO.Mihon@mail.example.com")
    assert not asked("")


def test_a_prior_choice_is_kept_after_an_error() -> None:
    chosen = [each["value"] for each in reading("review_wrong").all("input") if "checked" in each]
    assert chosen == [DecisionKind.RETURN.value]


def test_an_erased_photo_is_not_asked_for() -> None:
    assert reading("review_erased").all("img") == []
    assert reading("review_barred").all("img") == []
    assert [each["src"] for each in reading("review").all("img")] == ["/review/TOKEN/photo"]


@pytest.mark.parametrize("name", ["staff_case", "staff_attention"])
def test_only_an_operator_gets_buttons(name: str) -> None:
    assert forms(name)
    assert forms(f"{name}_read_only") == []


def test_a_contested_case_can_only_be_stopped() -> None:
    assert "/staff/applications/id-contested/stop" in forms("staff_attention")
    assert "/staff/applications/id-contested/run-again" not in forms("staff_attention")


def test_a_key_of_a_message_given_up_on_stays_one_part_of_the_path() -> None:
    assert "/staff/poison/review%3A1%2F2/retry" in forms("staff_attention")


def test_the_console_masks_addresses_of_mails_and_shows_no_evidence() -> None:
    source = html("staff_case")
    assert "taro.mihon@mail.example.com" not in source
    assert "EVIDENCE-TOKEN" not in source
    assert "t•••@m•••.com" in source


def test_an_owner_without_sign_in_sees_no_personal_data() -> None:
    page = reading("not_me").text
    for personal in ("見本 太郎", "0123456789", "private.example.com"):
        assert personal not in page


def test_without_javascript_the_pickup_page_names_the_office() -> None:
    for language in Language:
        source = html("pickup", language)
        silent = source[source.index("<noscript>") : source.index("</noscript>")]
        assert samples.SITE.office(language) in silent
        assert text("pickup.noscript", language) in silent


def test_the_pickup_page_hands_over_to_the_set_up() -> None:
    links = [each.get("href") for each in reading("pickup", Language.JA).all("a")]
    assert samples.SITE.security_info_url in links
    assert f"{samples.SITE.setup_guide_url_ja}#alternative" in links
    assert f"{samples.SITE.setup_guide_url_ja}#first" in links


def test_a_desk_without_telephone_is_named_without_one() -> None:
    site = replace(samples.SITE, support_phone="")
    assert "tel:" not in Pages(site).render("signed_out", Language.EN, "/", None)


def test_the_button_that_lifts_a_block_sends_what_its_page_shows() -> None:
    fields = [each for each in reading("staff_case_blocked").all("input") if each.get("name") == "seen"]
    assert [each["value"].split(",") for each in fields] == [[samples.ID, "other"]]


def test_the_console_says_which_mail_came_back_and_why() -> None:
    assert "came back: no such mailbox" in reading("staff_case").text
    assert "届かずに戻った: 宛先がありません" in reading("staff_case", Language.JA).text
