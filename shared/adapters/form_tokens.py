"""Verifies the access token of the flow that sends form responses: the worker does not take the web's word for it."""

import asyncio
from datetime import datetime
from typing import Final

from shared.adapters.access_tokens import AccessTokens
from shared.adapters.id_tokens import IssuerUnavailableError, WrongTokenError
from shared.domain.callers import may_send_forms
from shared.ports import UnavailableError

_GRACE: Final = 60.0
"""Seconds by which the token may have run out when storage stamps what the door let in: nobody sends it a second time."""


class EntraFormTokens:
    """The port ``FormTokens``; its ``AccessTokens`` must ask for the service's API."""

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens

    async def verify(self, token: str, *, stamped_at: datetime) -> bool:
        """Whether it was an application's own token with the role, valid when storage stamped the request (UTC, real time).

        Raises:
            UnavailableError: the issuer's keys cannot be read: neither believed nor refused.
        """
        if not token:
            return False
        try:
            found = await asyncio.to_thread(
                self._tokens.verify, token, at=stamped_at.timestamp(), grace=_GRACE
            )
        except WrongTokenError:
            return False
        except IssuerUnavailableError as error:
            raise UnavailableError(f"verify a token of the form's flow: {error}") from error
        return may_send_forms(found)
