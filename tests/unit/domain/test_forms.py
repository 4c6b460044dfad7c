"""What a form's response says, whatever its author did to the form."""

import json

import pytest

from shared.domain.forms import LONGEST_DETAILS, Form, read_answers, responder_account
from shared.domain.kinds import Language, Reason
from tests.fakes.plain_forms import SAMPLE

OURS = frozenset({"example.ac.jp", "g.example.ac.jp"})


def details(**answers: object) -> str:
    return read_answers(SAMPLE, answers).details  # type: ignore[arg-type]  # what a flow may send


@pytest.mark.parametrize(
    ("responder", "account"),
    [
        ("student@example.ac.jp", "student@example.ac.jp"),
        (" Student@Example.AC.JP\n", "student@example.ac.jp"),
        ("o'neil.x_1@g.example.ac.jp", "o'neil.x_1@g.example.ac.jp"),
        ("anonymous", ""),
        ("", ""),
        ("student", ""),
        ("student@example.ac.jp.evil.example", ""),
        ("student@evil.example", ""),
        ("student@sub.example.ac.jp", ""),
        ("@example.ac.jp", ""),
        ("a@b@example.ac.jp", ""),
        ("a b@example.ac.jp", ""),
        ("guest_mail.example#EXT#@example.ac.jp", ""),
        ("student@example.ac.jp,other@example.ac.jp", ""),
        ("ｓtudent@example.ac.jp", ""),
        ("x" * 65 + "@example.ac.jp", ""),
    ],
)
def test_a_responder_is_an_account_of_ours_or_nobody(responder: str, account: str) -> None:
    assert responder_account(responder, OURS) == account


def test_without_domains_nobody_is_ours() -> None:
    assert responder_account("student@", frozenset({""})) == ""
    assert responder_account("student@example.ac.jp", frozenset()) == ""


def test_answers_are_read_by_the_form_s_own_wording_in_any_order() -> None:
    answers = {
        "q-language": "English",
        "q-mail": "me@mail.example",
        "q-details": "fell into the pond",
        "q-reason": "紛失",
        "q-consent": "yes",
    }
    said = read_answers(SAMPLE, answers)
    assert (said.reason, said.language, said.contact_email) == (Reason.LOST, Language.EN, "me@mail.example")
    assert said.details == "fell into the pond"
    assert read_answers(SAMPLE, dict(reversed(answers.items()))) == said


def test_a_form_without_answers_is_an_application_all_the_same() -> None:
    said = read_answers(SAMPLE, {})
    assert (said.reason, said.language, said.contact_email, said.details) == (
        Reason.SETUP_TROUBLE,
        Language.JA,
        "",
        "",
    )


def test_what_means_nothing_here_becomes_a_note_for_staff() -> None:
    assert details(**{"q-reason": "水没"}) == "理由: 水没"
    assert details(**{"q-mail": "call me"}) == "連絡先: call me"
    assert details(**{"q-language": "Français"}) == "言語: Français"
    assert details(**{"q-methods": "SMS"}) == "使えない方法: SMS"


def test_unknown_questions_are_kept_and_the_connector_s_own_names_are_not() -> None:
    answers = {
        "q-new": "理学部",
        "responder": "a@b",
        "submitDate": "today",
        "@odata.etag": "W/1",
        "q-empty": "",
    }
    assert details(**answers) == "q-new: 理学部"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ('["Microsoft Authenticator","SMS"]', "Microsoft Authenticator, SMS"),
        ('  ["SMS"]', "SMS"),
        ("[]", ""),
        (json.dumps([{"name": "card.jpg", "link": "https://evil.example/x"}]), "card.jpg"),
        ("[not json", "[not json"),
        ("[" * 100_000, None),
        (["SMS", " "], "SMS"),
        (7, "7"),
        (True, "True"),
        (None, ""),
        ("   ", ""),
        ("a\x00b\u200bc　d", "ab\u200bc　d"),
    ],
)
def test_answers_come_in_several_shapes(given: object, read: str | None) -> None:
    noted = details(**{"q-methods": given})
    assert (
        noted.startswith("使えない方法: [[[") if read is None else noted == (read and f"使えない方法: {read}")
    )


def test_of_several_choices_the_first_that_is_known_counts() -> None:
    assert read_answers(SAMPLE, {"q-reason": '["水没","機種変更","紛失"]'}).reason is Reason.REPLACED


def test_long_answers_are_cut_and_never_refused() -> None:
    said = read_answers(SAMPLE, {"q-details": "あ" * 50_000, "q-methods": "x" * 900, "q" * 900: "y"})
    assert len(said.details) == LONGEST_DETAILS
    assert said.details.endswith("…")
    short = details(**{"q-methods": "x" * 900, "q" * 900: "y"}).splitlines()
    assert [len(each) for each in short] == [len("使えない方法: ") + 500, 200 + len(": y")]


def test_the_person_s_own_words_come_before_the_notes() -> None:
    assert details(**{"q-methods": "SMS", "q-details": "words"}) == "words\n使えない方法: SMS"


def test_a_note_without_a_label_has_the_question_s_id() -> None:
    form = Form(SAMPLE.domains, SAMPLE.language, SAMPLE.default_reason, {})
    assert read_answers(form, {"r1": "x"}).details == "r1: x"
