"""Tokens of the local issuer, shaped as Entra's version 2.0 tokens, and the verifier the local Graph uses.

All times here are real time: the business clock never touches sign-in (DESIGN section 8).
https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
"""

import hashlib
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any

import jwt

from local.entra.keys import KeyRing
from local.people import Person

GRAPH_AUDIENCE = "https://graph.microsoft.com"
_LIFE_SECONDS = (60 * 60, 75 * 60)


class TokenMint:
    """Makes signed tokens for one tenant. `minutes` says how long they live; None means as Entra's do."""

    def __init__(
        self, *, keys: KeyRing, issuer: str, tenant_id: str, minutes: Callable[[], int | None]
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._tenant_id = tenant_id
        self._minutes = minutes
        # Entra draws each token's life at random within these bounds; here it is drawn once a run.
        shortest, longest = _LIFE_SECONDS
        self._drawn = shortest + secrets.randbelow(longest - shortest)

    @property
    def life_seconds(self) -> int:
        """How long tokens made now are good for: by default 60 to 75 minutes, else what the switch says."""
        minutes = self._minutes()
        return self._drawn if minutes is None else 60 * minutes

    def id_token(
        self, person: Person, *, client_id: str, nonce: str | None,
        roles: tuple[str, ...], acrs: tuple[str, ...], with_profile: bool = True, with_email: bool = False,
        auth_time: int | None = None,
    ) -> str:  # fmt: skip
        """An ID token: `roles`, `acrs`, `auth_time` only if given; never `amr`, which version 2.0 tokens lack."""
        claims: dict[str, Any] = {
            "aud": client_id,
            "oid": person.oid,
            "sub": _pairwise(person.oid, client_id),
            "sid": str(uuid.uuid4()),
        }
        if with_profile:
            claims |= {"name": person.name, "preferred_username": person.upn}
        if with_email and person.mailbox:
            claims["email"] = person.mailbox
        if nonce is not None:
            claims["nonce"] = nonce
        if roles:
            claims["roles"] = list(roles)
        if acrs:
            claims["acrs"] = list(acrs)
        if auth_time is not None:
            claims["auth_time"] = auth_time
        return self._signed(claims)

    def delegated_token(
        self, person: Person, *, audience: str, client_id: str, scopes: tuple[str, ...]
    ) -> str:
        """An access token that lets `client_id` call `audience` in the name of a person."""
        return self._signed(
            {
                "aud": audience,
                "azp": client_id,
                "azpacr": "1",
                "oid": person.oid,
                "sub": _pairwise(person.oid, audience),
                "name": person.name,
                "preferred_username": person.upn,
                "scp": " ".join(scopes),
            }
        )

    def app_token(self, *, audience: str, client_id: str, roles: tuple[str, ...]) -> str:
        """An app-only access token: no person, no `scp`, `idtyp` says what it is."""
        identity = str(uuid.uuid5(uuid.NAMESPACE_URL, client_id))
        claims: dict[str, Any] = {
            "aud": audience, "azp": client_id, "appid": client_id, "azpacr": "1", "idtyp": "app",
            "oid": identity, "sub": identity,
        }  # fmt: skip
        if roles:
            claims["roles"] = list(roles)
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        issued = int(time.time())
        whole = {
            "ver": "2.0",
            "iss": self._issuer,
            "tid": self._tenant_id,
            "iat": issued,
            "nbf": issued,
            "exp": issued + self.life_seconds,
            "uti": secrets.token_urlsafe(16),
            **claims,
        }
        key = self._keys.current
        return jwt.encode(whole, key.private, algorithm="RS256", headers={"kid": key.kid})


class TokenVerifier:
    """The library door for services that receive bearer tokens of this issuer (the local Graph)."""

    def __init__(self, *, keys: KeyRing, issuer: str, tenant_id: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._tenant_id = tenant_id

    def verify(self, token: str, *, audience: str = GRAPH_AUDIENCE) -> dict[str, Any] | None:
        """The claims of a good token, else None.

        Checks signature, issuer, tenant, audience, expiry and not-before.
        """
        try:
            key = self._keys.public(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                return None
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=["RS256"], audience=audience, issuer=self._issuer,
                options={"require": ["exp", "nbf", "iat", "aud", "iss"]},
            )  # fmt: skip
        except jwt.InvalidTokenError:
            return None
        return claims if claims.get("tid") == self._tenant_id else None


def _pairwise(oid: str, client_id: str) -> str:
    """`sub` differs from application to application, so nobody may use it to join accounts."""
    return hashlib.sha256(f"{oid}|{client_id}".encode()).hexdigest()[:43]
