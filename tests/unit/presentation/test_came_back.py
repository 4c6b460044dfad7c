"""Where a mail reached nobody, whoever can do something about it reads that: operators in their mail, reviewers on their page."""

from dataclasses import replace

import pytest

from shared.domain.kinds import Language
from shared.domain.mails import MailKind
from shared.domain.states import State
from shared.ports import LinkTokens
from shared.presentation.composer import Composer
from shared.presentation.pages import Pages
from shared.presentation.words import text, word
from tests.unit import people
from tests.unit.presentation import sample_pages, samples
from tests.unit.presentation.reading import Reading
from tests.unit.reaching import reach
from tests.unit.services.test_reports import comes_back

COMPOSER = Composer(samples.SITE)


async def test_an_alert_about_mail_that_came_back_says_which_one() -> None:
    """Nothing stands under "needs attention": the mail itself must say why it was written."""
    world, name = await reach(State.IN_REVIEW)
    for address in (people.OUTSIDE, people.OWN_MAILBOX):
        await comes_back(world, name, MailKind.OWNER_NOTICE, address)
    snapshot = world.snapshot(name)
    (alert,) = [
        each
        for each in snapshot.mails
        if each.kind is MailKind.OPERATOR_ALERT and each.to == people.OPERATORS[0]
    ]
    message = COMPOSER.digest(alert.to, [(alert, snapshot.application, LinkTokens())])
    for language in Language:
        what = word("mail_about", MailKind.OWNER_NOTICE, language)
        said = text("mail.came_back", language, what=what)
        assert said in message.text
        assert said in message.html
    other = COMPOSER.digest(alert.to, [(replace(alert, round=1), snapshot.application, LinkTokens())])
    assert text("mail.attention", Language.EN) not in other.text


@pytest.mark.parametrize("language", Language)
def test_a_reviewer_reads_that_the_notice_reached_nobody(language: Language) -> None:
    pages = sample_pages.pages()

    def said(name: str) -> bool:
        page, view, session = pages[name]
        source = Pages(samples.SITE).render(page, language, "/", view, session)
        return text("review.unheard", language) in Reading(source).text

    assert said("review_unheard")
    assert not said("review")
