"""A service that is tried out says so in every mail: to people where to get help meanwhile, to staff that nothing is made."""

from dataclasses import replace

import pytest

from shared.domain.case_parts import PutOff
from shared.domain.kinds import Closing, Language
from shared.domain.mails import MailKind
from shared.domain.putting_off import TRIAL as TRIAL_WORD
from shared.domain.states import State
from shared.presentation.composer import BILINGUAL, STAFF_KINDS, Composer
from shared.presentation.pages import Pages
from shared.presentation.status import status_view
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


@pytest.mark.parametrize("composer", [TRIAL, Composer(samples.SITE)])
@pytest.mark.parametrize("language", Language)
def test_who_asked_in_the_trial_and_got_no_pass_is_not_told_that_they_were_late(
    composer: Composer, language: Language
) -> None:
    """The window of the case ran out, in the trial or after it: the mail says that no pass was made, and why."""
    case = replace(
        samples.in_state(State.EXPIRED), stop_as=Closing.EXPIRED, put_off=PutOff(TRIAL_WORD, samples.NOW)
    )
    mail = samples.owed(MailKind.CLOSED)
    for message in (composer.compose(mail, replace(case, language=language), samples.TOKENS),):
        assert text("closed.trial", language) in message.text
        assert text("closed.trial", language) in Reading(message.html).text
    never = composer.compose(mail, replace(case, language=language, put_off=None), samples.TOKENS)
    assert text("closed.trial", language) not in never.text
    page = Pages(samples.SITE).render(
        "application", language, "/a", status_view(case, (), (), attempts_left=5), None
    )
    assert text("closed.trial", language) in Reading(page).text
