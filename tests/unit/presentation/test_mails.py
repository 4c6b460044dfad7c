"""Every mail in both languages: right links, nothing secret, nothing personal to staff, escaped."""

import re
from dataclasses import replace

import pytest

from shared.domain.card import LinkDeed, LinkRecord
from shared.domain.kinds import Language, Reason
from shared.domain.mails import MailKind
from shared.domain.states import State
from shared.ports import LinkTokens, MailComposer, MailMessage
from shared.presentation.composer import STAFF_KINDS, Composer
from shared.presentation.words import text
from tests.unit.presentation import samples
from tests.unit.presentation.reading import Reading

COMPOSER: MailComposer = Composer(samples.SITE)
EVERY = [(kind, language) for kind in MailKind for language in Language]
APPLICANT = [(kind, language) for kind, language in EVERY if kind not in STAFF_KINDS]
TOLD_OWNER = {
    MailKind.OWNER_NOTICE,
    MailKind.COOLING_OFF,
    MailKind.PICKUP,
    MailKind.PASS_ISSUED,
    MailKind.COMPLETED,
    MailKind.SLIP_PRINTED,
    MailKind.VERIFY_AGAIN,
}
BASE = samples.SITE.base_url


def composed(
    kind: MailKind,
    language: Language = Language.EN,
    tokens: LinkTokens = samples.TOKENS,
    *,
    with_link: bool = True,
    **changes: object,
) -> MailMessage:
    case = replace(samples.mail_case(kind), language=language, **changes)  # type: ignore[arg-type]
    return COMPOSER.compose(samples.owed(kind, with_link=with_link), case, tokens)


def both(message: MailMessage) -> str:
    return f"{message.subject}\n{message.text}\n{message.html}"


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_mail_is_whole(kind: MailKind, language: Language) -> None:
    message = composed(kind, language)
    assert message.to == "taro.mihon@mail.example.com"
    assert message.subject.strip() == message.subject != ""
    assert "\n" not in message.subject
    assert "K7Q-3MP" in message.subject
    page = Reading(message.html)
    assert not page.unbalanced
    assert not page.open
    assert page.all("html")[0]["lang"] in {language.value, "ja"}
    assert "\n\n\n" not in message.text
    assert not re.search(r"&(?:amp|lt|gt|#\d+);", message.text)
    for part in (message.text, page.text):
        assert samples.SITE.support_email in part


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_text_and_html_have_the_same_links(kind: MailKind, language: Language) -> None:
    message = composed(kind, language)
    linked = {each["href"] for each in Reading(message.html).all("a")} - {samples.SITE.support_url}
    written = set(re.findall(r"https://\S+", message.text)) - {samples.SITE.support_url}
    assert linked == written


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_nothing_secret_and_nothing_typed_becomes_markup(kind: MailKind, language: Language) -> None:
    message = composed(kind, language)
    assert "<script>" not in message.html
    for secret in ("c2VhbGVk", "pass-1", "photo-1", "subject-oid", "確認 花子"):
        assert secret not in both(message)


@pytest.mark.parametrize("language", list(Language))
def test_why_a_guard_refused_is_in_no_mail(language: Language) -> None:
    for kind in MailKind:
        message = composed(kind, language, guards=samples.refusing_guards())
        assert "no_eligible_role" not in both(message)
        assert "有効化できる" not in both(message)
        assert "could be activated" not in both(message)


@pytest.mark.parametrize("kind", sorted(STAFF_KINDS))
def test_mails_to_staff_are_bilingual_and_impersonal(kind: MailKind) -> None:
    message = both(composed(kind))
    assert samples.SITE.support_name_ja in message
    assert samples.SITE.support_name_en in message
    personal = ("見本 太郎", "0123456789", "taro@private.example.com", "工学部", "電車", Reason.LOST.value)
    assert not [each for each in personal if each in message]


@pytest.mark.parametrize(("kind", "language"), APPLICANT)
def test_the_way_to_say_not_me(kind: MailKind, language: Language) -> None:
    link = f"{BASE}/not-me/NOT-ME-TOKEN"
    message = composed(kind, language)
    expected = kind in TOLD_OWNER or kind is MailKind.CLOSED
    assert (link in message.text, link in message.html) == (expected, expected)


@pytest.mark.parametrize("kind", sorted(TOLD_OWNER))
def test_without_a_token_the_owner_is_told_whom_to_call(kind: MailKind) -> None:
    message = composed(kind, tokens=LinkTokens(action="ACTION-TOKEN"))
    assert "/not-me/" not in both(message)
    assert "Contact the support desk named below at once" in message.text


