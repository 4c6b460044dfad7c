"""Account names as people type them at a counter, made into the one form that the directory knows (utokyo.md section 6)."""

import re
import unicodedata
from typing import Final

SHORT_NAME_DIGITS: Final = 10
"""The common ID on the University of Tokyo's cards; with the tenant's domain behind it, it is the account's name."""
_LONGEST: Final = (
    113  # a UPN: https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname
)
_UPN: Final = re.compile(r"[A-Za-z0-9.'_!#^~+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


def normalised_account(typed: str, tenant_domain: str) -> str:
    """The account's name (UPN, lower case) for what somebody typed; empty if it can be none.

    Full-width characters and spaces anywhere do no harm. Ten digits are completed with the tenant's domain; every other
    name must be whole.

    Args:
        typed: What was typed.
        tenant_domain: The domain of short names; empty: there are none.
    """
    plain = "".join(unicodedata.normalize("NFKC", typed).split())
    plain = "".join(each for each in plain if unicodedata.category(each) not in {"Cf", "Cc"})
    if plain.isascii() and plain.isdigit() and len(plain) == SHORT_NAME_DIGITS and tenant_domain:
        plain = f"{plain}@{tenant_domain}"
    if len(plain) > _LONGEST or not _UPN.fullmatch(plain):
        return ""
    return plain.lower()
