"""The lists of signing keys as the environment holds them: which signs, which only verify. Part of ``Settings``.

``old,next:new`` is the first step of changing a key without a pause: processes read their settings at different times (the
platform keeps what a reference to Key Vault said for up to 24 hours, and a restart alone does not surely ask anew,
https://learn.microsoft.com/azure/app-service/app-service-key-vault-references), so the new key is known everywhere before
anything is signed with it.
"""

from collections.abc import Sequence

COMING = "next:"
"""Before a key that verifies already and does not sign yet."""


def in_order(given: Sequence[str]) -> list[str]:
    """The keys of a list, the one that signs last; all of them verify.

    Raises:
        ValueError: there are keys and none of them signs.
    """
    keys = [each.strip() for each in given if each.strip()]
    coming = [each.removeprefix(COMING).strip() for each in keys if each.startswith(COMING)]
    signing = [each for each in keys if not each.startswith(COMING)]
    if coming and not signing:
        message = f"every key is marked {COMING} and none signs"
        raise ValueError(message)
    return [*coming, *signing]
