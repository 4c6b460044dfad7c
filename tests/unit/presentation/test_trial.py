"""A service that is tried out says so in every mail: to people where to get help meanwhile, to staff that nothing is made."""

from dataclasses import replace

import pytest

from shared.domain.kinds import Language
from shared.domain.mails import MailKind
from shared.presentation.composer import BILINGUAL, STAFF_KINDS, Composer
from shared.presentation.words import text
from tests.unit.presentation import samples
from tests.unit.presentation.reading import Reading

TRIAL = Composer(replace(samples.SITE, trial=True))


def _said(composer: Composer, kind: MailKind, language: Language) -> tuple[str, str]:
    case = replace(samples.mail_case(kind), language=language)
    message = composer.compose(samples.owed(kind), case, samples.TOKENS)
    return message.text, Reading(message.html).text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", sorted(set(MailKind) - STAFF_KINDS))
def test_a_mail_to_a_person_says_whom_to_ask_meanwhile(kind: MailKind, language: Language) -> None:
    wanted = set(Language) if kind.value in BILINGUAL else {language}
    for said in _said(TRIAL, kind, language):
        for each in Language:
            assert (text("trial.mail", each) in said) is (each in wanted)
        assert samples.SITE.support_email in said


@pytest.mark.parametrize("kind", sorted(STAFF_KINDS))
def test_a_mail_to_staff_says_in_both_languages_that_nothing_is_made(kind: MailKind) -> None:
    for said in _said(TRIAL, kind, Language.JA):
        for each in Language:
            assert text("trial.staff", each) in said
            assert text("trial.mail", each) not in said


@pytest.mark.parametrize("kind", MailKind)
def test_otherwise_no_mail_says_so(kind: MailKind) -> None:
    for said in _said(Composer(samples.SITE), kind, Language.EN):
        assert text("trial.mail", Language.EN) not in said
        assert text("trial.staff", Language.EN) not in said
