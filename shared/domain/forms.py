"""A response to a Microsoft Form, read by the map of that form: what each question means is configuration, not code.

Questions have ids that differ from form to form, answers are texts in the form's own wording, several choices arrive as a
JSON list within a string. A question may be missing (its author deleted it) or unknown (its author added it): neither may
lose the person.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from shared.domain.kinds import Language, Reason

LONGEST_DETAILS: Final = 3_500
"""Characters of all that a response tells staff; more than a text field of Microsoft Forms holds is cut, never refused."""
_LONGEST_NOTE: Final = 500
_CUT: Final = "…"
_ACCOUNT: Final = re.compile(r"[a-z0-9'._!^~+-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_LONGEST_ADDRESS: Final = 254
_NOT_QUESTIONS: Final = frozenset({"responder", "submitDate"})
"""What "Get response details" gives beside the answers; names with ``@`` are the connector's own."""

type Answer = str | int | float | bool | list[str] | None


class FormField(StrEnum):
    """What a question is about."""

    REASON = "reason"
    DETAILS = "details"
    CONTACT_EMAIL = "contact_email"
    LANGUAGE = "language"
    NOTE = "note"
    IGNORE = "ignore"


@dataclass(frozen=True)
class Question:
    """One question of a form.

    Attributes:
        about: What it is about.
        label: What staff read before the answer; empty shows the question's id.
        answers: For ``REASON`` and ``LANGUAGE``: the form's own wording to our value.
    """

    about: FormField
    label: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """One form that may be answered.

    Attributes:
        domains: Lower-case domains whose accounts may answer it.
        language: Language of mails when no question asks for it.
        default_reason: Reason when no answer says one that is known.
        questions: Question id to its meaning.
    """

    domains: frozenset[str]
    language: Language
    default_reason: Reason
    questions: Mapping[str, Question]


@dataclass(frozen=True)
class Answered:
    """What a response says, in the fields of an application."""

    reason: Reason
    language: Language
    contact_email: str
    details: str


def responder_account(responder: str, domains: frozenset[str]) -> str:
    """The account name of a responder in one spelling; empty if it is none of ours.

    ``anonymous`` is what a form says that does not record names; a guest's name (``…#EXT#@…``) is refused too.
    """
    name = responder.strip().casefold()
    if not _ACCOUNT.fullmatch(name):
        return ""
    return name if name.rpartition("@")[2] in domains else ""


def read_answers(form: Form, answers: Mapping[str, Answer]) -> Answered:
    """Read a response: in the order of the form's own questions, then what it does not know.

    An answer that means nothing here (a reason in another wording, no e-mail address) becomes a note for staff.
    """
    reason, language, contact_email = form.default_reason, form.language, ""
    details: list[str] = []
    notes: list[str] = []
    for name, question in form.questions.items():
        given = texts_of(answers.get(name))
        said = ", ".join(given)
        known = next((question.answers[each] for each in given if each in question.answers), "")
        match question.about:
            case _ if not said:
                continue
            case FormField.IGNORE:
                continue
            case FormField.DETAILS:
                details.append(said)
            case FormField.REASON if known:
                reason = Reason(known)
            case FormField.LANGUAGE if known:
                language = Language(known)
            case FormField.CONTACT_EMAIL if is_address(said):
                contact_email = said
            case _:
                notes.append(_note(question.label or name, said))
    for name in sorted(answers):
        said = ", ".join(texts_of(answers[name]))
        if said and name not in form.questions and name not in _NOT_QUESTIONS and "@" not in name:
            notes.append(_note(name, said))
    return Answered(reason, language, contact_email, _cut("\n".join([*details, *notes]), LONGEST_DETAILS))


def is_address(text: str) -> bool:
    """Whether a text looks like an e-mail address."""
    return len(text) <= _LONGEST_ADDRESS and bool(_ADDRESS.fullmatch(text))


def texts_of(answer: Answer) -> list[str]:
    """The texts of an answer; several choices and files come as a JSON list within the string.

    Of a file its name is kept and not its address, which a reader might follow.
    """
    if answer is None or isinstance(answer, bool | int | float):
        return [] if answer is None else [str(answer)]
    if isinstance(answer, list):
        return _clean(answer)
    if answer.lstrip().startswith("["):
        try:
            inside = json.loads(answer)
        except (ValueError, RecursionError):
            return _clean([answer])
        if isinstance(inside, list):
            return _clean([_text_within(each) for each in inside])
    return _clean([answer])


def _text_within(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name", "")
    return value if isinstance(value, str) else ""


def _clean(texts: list[str]) -> list[str]:
    """Without control characters and space around; what remains of an empty text is nothing."""
    lines = (
        "".join(each for each in text if each in "\n\t" or unicodedata.category(each) != "Cc")
        for text in texts
    )
    return [line.strip() for line in lines if line.strip()]


def _note(label: str, said: str) -> str:
    return f"{_cut(label, 200)}: {_cut(said, _LONGEST_NOTE)}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - len(_CUT)] + _CUT
