"""Validates version 2.0 access tokens of one tenant, made for this service's API, with PyJWT.

Rules: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference and
https://learn.microsoft.com/entra/identity-platform/claims-validation. Everything here blocks and is to be called in a thread.
"""

from typing import Any, Final

from shared.adapters.id_tokens import Issuer, TokenFault, WrongTokenError, check_tenant, signed_claims
from shared.domain.callers import Caller

_CONFIDENTIAL: Final = ("1", "2")
"""``azpacr``: how the client proved itself. 0 is a public client, 1 a secret, 2 a certificate."""


class AccessTokens:
    """Validates the access tokens made for one API."""

    def __init__(self, issuer: Issuer, *, tenant_id: str, audience: str) -> None:
        """Set what is expected.

        Args:
            issuer: Who must have signed.
            tenant_id: ``tid`` that every token must have.
            audience: ``aud`` that every token must have: the application id of the API (version 2.0 tokens have no URI there).
        """
        self._issuer = issuer
        self._tenant_id = tenant_id
        self._audience = audience

    def verify(self, token: str, *, at: float, grace: float = 0.0) -> Caller:
        """What the token says, if it was valid at an instant (seconds since the epoch, real time), or ``grace`` seconds before.

        Checks signature (RS256 by a key of the issuer), issuer, audience, tenant, version, times, that it names its client,
        and that it is clearly either an application's own or a signed-in person's.

        Raises:
            WrongTokenError: it was not.
            IssuerUnavailableError: it cannot be said now.
        """
        claims = signed_claims(self._issuer, token, audience=self._audience)
        check_tenant(claims, self._tenant_id, at=at, grace=grace)
        client = claims.get("azp")
        if not isinstance(client, str) or not client:
            raise WrongTokenError(TokenFault.MALFORMED)
        scopes, app_only = _scopes(claims), _app_only(claims)
        if app_only == bool(scopes):
            raise WrongTokenError(TokenFault.MALFORMED)
        return Caller(
            oid=claims["oid"],
            client=client,
            confidential=claims.get("azpacr") in _CONFIDENTIAL,
            app_only=app_only,
            scopes=scopes,
            roles=_roles(claims),
        )


def _app_only(claims: dict[str, Any]) -> bool:
    """``idtyp`` is an optional claim; without it an application's own token is known by ``sub`` being ``oid``."""
    if "idtyp" in claims:
        return bool(claims["idtyp"] == "app")
    return bool(claims.get("sub") == claims["oid"])


def _scopes(claims: dict[str, Any]) -> frozenset[str]:
    value = claims.get("scp")
    return frozenset(value.split()) if isinstance(value, str) else frozenset()


def _roles(claims: dict[str, Any]) -> frozenset[str]:
    value = claims.get("roles")
    return (
        frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()
    )
