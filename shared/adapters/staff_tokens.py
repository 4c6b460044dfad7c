"""Verifies the ID token that came along with a staff request: the worker does not take the web's word for it."""

import asyncio
from datetime import datetime

from shared.adapters.id_tokens import IdTokens, IssuerUnavailableError, WrongTokenError
from shared.domain.staff import StaffIdentity
from shared.ports import UnavailableError


class EntraStaffTokens:
    """The port ``StaffTokens``; its ``IdTokens`` must ask for the staff application and its authentication context."""

    def __init__(self, tokens: IdTokens) -> None:
        self._tokens = tokens

    async def verify(self, token: str, *, stamped_at: datetime) -> StaffIdentity | None:
        """Who asked, if the token was valid when storage stamped the request (UTC, real time); None otherwise.

        Raises:
            UnavailableError: the issuer's keys cannot be read: neither believed nor refused.
        """
        if not token:
            return None
        try:
            found = await asyncio.to_thread(self._tokens.verify, token, at=stamped_at.timestamp())
        except WrongTokenError:
            return None
        except IssuerUnavailableError as error:
            raise UnavailableError(f"verify a staff token: {error}") from error
        return StaffIdentity(found.oid, found.name, found.roles)
