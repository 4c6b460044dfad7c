"""The map of one form, written down."""

from dataclasses import dataclass, field

from shared.domain.forms import Form, FormField, Question
from shared.domain.kinds import Language, Reason

SAMPLE = Form(
    domains=frozenset({"u.example"}),
    language=Language.JA,
    default_reason=Reason.SETUP_TROUBLE,
    questions={
        "q-reason": Question(FormField.REASON, "理由", {"機種変更": "replaced", "紛失": "lost"}),
        "q-details": Question(FormField.DETAILS),
        "q-mail": Question(FormField.CONTACT_EMAIL, "連絡先"),
        "q-language": Question(FormField.LANGUAGE, "言語", {"日本語": "ja", "English": "en"}),
        "q-methods": Question(FormField.NOTE, "使えない方法"),
        "q-consent": Question(FormField.IGNORE),
    },
)


@dataclass
class PlainForms:
    """The port ``Forms``: ``form-1`` is the sample."""

    forms: dict[str, Form] = field(default_factory=lambda: {"form-1": SAMPLE})

    def find(self, form: str) -> Form | None:
        """The form of this id."""
        return self.forms.get(form)
