"""A harmless call to Entra ID that shows whether it takes web's identity for a registration: a token for nobody, thrown away.

It is the client credentials grant with the identity's token in place of a secret
(https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, "Third case"). The registrations hold no
application permission, so the token opens nothing. Which user may sign in, by which policy, is not seen by it.
"""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from shared.adapters.id_tokens import IssuerUnavailableError
from shared.adapters.identity_proof import IdentityUnavailableError
from shared.ports import ForbiddenError, UnavailableError

if TYPE_CHECKING:
    from shared.adapters.id_tokens import Issuer
    from shared.domain.health import SignInAs

_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TRANSIENT: Final = frozenset({"temporarily_unavailable", "server_error"})
_REFUSED: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class EntraCalls:
    """The port ``SignInProbe``."""

    def __init__(
        self, issuer: "Issuer", proof: Callable[[], str], client_ids: "Mapping[SignInAs, str]", *, scope: str
    ) -> None:
        """Reach nothing yet.

        Args:
            issuer: The tenant's issuer.
            proof: Makes a token of the identity; raises ``IdentityUnavailableError``.
            client_ids: Client id of each registration.
            scope: For what the token is: a resource of the tenant and ``/.default``.
        """
        self._issuer = issuer
        self._proof = proof
        self._client_ids = dict(client_ids)
        self._scope = scope

    async def ask(self, registration: "SignInAs") -> None:
        """Prove it, for nobody.

        Raises:
            ForbiddenError: Entra does not believe it.
            UnavailableError: no token of the identity, or no usable answer.
        """
        status, error = await asyncio.to_thread(self._answer, self._client_ids[registration])
        if status in _REFUSED and error not in _TRANSIENT:
            raise ForbiddenError("sign-in: refused")
        if status != HTTPStatus.OK:
            raise UnavailableError("sign-in: no usable answer")

    def _answer(self, client_id: str) -> tuple[int, str]:
        """The status, and the code of an error (RFC 6749 section 5.2)."""
        import requests

        try:
            form = {
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_assertion_type": _ASSERTION,
                "client_assertion": self._proof(),
                "scope": self._scope,
            }
            address = self._issuer.endpoint("token_endpoint")
            answer = self._issuer.http.post(address, data=form, allow_redirects=False)
            if answer.ok:
                return answer.status_code, ""
            document = answer.json()
        except IdentityUnavailableError as error:
            raise UnavailableError("sign-in: no token of the identity") from error
        except (IssuerUnavailableError, requests.RequestException) as error:
            raise UnavailableError("sign-in: not reached") from error
        return answer.status_code, str(document.get("error", "")) if isinstance(document, dict) else ""
