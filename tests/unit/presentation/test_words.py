"""Texts, dates, masks and files: small things that must be exactly right."""

import subprocess
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain.kinds import Language, Reason
from shared.presentation.dates import machine, spoken
from shared.presentation.masks import masked
from shared.presentation.static_files import static_file
from shared.presentation.words import UnknownTextError, text, word

TOKYO = ZoneInfo("Asia/Tokyo")
OPENING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def test_a_text_is_found_by_key_and_language() -> None:
    assert text("layout.sign_out", Language.EN) == "Sign out"
    assert text("layout.sign_out", Language.JA) == "サインアウト"


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(UnknownTextError, match="nowhere"):
        text("nowhere.at_all", Language.EN)


def test_a_placeholder_without_a_value_is_refused() -> None:
    with pytest.raises(UnknownTextError, match="name"):
        text("layout.signed_in_as", Language.EN)


def test_a_value_with_braces_is_not_a_placeholder() -> None:
    assert text("layout.signed_in_as", Language.EN, name="{x}") == "Signed in as {x}"


def test_a_word_of_a_vocabulary() -> None:
    assert word("reason", Reason.LOST, Language.EN) == "I lost my phone or device"


def test_times_name_their_zone() -> None:
    assert spoken(OPENING, Language.EN, TOKYO) == "Tue 24 Nov 2026, 9:00 JST"
    assert spoken(OPENING, Language.JA, TOKYO) == "2026年11月24日（火）9:00（日本時間）"


def test_another_university_s_zone_is_named_too() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert spoken(OPENING, Language.EN, berlin) == "Tue 24 Nov 2026, 1:00 CET"
    assert spoken(OPENING, Language.JA, berlin).endswith("1:00（中央ヨーロッパ時間）")


def test_the_machine_readable_time_has_its_offset() -> None:
    assert machine(OPENING) == "2026-11-24T00:00:00+00:00"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("taro@mail.example.com", "t•••@m•••.com"),
        ("a@localhost", "a•••@l•••"),
        ("not an address", "•••"),
        ("@example.com", "•••"),
        ("", "•••"),
    ],
)
def test_masks_show_little(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_static_files_are_an_allow_list() -> None:
    style = static_file("style.css")
    script = static_file("pickup.js")
    assert style is not None
    assert script is not None
    assert style[1].startswith("text/css")
    assert script[1].startswith("text/javascript")
    assert [static_file(name) for name in ("../views.py", "", "style.css/", "STYLE.CSS")] == [None] * 4


def test_importing_the_room_loads_neither_jinja_nor_babel() -> None:
    program = (
        "import sys, shared.presentation.pages, shared.presentation.composer, shared.presentation.status;"
        "print([name for name in ('jinja2', 'babel') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
