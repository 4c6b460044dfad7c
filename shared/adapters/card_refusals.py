"""What can come of a verification that did not succeed, and how the provider's errors are read.

Which ``error`` the card's provider sends is published nowhere: it is read leniently, and an unknown one is a plain refusal.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

_LONGEST_READ: Final = 2_000


class CardRefusal(StrEnum):
    """Why a verification did not succeed; each has its own words on the page."""

    CANCELLED = "cancelled"
    CARD_UNREADABLE = "card_unreadable"
    CERTIFICATE_EXPIRED = "certificate_expired"
    PIN_LOCKED = "pin_locked"
    EXPIRED_FLOW = "expired_flow"
    WRONG_TOKEN = "wrong_token"  # noqa: S105 - a word, not a secret
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"


_BY_HINT: Final = (
    (CardRefusal.PIN_LOCKED, ("locked", "ロック")),
    (CardRefusal.CERTIFICATE_EXPIRED, ("certificate", "revoked", "証明書", "失効")),
    (CardRefusal.CARD_UNREADABLE, ("card", "nfc", "カード", "読み取")),
    (
        CardRefusal.EXPIRED_FLOW,
        ("timeout", "timed_out", "timed out", "expired", "時間切れ", "タイムアウト", "期限"),
    ),
    (CardRefusal.CANCELLED, ("cancel", "denied", "abort", "中止", "キャンセル", "拒否")),
)
"""Words in ``error`` or ``error_description``, the most telling first: helps the person, decides nothing."""
_BY_ERROR: Final = {
    "server_error": CardRefusal.UNAVAILABLE,
    "temporarily_unavailable": CardRefusal.UNAVAILABLE,
    "interaction_required": CardRefusal.CANCELLED,
    "login_required": CardRefusal.CANCELLED,
    "consent_required": CardRefusal.CANCELLED,
    "access_denied": CardRefusal.CANCELLED,
}
"""By RFC 6749 section 4.1.2.1 and OpenID Connect Core 1.0 section 3.1.2.6."""
_BY_TOKEN_ERROR: Final = {
    "invalid_grant": CardRefusal.EXPIRED_FLOW,  # the code ran out or was used: Back and Reload do that
    "server_error": CardRefusal.UNAVAILABLE,
    "temporarily_unavailable": CardRefusal.UNAVAILABLE,
}
"""By RFC 6749 section 5.2; anything else is the provider's trouble or our registration's."""


class CardRefusedError(Exception):
    """A verification that did not succeed. The text never holds what was sent."""

    def __init__(self, code: CardRefusal, fault: str = "") -> None:
        """Keep the code for the page and a static word for the log."""
        super().__init__(f"{code.value} {fault}".strip())
        self.code = code
        self.fault = fault


def meaning_of(query: Mapping[str, str]) -> CardRefusal:
    """What an error sent to our callback tells the person."""
    error = query.get("error", "").casefold()
    if _BY_ERROR.get(error) is CardRefusal.UNAVAILABLE:
        return CardRefusal.UNAVAILABLE
    said = f"{error} {query.get('error_description', '')}".casefold()[:_LONGEST_READ]
    for meaning, words in _BY_HINT:
        if any(word in said for word in words):
            return meaning
    return _BY_ERROR.get(error, CardRefusal.REFUSED)


def meaning_of_token_error(error: str) -> CardRefusal:
    """What an error of the token endpoint tells the person."""
    return _BY_TOKEN_ERROR.get(error, CardRefusal.REFUSED)
