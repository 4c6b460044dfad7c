"""The port ``Forms``: the fake and the file say the same; a file that is wrong says where."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from local import configuration
from shared.adapters.forms_file import FormsFile, FormsFileError, read_forms
from shared.domain.forms import Form, FormField, Question
from shared.domain.kinds import Language, Reason
from shared.ports import Forms, UnavailableError
from tests.fakes.plain_forms import SAMPLE, PlainForms

DOMAINS = sorted(SAMPLE.domains)


def written(form: Form) -> dict[str, Any]:
    """A form as the file has it."""
    return {
        "language": form.language.value,
        "default_reason": form.default_reason.value,
        "questions": {
            name: {"field": each.about.value, "label": each.label, "answers": dict(each.answers)}
            for name, each in form.questions.items()
        },
    }


@pytest.fixture(params=["fake", "file"])
def forms(request: pytest.FixtureRequest, tmp_path: Path) -> Forms:
    if request.param == "fake":
        return PlainForms()
    path = tmp_path / "forms.json"
    path.write_text(json.dumps({"forms": {"form-1": written(SAMPLE)}}), "utf-8")
    return FormsFile(str(path), domains=[each.upper() for each in DOMAINS])


def test_a_form_is_found_by_its_id_alone(forms: Forms) -> None:
    assert forms.find("form-1") == SAMPLE
    for other in ("form-2", "", "FORM-1", "form-1 "):
        assert forms.find(other) is None


def test_the_local_form_can_be_used() -> None:
    (form,) = read_forms(configuration.FORMS_FILE, frozenset(DOMAINS)).values()
    assert (form.language, form.default_reason) == (Language.JA, Reason.SETUP_TROUBLE)
    assert {each.about for each in form.questions.values()} == set(FormField)


def test_what_a_file_leaves_out_has_a_default(tmp_path: Path) -> None:
    path = tmp_path / "forms.json"
    path.write_text('{"forms": {"f": {"questions": {"r1": {"field": "details"}}}}}', "utf-8")
    assert read_forms(path, frozenset()) == {
        "f": Form(frozenset(), Language.JA, Reason.OTHER, {"r1": Question(FormField.DETAILS)})
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is no JSON"),
        ("{", "it is no JSON"),
        ("[]", "the file: Input should be"),
        ("{}", "forms: Field required"),
        ('{"forms": {}}', "forms: Dictionary should have at least 1 item"),
        ('{"forms": {"f": {"questions": {}}}}', "forms.f.questions: Dictionary should have at least 1 item"),
        ('{"forms": {"f": {"questions": {"r1": {"field": "name"}}}}}', "forms.f.questions.r1.field: Input should be"),
        (
            '{"forms": {"f": {"questions": {"r1": {"field": "reason", "answers": {"x": "stolne"}}}}}}',
            "forms.f.questions.r1: Value error, answers must map the form's wording to one of: lost",
        ),
        (
            '{"forms": {"f": {"questions": {"r1": {"field": "reason"}}}}}',
            "forms.f.questions.r1: Value error, answers must map",
        ),
        (
            '{"forms": {"f": {"questions": {"r1": {"field": "note", "answers": {"x": "lost"}}}}}}',
            "forms.f.questions.r1: Value error, only questions of the fields reason and language have answers",
        ),
        ('{"forms": {"f": {"langauge": "ja", "questions": {"r1": {"field": "note"}}}}}', "forms.f.langauge: Extra"),
        ('{"forms": {"f": {"language": "fr", "questions": {"r1": {"field": "note"}}}}}', "forms.f.language: Input"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_says_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "forms.json"
    path.write_text(text, "utf-8")
    with pytest.raises(FormsFileError) as caught:
        read_forms(path, frozenset())
    assert says in str(caught.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "forms.json"
    path.write_text('{"forms": {"f": {"language": "fr", "questions": {"r1": {"field": "x"}}}}}', "utf-8")
    with pytest.raises(FormsFileError, match=r"forms\.f\.language.*forms\.f\.questions\.r1\.field"):
        read_forms(path, frozenset())


def test_a_mended_file_is_enough(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The flow is told to try again; the log says what to mend; no restart is needed."""
    path = tmp_path / "forms.json"
    forms = FormsFile(str(path), domains=DOMAINS)
    with caplog.at_level(logging.ERROR), pytest.raises(UnavailableError):
        forms.find("form-1")
    assert "FORMS_FILE cannot be used: it cannot be read (FileNotFoundError)" in caplog.text
    path.write_text(json.dumps({"forms": {"form-1": written(SAMPLE)}}), "utf-8")
    assert forms.find("form-1") == SAMPLE


def test_a_relative_path_starts_at_the_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    relative = configuration.FORMS_FILE.relative_to(configuration.FORMS_FILE.parents[1])
    assert FormsFile(str(relative), domains=DOMAINS).find("none") is None