def test_the_pickup_mail_carries_the_key() -> None:
    link = f"{BASE}/pickup/{samples.ID}?key=ACTION-TOKEN"
    message = composed(MailKind.PICKUP)
    assert link in message.text
    assert link in [each["href"] for each in Reading(message.html).all("a")]


@pytest.mark.parametrize("language", list(Language))
def test_an_unproven_address_gets_no_key(language: Language) -> None:
    message = composed(MailKind.PICKUP, language, LinkTokens(), with_link=False)
    assert "/pickup/" not in both(message)
    assert "key=" not in both(message)


def test_an_unproven_address_gets_no_key_even_if_one_was_made() -> None:
    assert "ACTION-TOKEN" not in both(composed(MailKind.PICKUP, with_link=False))


def test_the_pickup_mail_says_until_when_and_recommends_several_methods() -> None:
    message = composed(MailKind.PICKUP)
    assert "Please collect it by Sun 29 Nov 2026, 9:00 JST." in message.text
    assert "Please register several methods." in message.text
    assert samples.SITE.security_info_url in message.text


def test_the_notice_says_when_a_held_review_begins() -> None:
    assert "on Tue 24 Nov 2026, 9:00 JST" in composed(MailKind.OWNER_NOTICE, state=State.HELD).text
    assert "outside opening hours" not in composed(MailKind.OWNER_NOTICE).text


def test_a_reviewer_s_message_is_quoted() -> None:
    for kind in (MailKind.RETURNED, MailKind.REJECTED):
        message = composed(kind)
        assert f"> {samples.NASTY}" in message.text
        assert samples.NASTY in Reading(message.html).text


def test_the_completed_mail_names_what_was_removed() -> None:
    assert "- Phone (SMS or call)" in composed(MailKind.COMPLETED).text
    assert "No old method was removed" in composed(MailKind.COMPLETED, removed=()).text


def test_the_completed_mail_says_when_an_old_method_could_not_be_removed() -> None:
    words = "could not be removed"
    assert words in composed(MailKind.COMPLETED, removed=("phone",), kept=1).text
    assert words not in composed(MailKind.COMPLETED, removed=("phone",)).text


def test_a_reference_cannot_break_the_subject() -> None:
    assert "\n" not in composed(MailKind.RECEIPT, reference="A\r\nBcc: x@example.com").subject


def test_a_digest_lists_each_case_with_its_own_link() -> None:
    cases = [
        (
            samples.owed(MailKind.REVIEW),
            replace(samples.application(), reference=f"REF-{number}"),
            LinkTokens(action=f"TOKEN-{number}"),
        )
        for number in range(3)
    ]
    message = COMPOSER.digest("staff@example.ac.jp", cases)
    assert message.to == "staff@example.ac.jp"
    assert "Please review 3 applications" in message.subject
    for number in range(3):
        assert f"== REF-{number} ==\n" in message.text
        assert f"{BASE}/review/TOKEN-{number}\n" in message.text


def test_the_most_pressing_case_gives_a_digest_its_subject() -> None:
    review = (samples.owed(MailKind.REVIEW), samples.application(), LinkTokens(action="REVIEW-TOKEN"))
    alert = (samples.owed(MailKind.OPERATOR_ALERT), samples.in_state(State.ATTENTION), LinkTokens())
    message = COMPOSER.digest("staff@example.ac.jp", [review, alert])
    assert "Action needed" in message.subject
    assert f"{BASE}/review/REVIEW-TOKEN" in message.text
    assert f"{BASE}/staff/applications/{samples.ID}" in message.text


def test_a_digest_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        COMPOSER.digest("staff@example.ac.jp", [])


def test_the_mail_about_the_card_leads_back_to_it_and_carries_no_link_with_power() -> None:
    message = composed(MailKind.VERIFY_AGAIN)
    assert f"{BASE}/verify\n" in message.text
    assert "Please collect it by Sun 29 Nov 2026, 9:00 JST." in message.text
    assert "ACTION-TOKEN" not in both(message)
    assert "/pickup/" not in both(message)


LINK_MAILS = [(deed, language) for deed in LinkDeed for language in Language]


def link_mail(deed: LinkDeed, language: Language = Language.EN) -> MailMessage:
    record = LinkRecord(deed, samples.ID, "subject-oid", "hash-of-the-card", samples.NOW)
    return COMPOSER.link_changed(
        "taro.mihon@mail.example.com", record, account="0123456789@utac.example.ac.jp", language=language
    )


