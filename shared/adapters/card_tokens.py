"""Verifies the card provider's ID token that came along with a request: the worker does not take the web's word for it."""

import asyncio
from datetime import datetime, timedelta

from shared.adapters.card_id_tokens import LEEWAY, CardIdTokens, CardProviderDownError, WrongCardTokenError
from shared.domain.card import CardIdentity, nonce_of
from shared.ports import UnavailableError


class ProviderCardTokens:
    """The port ``CardTokens``."""

    def __init__(self, tokens: CardIdTokens, *, counts_for: timedelta) -> None:
        """Set how long a verification counts, from when its token was made; the token's own life may be shorter."""
        self._tokens = tokens
        self._counts_for = counts_for

    async def verify(self, token: str, *, verification: str, stamped_at: datetime) -> CardIdentity | None:
        """Who the card says it is, if the token answers this verification and was young when storage stamped the request.

        ``stamped_at`` is UTC and real time. None for any other token.

        Raises:
            UnavailableError: the provider's keys cannot be read: neither believed nor refused.
        """
        if not token or not verification:
            return None
        try:
            found = await asyncio.to_thread(self._tokens.verify, token, nonce=nonce_of(verification))
        except WrongCardTokenError:
            return None
        except CardProviderDownError as error:
            raise UnavailableError(f"verify a card token: {error}") from error
        age = stamped_at.timestamp() - found.issued_at
        return found.identity if -LEEWAY <= age <= self._counts_for.total_seconds() else None


class NoCardTokens:
    """The port ``CardTokens`` where no provider is configured: no token is believed."""

    async def verify(self, token: str, *, verification: str, stamped_at: datetime) -> CardIdentity | None:  # noqa: ARG002 - a port's shape
        """Nobody."""
        return None
