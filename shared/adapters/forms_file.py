"""The forms of a JSON file (``FORMS_FILE``): read at first use, checked as a whole, and kept for the life of the process."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.domain.forms import Form, FormField, Question
from shared.domain.kinds import Language, Reason
from shared.ports import UnavailableError

_LOG = logging.getLogger(__name__)
_APP: Final = Path(__file__).resolve().parents[2]


class _QuestionEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    field: FormField
    label: str = ""
    answers: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _answers_are_ours(self) -> Self:
        kinds = {FormField.REASON: Reason, FormField.LANGUAGE: Language}
        if self.field not in kinds:
            if self.answers:
                raise ValueError("only questions of the fields reason and language have answers")
            return self
        known = [each.value for each in kinds[self.field]]
        if not self.answers or set(self.answers.values()) - set(known):
            raise ValueError(f"answers must map the form's wording to one of: {', '.join(known)}")
        return self


class _FormEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = ""
    language: Language = Language.JA
    default_reason: Reason = Reason.OTHER
    questions: Annotated[dict[str, _QuestionEntry], Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    forms: Annotated[dict[str, _FormEntry], Field(min_length=1)]


class FormsFileError(ValueError):
    """The file cannot be used; the text says where and why."""


class FormsFile:
    """The port ``Forms`` over a file. A file that was wrong is read again at the next call, so that mending it is enough."""

    def __init__(self, path: str, *, domains: Sequence[str]) -> None:
        """Read nothing yet.

        Args:
            path: The file; a relative path starts at the folder that holds ``function_app.py``.
            domains: Whose accounts may answer.
        """
        self._path = _APP / path
        self._domains = frozenset(each.casefold() for each in domains)
        self._forms: dict[str, Form] | None = None

    def find(self, form: str) -> Form | None:
        """The form of this id, None if the file does not name it.

        Raises:
            UnavailableError: the file cannot be used; a log line says where it is wrong.
        """
        if self._forms is None:
            try:
                self._forms = read_forms(self._path, self._domains)
            except FormsFileError as fault:
                _LOG.error("FORMS_FILE cannot be used: %s", fault)
                raise UnavailableError("read the map of the forms") from fault
        return self._forms.get(form)


def read_forms(path: Path, domains: frozenset[str]) -> dict[str, Form]:
    """The forms of a file.

    Raises:
        FormsFileError: it cannot be read, is no JSON, or says something that makes no sense; all places are named at once.
    """
    try:
        read = _File.model_validate(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise FormsFileError(f"it cannot be read ({type(error).__name__})") from error
    except ValidationError as error:
        raise FormsFileError(
            "; ".join(_place(each["loc"], each["msg"]) for each in error.errors())
        ) from error
    except ValueError as error:
        raise FormsFileError(f"it is no JSON: {error}") from error
    return {
        name: Form(
            domains=domains,
            language=entry.language,
            default_reason=entry.default_reason,
            questions={
                each: Question(question.field, question.label, question.answers)
                for each, question in entry.questions.items()
            },
        )
        for name, entry in read.forms.items()
    }


def _place(where: tuple[int | str, ...], what: str) -> str:
    return f"{'.'.join(map(str, where)) or 'the file'}: {what}"
