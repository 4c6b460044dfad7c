"""Verifying a My Number Card: the relying party of the web, and the worker's check of what it proved."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.bootstrap.chosen import base_url, settings
from shared.bootstrap.visitors import http_session

if TYPE_CHECKING:
    from shared.adapters.card_id_tokens import CardIdTokens, CardKeys
    from shared.adapters.card_provider import CardProvider, CardVerified
    from shared.ports import CardTokens

_LOG = logging.getLogger(__name__)


def card_page() -> str:
    """Where the browser goes to verify a card: its origin is allowed as the target of our forms; empty if there is none."""
    return settings().verify_authorization_url


async def start_verification(verification: str) -> tuple[str, dict[str, str]]:
    """Begin a verification: the address to go to, and what the cookie ``verify`` must hold until the browser is back.

    Raises:
        UnavailableError: the provider does not answer.
    """
    from shared.adapters.card_refusals import CardRefusedError
    from shared.ports import UnavailableError

    try:
        return await _provider().start(verification)
    except CardRefusedError as error:
        raise UnavailableError(str(error)) from error


async def finish_verification(flow: Mapping[str, Any], query: Mapping[str, str]) -> "CardVerified | str":
    """End a verification: whose card it is, or the code of what went wrong (a ``CardRefusal``)."""
    from shared.adapters.card_refusals import CardRefusedError

    try:
        return await _provider().finish(flow, query)
    except CardRefusedError as error:
        _LOG.warning("verification refused: %s", error)
        return error.code.value


@cache
def card_tokens() -> "CardTokens":
    """Verifies the tokens of the card's provider; believes none where no provider is set."""
    from shared.adapters.card_tokens import NoCardTokens, ProviderCardTokens

    given = settings()
    if not given.verify_issuer:
        return NoCardTokens()
    return ProviderCardTokens(_id_tokens(), counts_for=timedelta(minutes=given.verify_minutes))


@cache
def _provider() -> "CardProvider":
    from shared.adapters.card_provider import CardClient, CardProvider

    given = settings()
    client = CardClient(
        client_id=given.verify_client_id,
        key=given.verify_client_key.get_secret_value(),
        redirect_uri=f"{base_url()}/verify/callback",
        authorization_url=given.verify_authorization_url,
        token_url=given.verify_token_url,
        scopes=given.verify_scopes,
        acr_values=given.verify_acr_values,
    )
    counts_for = timedelta(minutes=given.verify_minutes)
    return CardProvider(client, _id_tokens(), _keys(), http_session(), counts_for=counts_for)


@cache
def _keys() -> "CardKeys":
    from shared.adapters.card_id_tokens import CardKeys

    return CardKeys(settings().verify_keys_url, http_session())


@cache
def _id_tokens() -> "CardIdTokens":
    from shared.adapters.card_id_tokens import CardIdTokens

    given = settings()
    return CardIdTokens(
        _keys(),
        issuer=given.verify_issuer,
        client_id=given.verify_client_id,
        accepted=given.verify_acr_accepted,
        hash_key=given.link_hash_key.get_secret_value().encode(),
    )