@pytest.mark.parametrize(("deed", "language"), LINK_MAILS)
def test_a_mail_about_a_link_says_which_account_when_and_what_to_do(
    deed: LinkDeed, language: Language
) -> None:
    message = link_mail(deed, language)
    page = Reading(message.html)
    assert not page.unbalanced
    assert not page.open
    assert page.all("html")[0]["lang"] == language.value
    for part in (message.text, page.text):
        assert "0123456789@utac.example.ac.jp" in part
        assert "20:30" in part
        assert samples.SITE.support_email in part
        assert samples.SITE.support_phone in part
    for secret in ("hash-of-the-card", "subject-oid", samples.ID):
        assert secret not in both(message)
    linked = {each["href"] for each in page.all("a")} - {samples.SITE.support_url}
    assert linked == set(re.findall(r"https://\S+", message.text)) - {samples.SITE.support_url}
    assert linked == {f"{BASE}/verify/link"}


def second_part(message: MailMessage) -> tuple[str, str]:
    """What stands for the reader of the other language: in the text, and in the section of the HTML."""
    text = message.text.split("-" * 40)[1]
    section = re.search(r"<section lang=\"(?:ja|en)\">.*?</section>", message.html, re.DOTALL)
    assert section is not None
    return text, Reading(section[0]).text


HAPPENED = {
    MailKind.OWNER_NOTICE: ("owner_notice.subject", "owner_notice_lead.website", "20"),
    MailKind.PICKUP: ("pickup_mail.subject", "also.pickup", "24"),
    MailKind.PASS_ISSUED: ("pass_issued.subject", "pass_issued.lead", "24"),
    MailKind.COMPLETED: ("completed.subject", "also.completed", "24"),
    MailKind.SLIP_PRINTED: ("slip_printed.subject", "slip_printed.lead", "24"),
    MailKind.BLOCK_LIFTED: ("block_lifted.subject", "block_lifted.lead", "24"),
}
"""Kind: subject, what happened, and the day of November on which it did."""
WARNINGS = sorted(HAPPENED)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", WARNINGS)
def test_whoever_chose_the_language_the_owner_is_warned_in_both(kind: MailKind, language: Language) -> None:
    other = next(each for each in Language if each is not language)
    message = composed(kind, language)
    subject, happened, day = HAPPENED[kind]
    reference = samples.application().reference
    assert message.subject == f"{text(subject, language)} / {text(subject, other)} [{reference}]"
    assert f'<section lang="{other}">' in message.html
    assert f'<p lang="{other}"' in message.html
    written = {Language.EN: f"{day} Nov 2026", Language.JA: f"2026年11月{day}日"}[other]
    for whole, part in zip((message.text, Reading(message.html).text), second_part(message), strict=True):
        assert whole.index(text("also.below", other)) < whole.index(reference)
        for words in (text(happened, other), text("mail.not_me", other), written, reference):
            assert words in part
        assert text("mail.not_me", language) not in part


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", [each for each in WARNINGS if each in TOLD_OWNER])
def test_the_warning_in_the_other_language_has_the_same_link(kind: MailKind, language: Language) -> None:
    message = composed(kind, language)
    link = f"{BASE}/not-me/NOT-ME-TOKEN"
    assert message.text.count(link) == 2
    assert [each["href"] for each in Reading(message.html).all("a")].count(link) == 2
    assert link in second_part(message)[0]
    assert "ACTION-TOKEN" not in second_part(message)[0]


@pytest.mark.parametrize("kind", sorted(set(MailKind) - set(WARNINGS) - STAFF_KINDS))
def test_other_mails_are_in_the_chosen_language_only(kind: MailKind) -> None:
    message = composed(kind, Language.EN)
    assert "<section" not in message.html
    assert text("also.below", Language.JA) not in message.text


@pytest.mark.parametrize(("deed", "language"), LINK_MAILS)
def test_a_mail_about_a_link_warns_in_both_languages(deed: LinkDeed, language: Language) -> None:
    other = next(each for each in Language if each is not language)
    message = link_mail(deed, language)
    subject = f"card_{deed}.subject"
    assert message.subject == f"{text(subject, language)} / {text(subject, other)}"
    assert f'<section lang="{other}">' in message.html
    for part in second_part(message):
        for key in (f"card_{deed}.lead", f"card_{deed}.not_me"):
            assert text(key, other) in part
        assert "20:30" in part
        assert f"{BASE}/verify/link" in part


def test_a_mail_about_a_link_says_what_to_do_if_it_was_somebody_else() -> None:
    linked, unlinked = link_mail(LinkDeed.LINKED), link_mail(LinkDeed.UNLINKED)
    assert "== If this was not you ==" in linked.text
    assert "remove the link, change your password" in linked.text
    assert "== If this was not you ==" in unlinked.text
    assert "Contact the support desk named below at once" in unlinked.text
    assert linked.subject != unlinked.subject
