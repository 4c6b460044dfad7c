"""Steps of a verification that tests of the provider take one by one, rightly or wrongly."""

import base64
import hashlib
import json
import time
import uuid
from typing import Any

import jwt as pyjwt
import requests
from joserfc import jwt
from joserfc.jwk import ECKey

from local import configuration, people
from local.card.clients import Client
from local.card.keys import new_key
from local.cloud import Cloud
from tests.contract.card.party import TARO, returned

CLIENT = configuration.CARD_CLIENT_ID
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
OTHER = "RP00000002"
OTHER_ADDRESS = "http://localhost:7079/card"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def endpoint(cloud: Cloud, name: str) -> str:
    return f"{cloud.settings.local_url}{configuration.CARD_PATH}/{name}"


def callback(cloud: Cloud) -> str:
    return f"{cloud.settings.base_url}/verify/callback"


def parameters(cloud: Cloud, **changed: str | None) -> dict[str, str]:
    """A good request; a parameter given as None is left out."""
    good: dict[str, str | None] = {
        "response_type": "code",
        "scope": "openid name",
        "client_id": CLIENT,
        "redirect_uri": callback(cloud),
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "acr_values": "aal3 crl",
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def authorize(
    cloud: Cloud, person: people.Person | None = TARO, /, **changed: str | None
) -> requests.Response:
    """GET the page of a good request; ``person`` allows at once."""
    chosen = {"as": person.upn} if person is not None else {}
    wanted = parameters(cloud, **changed) | chosen
    return requests.get(endpoint(cloud, "auth"), params=wanted, allow_redirects=False, timeout=10)


def the_code(cloud: Cloud, person: people.Person = TARO, /, **changed: str | None) -> str:
    return returned(authorize(cloud, person, **changed))["code"]


def own_key(cloud: Cloud) -> ECKey:
    return ECKey.import_key(json.loads(cloud.settings.card_client_key))


def register_another(cloud: Cloud) -> ECKey:
    """A second relying party; its private key."""
    key = new_key()
    public = ECKey.import_key(key.as_dict(private=False))
    cloud.card.clients[OTHER] = Client(
        client_id=OTHER, name="Another", redirect_uris=(OTHER_ADDRESS,), keys=(public,)
    )
    return key


def assertion(cloud: Cloud, key: ECKey | None = None, kid: str | None = None, /, **changed: object) -> str:
    """A good client assertion; a claim given as None is left out."""
    signer, now = key or own_key(cloud), int(time.time())
    good: dict[str, object] = {
        "iss": CLIENT,
        "sub": CLIENT,
        "aud": endpoint(cloud, "token"),
        "jti": str(uuid.uuid4()),
        "iat": now,
        "exp": now + 30,
    }
    claims = {name: value for name, value in (good | changed).items() if value is not None}
    return jwt.encode(
        {"alg": "ES256", "kid": kid if kid is not None else signer.kid}, claims, signer, algorithms=["ES256"]
    )


def form(cloud: Cloud, code: str, /, **changed: str | None) -> dict[str, str]:
    """A good token request; a field given as None is left out."""
    good: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback(cloud),
        "code_verifier": VERIFIER,
        "client_id": CLIENT,
        "client_assertion_type": JWT_BEARER,
        "client_assertion": assertion(cloud) if "client_assertion" not in changed else None,
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def redeem(cloud: Cloud, code: str, /, **changed: str | None) -> requests.Response:
    """POST a code to the token endpoint."""
    return requests.post(endpoint(cloud, "token"), data=form(cloud, code, **changed), timeout=10)


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    found: dict[str, Any] = pyjwt.decode(token, options={"verify_signature": False})
    return found


def tokens(cloud: Cloud, person: people.Person = TARO, /, **changed: str | None) -> dict[str, Any]:
    """The whole way: what the token endpoint answers."""
    answer = redeem(cloud, the_code(cloud, person, **changed))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
