"""Both languages say everything, and nothing is said that nobody reads."""

import re
import string
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from shared.domain import kinds
from shared.domain.accounts import MethodKind
from shared.domain.audit import Break
from shared.domain.counter_steps import CounterStep
from shared.domain.delivery import Delivery
from shared.domain.events import EventKind, Party
from shared.domain.flag_policy import Consequence
from shared.domain.freezing import FreezeReason
from shared.domain.mails import MailKind, MailState
from shared.domain.photo import PhotoDoubt
from shared.domain.staff import DecisionBar
from shared.domain.states import Mover, State
from shared.domain.ways import Situation
from shared.ports import NoticeKind
from shared.presentation import views
from shared.presentation.verify_views import VerifyFailure
from shared.presentation.views import APPLICANT_REQUESTS, FIELD_ERRORS
from shared.presentation.words import catalogue
from shared.services.link_card import LinkState
from shared.services.verify_card import Item

ROOM = Path(__file__).parents[2] / "shared" / "presentation"
PUBLIC_STATES = set(State) - {State.ATTENTION}
CARD_STATES = PUBLIC_STATES - {State.HELD, State.RETURNED}
"""An application by card waits for no opening and has no photo."""

LOOKS = {"notification", "code", "phone", "key", "token"}
"""Methods as people see them, each with a drawing on the first page."""

FAMILIES: dict[str, Iterable[StrEnum | str]] = {
    "access": {"photo", "directory", "slip", "review", "case", "audit", "export"},
    "asked": APPLICANT_REQUESTS,
    "attention": kinds.Attention,
    "attention_detail": kinds.Attention,
    "bar": DecisionBar,
    "break": Break,
    "break_detail": Break,
    "card_bar": kinds.CardBar,
    "card_kind": kinds.CardKind,
    "channel": kinds.Channel,
    "check": {*kinds.CardKind, "face", "valid"},
    "choice": views.Choice,
    "closing": kinds.Closing,
    "counter_bar": kinds.CounterBar,
    "counter_bar_next": kinds.CounterBar,
    "counter_next": CounterStep,
    "counter_reason": kinds.Reason,
    "counter_step": CounterStep,
    "deadline": {State.RETURNED, State.COOLING_OFF, State.APPROVED, State.ISSUED},
    "decided": kinds.DecisionKind,
    "decision": kinds.DecisionKind,
    "decision_at_counter": {kinds.DecisionKind.APPROVE, kinds.DecisionKind.REJECT},
    "decision_by_form": set(kinds.DecisionKind) - {kinds.DecisionKind.WRONG_DOCUMENT},
    "doubt": PhotoDoubt,
    "event": EventKind,
    "field": {
        "reason",
        "details",
        "language",
        "contact_email",
        "photo",
        "decision",
        "reason_code",
        "message",
        "choice",
        "account",
        "card",
    },
    "flag": kinds.Flag,
    "freeze_reason": FreezeReason,
    "freeze_turn": {"frozen", "free"},
    "flag_asks": Consequence,
    "flag_detail": kinds.Flag,
    "flag_do": kinds.Flag,
    "guard": kinds.Guard,
    "guard_detail": kinds.Guard,
    "language": kinds.Language,
    "look": LOOKS,
    "look_hint": LOOKS,
    "mail_about": MailKind,
    "delivery": {each for each in Delivery if each.failed},
    "mail_state": MailState,
    "method": MethodKind,
    "mover": Mover,
    "not_me_detail": views.Choice,
    "not_me_title": views.Choice,
    "now": PUBLIC_STATES,
    "now_form": {State.IN_REVIEW, State.RETURNED},
    "now_office": {State.IN_REVIEW, State.APPROVED},
    "owner_notice_lead": kinds.Channel,
    "owner_notice_next": kinds.Channel,
    "party": Party,
    "problem": {"until"},  # said by problem documents
    "picture_look": LOOKS,
    "problem_detail": views.Problem,
    "problem_next": views.Problem,
    "problem_title": views.Problem,
    "reason": kinds.Reason,
    "reason_code": kinds.ReasonCode,
    "role": kinds.Role,
    "service_lead": NoticeKind,
    "service_subject": NoticeKind,
    "situation": Situation,
    "situation_first": Situation,
    "situation_try": Situation,
    "slip_in": kinds.Language,
    "state": State,
    "lift_reason": kinds.LiftReason,
    "link_detail": LinkState,
    "link_title": LinkState,
    "verify_failed_detail": VerifyFailure,
    "verify_failed_next": VerifyFailure,
    "verify_failed_title": VerifyFailure,
    "verify_item": Item,
    "verify_now": CARD_STATES,
    "verify_say": {"gone", "conflict", "session", "old_browser", "again"},
    "verify_state": CARD_STATES,
    "way": kinds.Channel,
    "way_hint": kinds.Channel,
    "who": PUBLIC_STATES,
    **{f"error.{field}": codes for field, codes in FIELD_ERRORS.items()},
}

