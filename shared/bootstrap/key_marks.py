"""Marks of the keys in use: they tell one key from the next, so that the worker can say since when it signs with one."""

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.settings import Settings

_DIGITS = 12
"""48 bits of a keyed hash: two keys of one university differ in them, and no key can be told from them."""


def key_marks(settings: "Settings") -> dict[str, str]:
    """Setting and mark of each key of this process that can be rotated; the last one of a list is the one that signs."""
    lists = {"LINK_KEYS": settings.link_keys, "COOKIE_KEYS": settings.cookie_keys}
    return {name: _mark(keys[-1].get_secret_value()) for name, keys in lists.items() if keys}


def _mark(key: str) -> str:
    return hmac.new(key.encode(), b"mark of a key in use", sha256).hexdigest()[:_DIGITS]
