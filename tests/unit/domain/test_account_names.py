import pytest

from shared.domain.account_names import normalised_account

DOMAIN = "utac.example.ac.jp"
WHOLE = f"0123456789@{DOMAIN}"


@pytest.mark.parametrize(
    "typed",
    [
        "0123456789",
        " 01234 56789 ",
        "０１２３４５６７８９",
        "０１２３４　５６７８９",
        "0123456789\u200b",
        WHOLE,
        WHOLE.upper(),
        "０１２３４５６７８９＠ＵＴＡＣ．ｅｘａｍｐｌｅ．ａｃ．ｊｐ",
        f"0123456789 @ {DOMAIN}",
    ],
)
def test_however_it_is_typed_it_is_the_same_account(typed: str) -> None:
    assert normalised_account(typed, DOMAIN) == WHOLE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "　",
        "123456789",
        "01234567890",
        "見本太郎",
        "taro",
        "a@b",
        "@",
        f"taro@{DOMAIN}@{DOMAIN}",
        "taro'; --",
        "٠١٢٣٤٥٦٧٨٩x",
        f"{'a' * 65}@{DOMAIN}",
        f"a@{'b' * 60}.{'c' * 60}.jp",
    ],
)
def test_what_can_be_no_account_is_nothing(typed: str) -> None:
    assert normalised_account(typed, DOMAIN) == ""


def test_other_accounts_of_the_tenant_are_typed_whole() -> None:
    guest = f"sotomi_partner.example.org#EXT#@{DOMAIN}"
    assert normalised_account(guest, DOMAIN) == guest.lower()
    assert normalised_account("o'neil.k@other.example.ac.jp", DOMAIN) == "o'neil.k@other.example.ac.jp"


def test_without_a_domain_digits_alone_name_nobody() -> None:
    assert normalised_account("0123456789", "") == ""
