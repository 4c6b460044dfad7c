"""How a printed name is shown: its characters are the person's own; spaces and what cannot be seen are not."""

import pytest

from shared.adapters.card_id_tokens import LONGEST_NAME, shown_name


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("見本太郎", "見本太郎"),
        ("見本\u3000花子", "見本 花子"),
        ("  SAMPLE \t ANNE\n", "SAMPLE ANNE"),
        (
            "例田\U000e0101\u3000\ufa11\U00020bb7",
            "例田\U000e0101 \ufa11\U00020bb7",
        ),  # variants and rare characters stay
        ("シノ ミドリ", "シノ ミドリ"),
        ("見本\u202e太郎\u0000\u200b", "見本太郎"),  # neither direction marks nor control characters
        ("", ""),
        ("\u3000", ""),
    ],
)
def test_a_name_is_shown(printed: str, shown: str) -> None:
    assert shown_name(printed) == shown


def test_a_long_name_is_bounded() -> None:
    assert len(shown_name("寿" * 5000)) == LONGEST_NAME
