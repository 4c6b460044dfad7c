"""Verifying a My Number Card: the relying party of the web, and the worker's check of what it proved."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from shared.bootstrap.chosen import settings
from shared.bootstrap.visitors import http_session

if TYPE_CHECKING:
    from shared.adapters.card_id_tokens import CardIdTokens
    from shared.ports import CardTokens


@cache
def card_tokens() -> "CardTokens":
    """Verifies the tokens of the card's provider; believes none where no provider is set."""
    from shared.adapters.card_tokens import NoCardTokens, ProviderCardTokens

    given = settings()
    if not given.verify_issuer:
        return NoCardTokens()
    return ProviderCardTokens(_id_tokens(), counts_for=timedelta(minutes=given.verify_minutes))


@cache
def _id_tokens() -> "CardIdTokens":
    from shared.adapters.card_id_tokens import CardIdTokens, CardKeys

    given = settings()
    return CardIdTokens(
        CardKeys(given.verify_keys_url, http_session()),
        issuer=given.verify_issuer,
        client_id=given.verify_client_id,
        accepted=given.verify_acr_accepted,
        hash_key=given.link_hash_key.get_secret_value().encode(),
    )
