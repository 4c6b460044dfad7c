"""News of the whole service for its operators: one mail in both languages, apart from each other."""

from datetime import UTC, datetime

import pytest

from shared.domain.freezing import FreezeReason
from shared.domain.kinds import Language
from shared.ports.mail import Notice, NoticeKind
from shared.presentation.composer import Composer
from shared.presentation.words import text
from tests.unit.presentation import samples

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_blank_line_stands_between_the_languages(kind: NoticeKind) -> None:
    message = Composer(samples.SITE).service_notice(
        "operator@utac.example.ac.jp", Notice(kind, AT, reason=next(iter(FreezeReason)))
    )
    english = text(f"service_lead.{kind.value}", Language.EN)
    before, _, _ = message.text.partition(english)
    assert text(f"service_lead.{kind.value}", Language.JA) in before
    assert before.endswith("\n\n")


def test_the_owner_of_an_account_has_one_name_in_japanese() -> None:
    words = [text(key, Language.JA) for key in ("mail.disowned", "guard.not_blocked")]
    assert all("持ち主" in each and "所有者" not in each for each in words)


@pytest.mark.parametrize(("language", "word"), [(Language.JA, "履歴"), (Language.EN, "record")])
def test_the_privacy_page_says_that_the_history_of_a_link_stays(language: Language, word: str) -> None:
    assert word in text("privacy.link_kept", language)
