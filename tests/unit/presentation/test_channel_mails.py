"""Each mail says in which way the application was made, and promises only where somebody looks."""

from dataclasses import replace

import pytest

from shared.domain.kinds import Channel, Language
from shared.domain.mails import MailKind
from shared.domain.states import State
from shared.ports import MailMessage
from shared.presentation.composer import STAFF_KINDS, Composer
from shared.presentation.words import text, word
from tests.unit.presentation import samples
from tests.unit.presentation.reading import Reading
from tests.unit.presentation.sample_ways import came_by

COMPOSER = Composer(samples.SITE)
CARD = Channel.IDENTITY_VERIFICATION
EVERY = [(kind, channel, language) for kind in MailKind for channel in Channel for language in Language]


def composed(
    kind: MailKind,
    channel: Channel,
    language: Language = Language.EN,
    state: State | None = None,
    **changes: object,
) -> MailMessage:
    usual = samples.mail_case(kind)
    case = came_by(
        channel, state or usual.state, language=language, pickup_until=usual.pickup_until, **changes
    )
    return COMPOSER.compose(samples.owed(kind), case, samples.TOKENS)


def both(message: MailMessage) -> tuple[str, str]:
    return (" ".join(message.text.split()), Reading(message.html).text)


@pytest.mark.parametrize(("kind", "channel", "language"), EVERY)
def test_every_mail_is_whole_in_every_way_in(kind: MailKind, channel: Channel, language: Language) -> None:
    message = composed(kind, channel, language)

    page = Reading(message.html)
    assert not page.unbalanced
    assert not page.open
    assert "EVIDENCE-TOKEN" not in message.text + message.html
    assert "\n\n\n" not in message.text
    if kind not in STAFF_KINDS:
        for part in both(message):
            assert word("channel", channel, language) in part


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("channel", list(Channel))
def test_the_owner_learns_the_way_and_what_it_means(channel: Channel, language: Language) -> None:
    message = composed(MailKind.OWNER_NOTICE, channel, language)

    for part in both(message):
        assert word("owner_notice_lead", channel, language) in part
        for other in set(Channel) - {channel}:
            assert word("owner_notice_lead", other, language) not in part


def test_a_review_is_promised_only_while_somebody_is_to_look() -> None:
    words = "We expect to have reviewed it by"

    assert words in composed(MailKind.OWNER_NOTICE, Channel.OFFICE).text
    for state in (State.APPROVED, State.COOLING_OFF):
        for channel in Channel:
            assert words not in composed(MailKind.OWNER_NOTICE, channel, state=state).text
    for channel in (Channel.OFFICE, CARD):
        assert words not in composed(MailKind.OWNER_NOTICE, channel, state=State.ATTENTION).text


@pytest.mark.parametrize("kind", [MailKind.OWNER_NOTICE, MailKind.RECEIPT])
@pytest.mark.parametrize("channel", [Channel.FORM, Channel.WEBSITE])
def test_a_parked_case_reads_like_one_in_review(kind: MailKind, channel: Channel) -> None:
    parked, reviewed = (composed(kind, channel, state=each) for each in (State.ATTENTION, State.IN_REVIEW))

    assert (parked.text, parked.html) == (reviewed.text, reviewed.html)


def test_the_owner_of_a_card_goes_on_in_the_browser_unless_staff_look_into_it() -> None:
    usual = composed(MailKind.OWNER_NOTICE, CARD, state=State.APPROVED).text
    parked = composed(MailKind.OWNER_NOTICE, CARD, state=State.ATTENTION).text

    assert word("owner_notice_next", CARD, Language.EN) in usual
    assert text("owner_notice.looked_into", Language.EN) in parked
    assert f"{samples.SITE.base_url}/" in parked


@pytest.mark.parametrize("language", list(Language))
def test_the_pickup_mail_of_a_counter_case_speaks_of_the_slip(language: Language) -> None:
    for part in both(composed(MailKind.PICKUP, Channel.OFFICE, language)):
        assert text("pickup_mail.lead_office", language) in part
        assert text("pickup_mail.slip", language, when="|").split("|")[0] in part
    for part in both(composed(MailKind.PICKUP, Channel.WEBSITE, language)):
        assert text("pickup_mail.lead", language) in part
        assert text("pickup_mail.slip", language, when="|").split("|")[0] not in part


def test_a_form_is_asked_for_a_first_photo_and_then_for_a_better_one() -> None:
    first = composed(MailKind.RETURNED, Channel.FORM)
    later = composed(MailKind.RETURNED, Channel.FORM, photo=samples.application().photo)

    assert "Please send a photo of your card" in first.subject
    assert text("returned.lead_form", Language.EN) in first.text
    assert "better photo" not in first.text
    assert "better photo" in later.subject


@pytest.mark.parametrize("language", list(Language))
def test_the_delay_of_a_young_link_is_not_laid_to_an_address_or_a_reviewer(language: Language) -> None:
    for part in both(composed(MailKind.COOLING_OFF, CARD, language)):
        assert text("cooling_off.lead_card", language) in part
        assert text("cooling_off.lead", language) not in part


def test_no_mail_of_a_case_by_card_carries_a_link_with_power() -> None:
    for kind in set(MailKind) - STAFF_KINDS - {MailKind.PICKUP}:
        message = composed(kind, CARD)
        assert "ACTION-TOKEN" not in message.text + message.html


def test_a_rejected_person_is_shown_every_other_way() -> None:
    for part in (composed(MailKind.REJECTED, Channel.FORM).text,):
        assert text("mail.all_ways", Language.EN) in part
        assert samples.SITE.office_en in part


def test_the_same_case_says_the_same_in_text_and_html() -> None:
    case = replace(came_by(Channel.OFFICE, State.APPROVED), language=Language.EN)
    message = COMPOSER.compose(samples.owed(MailKind.PICKUP), case, samples.TOKENS)

    assert "QR code on the slip" in message.text
    assert "QR code on the slip" in message.html
