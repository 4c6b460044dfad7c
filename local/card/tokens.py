"""ID tokens of the card provider, and each of the ways in which one can be wrong. Real time."""

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from local.card.keys import CardKeyRing, new_key

type _Claims = dict[str, Any]


class UnknownWrongnessError(ValueError):
    """The switch `bad_token` names no way of being wrong."""


class CardTokenMint:
    """Signs claims with the newest key, or spoils them in the way that a switch names."""

    def __init__(self, keys: CardKeyRing) -> None:
        self._keys = keys

    def id_token(self, claims: _Claims, wrong: str = "") -> str | None:
        """A token with these claims, or none where even that is wrong. Raises UnknownWrongnessError."""
        key = self._keys.current
        if wrong in _CLAIMS:
            return _signed(_CLAIMS[wrong](claims), key, str(key.kid))
        match wrong:
            case "":
                return _signed(claims, key, str(key.kid))
            case "unknown_kid":
                return _signed(claims, key, secrets.token_urlsafe(20))
            case "other_key":
                return _signed(claims, new_key(), str(key.kid))
            case "missing":
                return None
            case "rs256":
                header = {"alg": "RS256", "kid": key.kid}
                return jwt.encode(header, claims, _rsa_key(), algorithms=["RS256"])
            case "none":
                return f"{_part({'alg': 'none', 'kid': key.kid})}.{_part(claims)}."
            case "hs256":
                return _by_public_key(claims, key)
            case _:
                raise UnknownWrongnessError(wrong)


def claims_of(
    subject: str, *, issuer: str, client_id: str, now: int, life: int, nonce: str, acr: str
) -> _Claims:
    """What a good ID token says; attributes of the card are added by the caller."""
    session = str(uuid.uuid4())
    return {
        "iss": issuer, "aud": client_id, "azp": client_id, "sub": subject, "typ": "ID", "nonce": nonce, "acr": acr,
        "iat": now, "auth_time": now, "exp": now + life, "jti": str(uuid.uuid4()), "session_state": session, "sid": session,
    }  # fmt: skip


def _without(name: str) -> Callable[[_Claims], _Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


_CLAIMS: dict[str, Callable[[_Claims], _Claims]] = {
    "iss": lambda claims: claims | {"iss": "https://provider.example/realms/main"},
    "aud": lambda claims: claims | {"aud": "RP99999999", "azp": "RP99999999"},
    "two_aud": lambda claims: claims | {"aud": [claims["azp"], "RP99999999"]},
    "azp": lambda claims: claims | {"azp": "RP99999999"},
    "nonce": lambda claims: claims | {"nonce": secrets.token_urlsafe(32)},
    "no_nonce": _without("nonce"),
    "expired": lambda claims: claims | {"iat": claims["iat"] - 7200, "exp": claims["iat"] - 3600},
    "ran_out": lambda claims: claims | {"iat": claims["iat"] - 300, "exp": claims["iat"] - 120},
    "old": lambda claims: claims | {"iat": claims["iat"] - 1200},
    "future": lambda claims: claims | {"iat": claims["iat"] + 3600, "exp": claims["exp"] + 3600},
    "no_sub": _without("sub"),
    "no_acr": _without("acr"),
}


def _signed(claims: _Claims, key: ECKey, kid: str) -> str:
    return jwt.encode({"alg": "ES256", "kid": kid}, claims, key, algorithms=["ES256"])


def _by_public_key(claims: _Claims, key: ECKey) -> str:
    """The old trick: HMAC with the published key as its secret, which a careless verifier takes for good."""
    secret = key.public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    said = f"{_part({'alg': 'HS256', 'kid': key.kid, 'typ': 'JWT'})}.{_part(claims)}"
    signature = hmac.new(secret, said.encode(), hashlib.sha256).digest()
    return f"{said}.{_base64url(signature)}"


@cache
def _rsa_key() -> RSAKey:
    return RSAKey.generate_key(2048)


def _part(value: dict[str, Any]) -> str:
    return _base64url(json.dumps(value).encode())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
