"""Verifies the ID token of an account's own fresh sign-in with MFA: the worker does not take the web's word for it.

``auth_time`` says when the person really signed in; a token renewed without asking them keeps the old one. It is an optional
claim of the registration: https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
"""

import asyncio
from datetime import datetime, timedelta

from shared.adapters.id_tokens import LEEWAY, IdTokens, IssuerUnavailableError, WrongTokenError
from shared.ports import UnavailableError

FRESH: timedelta = timedelta(minutes=10)
"""How long before the request the person must have signed in at most."""


class EntraFreshSignIns:
    """The port ``FreshSignIns``; its ``IdTokens`` must ask for the applicants' registration and an authentication context."""

    def __init__(self, tokens: IdTokens) -> None:
        self._tokens = tokens

    async def verify(self, token: str, *, stamped_at: datetime) -> str:
        """Object id of who signed in at most ten minutes before storage stamped the request (UTC, real time); empty if not.

        Raises:
            UnavailableError: the issuer's keys cannot be read: neither believed nor refused.
        """
        if not token:
            return ""
        try:
            found = await asyncio.to_thread(self._tokens.verify, token, at=stamped_at.timestamp())
        except WrongTokenError:
            return ""
        except IssuerUnavailableError as error:
            raise UnavailableError(f"verify a fresh sign-in: {error}") from error
        if found.auth_time is None:
            return ""
        age = stamped_at.timestamp() - found.auth_time
        return found.oid if -LEEWAY <= age <= FRESH.total_seconds() else ""


class NoFreshSignIns:
    """The port ``FreshSignIns`` where the card is no way in: nobody is believed."""

    async def verify(self, token: str, *, stamped_at: datetime) -> str:  # noqa: ARG002 - a port's shape
        """Nobody."""
        return ""