AS_PEOPLE_KNOW_IT = "verify_item.pass"
"""The choice is called as in the university's own identity verification service, whose guides people follow."""


def templates() -> str:
    found = [each for folder in ("pages", "mail") for each in (ROOM / folder).rglob("*.*")]
    return "\n".join(each.read_text("utf-8") for each in sorted(found))


def script_words(name: str = "pickup") -> set[str]:
    """The names of the texts that a page renders for the pickup script."""
    page = (ROOM / "pages" / f"{name}.html").read_text("utf-8")
    listed = re.search(r"for name in \[([^\]]*)\]", page)
    assert listed is not None
    return set(re.findall(r"'(\w+)'", listed.group(1)))


def used_keys() -> set[str]:
    literal = set(re.findall(r"\bt\('([a-z0-9_.]+)'", templates()))
    for keys in re.findall(r"for key in \[([^\]]*)\]", templates()):
        literal |= set(re.findall(r"'([^']+)'", keys))
    families = {f"{family}.{value}" for family, values in FAMILIES.items() for value in values}
    return literal | families | {f"pickup_say.{name}" for name in script_words()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", list(kinds.Language))
def test_every_key_that_is_used_has_a_text_and_every_text_is_used(language: kinds.Language) -> None:
    assert set(catalogue(language)) == used_keys()


def test_both_languages_have_the_same_placeholders() -> None:
    japanese, english = catalogue(kinds.Language.JA), catalogue(kinds.Language.EN)
    different = {key for key in japanese if placeholders(japanese[key]) != placeholders(english.get(key, ""))}
    assert not different


@pytest.mark.parametrize("language", list(kinds.Language))
def test_the_catalogue_is_clean(language: kinds.Language) -> None:
    path = ROOM / "locale" / language.value / "messages.po"
    with path.open("rb") as stream:
        read = read_po(stream, locale=language.value, abort_invalid=True)
    empty = [each.id for each in read if each.id and not str(each.string).strip()]
    fuzzy = [each.id for each in read if each.id and each.fuzzy]
    assert not empty
    assert not fuzzy
    assert not read.obsolete
    keys = re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), re.MULTILINE)
    assert len(keys) == len(set(keys)), "a key stands twice"


def test_families_are_looked_up_by_names_that_the_test_knows() -> None:
    called = set(re.findall(r"\bws?\('([a-z_]+)'", templates()))
    assert called - set(FAMILIES) == {"pickup_say"}


def test_the_script_says_only_what_the_page_renders() -> None:
    script = (ROOM / "static" / "pickup.js").read_text("utf-8")
    said = set(re.findall(r'(?:say|words|finish|Error)\((?:[^()"]*\? )?"([a-z_]+)"', script))
    said |= set(re.findall(r'return "([a-z_]+)"', script)) | set(
        re.findall(r'"([a-z_]+)" : "[a-z_]+"\)', script)
    )
    said |= set(re.findall(r'" : "([a-z_]+)"\)', script))
    assert said - {"blocked"} == script_words() == script_words("verify_issue")


def test_japanese_has_the_punctuation_of_the_university_s_pages() -> None:
    wrong = {key: text for key, text in catalogue(kinds.Language.JA).items() if re.search("[、。]", text)}
    assert not wrong


def test_english_is_english() -> None:
    japanese = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
    mixed = {key for key, text in catalogue(kinds.Language.EN).items() if japanese.search(text)}
    assert mixed == {"layout.other_language", "language.ja"}


def test_the_slips_of_the_original_pages_are_not_repeated() -> None:
    ours = {key: text for key, text in catalogue(kinds.Language.EN).items() if key != AS_PEOPLE_KNOW_IT}
    english = " ".join(ours.values()).casefold()
    assert "temporary access password" not in english
    assert "reregisteration" not in english
    assert "リセット" not in " ".join(catalogue(kinds.Language.JA).values())
