"""ID tokens that are wrong in exactly one way, signed with the issuer's own key unless the signature is what is wrong."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local import configuration
from local.cloud import Cloud

STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)

type Forge = Callable[[Cloud, dict[str, Any]], str]


def claims(**changes: object) -> dict[str, Any]:
    """What a good staff token says, with changes; None leaves a claim out."""
    now = int(time.time())
    good = {
        "ver": "2.0",
        "iss": configuration.ISSUER,
        "aud": configuration.STAFF_CLIENT_ID,
        "tid": configuration.TENANT_ID,
        "oid": "oid-reviewer",
        "sub": "pairwise",
        "name": "審査 花子",
        "preferred_username": "reviewer@example.ac.jp",
        "roles": ["Reviewer"],
        "acrs": ["c1"],
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def flow_claims(**changes: object) -> dict[str, Any]:
    """What a good access token of the form's flow says, with changes; None leaves a claim out."""
    good = {
        "aud": configuration.API_CLIENT_ID, "azp": configuration.FORMS_CLIENT_ID, "azpacr": "1", "idtyp": "app",
        "oid": "oid-flow", "sub": "oid-flow", "roles": ["Forms.Submit"],
        "name": None, "preferred_username": None, "acrs": None,
    }  # fmt: skip
    return claims(**(good | changes))


def user_claims(**changes: object) -> dict[str, Any]:
    """What a good access token says that a person delegated to another frontend; None leaves a claim out."""
    good = {
        "aud": configuration.API_CLIENT_ID, "azp": configuration.FRONTEND_CLIENT_ID, "azpacr": "1",
        "oid": "oid-student", "scp": "Applications.Submit", "roles": None, "acrs": None,
    }  # fmt: skip
    return claims(**(good | changes))


def signed(cloud: Cloud, what: dict[str, Any], *, kid: str | None = None, algorithm: str = "RS256") -> str:
    key = cloud.entra.keys.current
    return jwt.encode(what, key.private, algorithm=algorithm, headers={"kid": kid or key.kid})


def by_stranger(cloud: Cloud, what: dict[str, Any]) -> str:
    return jwt.encode(what, STRANGER, algorithm="RS256", headers={"kid": cloud.entra.keys.current.kid})


def unsigned(cloud: Cloud, what: dict[str, Any]) -> str:
    head = {"alg": "none", "typ": "JWT", "kid": cloud.entra.keys.current.kid}
    return f"{_part(head)}.{_part(what)}."


def altered(cloud: Cloud, what: dict[str, Any]) -> str:
    head, _, signature = signed(cloud, what).split(".")
    return f"{head}.{_part(what | {'oid': 'oid-other'})}.{signature}"


def with_shared_secret(cloud: Cloud, what: dict[str, Any]) -> str:
    """The old trick: HMAC with something public as its key."""
    head = {"kid": cloud.entra.keys.current.kid}
    return jwt.encode(what, "x" * 64, algorithm="HS256", headers=head)


def with_public_key(cloud: Cloud, what: dict[str, Any]) -> str:
    """The oldest trick: HMAC with the issuer's own public key, which everybody has."""
    key = cloud.entra.keys.current
    pem = key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed_part = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': key.kid})}.{_part(what)}"
    mac = hmac.digest(pem, signed_part.encode(), "sha256")
    return f"{signed_part}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def change(**changes: object) -> Forge:
    def forge(cloud: Cloud, what: dict[str, Any]) -> str:
        changed = {name: value for name, value in (what | changes).items() if value is not None}
        return signed(cloud, changed)

    return forge


WRONG: dict[str, tuple[Forge, str]] = {
    "another key": (by_stranger, "signature"),
    "no signature": (unsigned, "signature"),
    "altered content": (altered, "signature"),
    "shared secret": (with_shared_secret, "signature"),
    "public key as secret": (with_public_key, "signature"),
    "another algorithm": (lambda cloud, what: signed(cloud, what, algorithm="RS512"), "signature"),
    "unknown key id": (lambda cloud, what: signed(cloud, what, kid="nobody"), "signature"),
    "another issuer": (change(iss="https://entra.localhost/other/v2.0"), "issuer"),
    "no issuer": (change(iss=None), "malformed"),
    "another audience": (change(aud=configuration.APPLICANT_CLIENT_ID), "audience"),
    "several audiences": (change(aud=[configuration.STAFF_CLIENT_ID]), "audience"),
    "another tenant": (change(tid="22222222-2222-4333-8444-555555555555"), "tenant"),
    "version 1": (change(ver="1.0"), "version"),
    "no object id": (change(oid=None), "malformed"),
    "empty object id": (change(oid=""), "malformed"),
    "expired": (change(exp=int(time.time()) - 60), "time"),
    "not yet valid": (change(nbf=int(time.time()) + 86_400), "time"),
    "issued in the future": (change(iat=int(time.time()) + 86_400), "time"),
    "no expiry": (change(exp=None), "malformed"),
    "times as text": (change(exp="9999999999"), "malformed"),
}
