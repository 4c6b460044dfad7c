"""The signing keys of the local issuer, and their public half as a JWK set."""

import secrets
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

_KEY_BITS = 2048
_EXPONENT = 65537


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """One RS256 key; `kid` goes into the header of each token it signs."""

    kid: str
    private: rsa.RSAPrivateKey


class KeyRing:
    """The newest key signs; the one before is still published, as Entra does while it rolls keys over.

    https://learn.microsoft.com/entra/identity-platform/signing-key-rollover
    """

    _PUBLISHED = 2

    def __init__(self) -> None:
        self._keys = [_new_key()]

    @property
    def current(self) -> SigningKey:
        """The key that signs now."""
        return self._keys[-1]

    def rotate(self, *, forget: bool = False) -> str:
        """Sign with a new key from now on; `forget` withdraws the old ones at once. Answers the new `kid`."""
        self._keys = [*([] if forget else self._keys), _new_key()][-self._PUBLISHED :]
        return self.current.kid

    def public(self, kid: str) -> rsa.RSAPublicKey | None:
        """The published key of that name, or None."""
        return next((key.private.public_key() for key in self._keys if key.kid == kid), None)

    def jwks(self) -> dict[str, Any]:
        """What `jwks_uri` answers (RFC 7517)."""
        return {"keys": [_as_jwk(key) for key in self._keys]}


def _new_key() -> SigningKey:
    return SigningKey(
        kid=secrets.token_urlsafe(20),
        private=rsa.generate_private_key(public_exponent=_EXPONENT, key_size=_KEY_BITS),
    )


def _as_jwk(key: SigningKey) -> dict[str, Any]:
    numbers = jwt.algorithms.RSAAlgorithm.to_jwk(key.private.public_key(), as_dict=True)
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.kid, "n": numbers["n"], "e": numbers["e"]}
