"""Steps of signing in that several tests take."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import msal
import requests

from local import configuration, people
from local.cloud import Cloud

STUDENT = next(person for person in people.PEOPLE if person.kind == "student")
REVIEWER = next(person for person in people.PEOPLE if person.kind == "reviewer")
APPLICANTS, STAFF = configuration.APPLICANT_CLIENT_ID, configuration.STAFF_CLIENT_ID
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def msal_client(session: requests.Session, client_id: str, *, by_issuer: bool = True) -> Any:  # noqa: ANN401 - MSAL has no types
    """The shipped service's own client, in both ways that MSAL offers."""
    where: dict[str, Any] = {"oidc_authority": configuration.ISSUER}
    if not by_issuer:
        where = {
            "authority": f"{configuration.AUTHORITY_ORIGIN}/{configuration.TENANT_ID}",
            "instance_discovery": False,
        }
    return msal.ConfidentialClientApplication(
        client_id,
        client_credential=configuration.local_secret(client_id),
        http_client=session,
        exclude_scopes=["offline_access"],
        **where,
    )


def callback(cloud: Cloud) -> str:
    return f"{cloud.settings.base_url}/auth/callback"


def address(cloud: Cloud, endpoint: str) -> str:
    return f"{cloud.settings.local_url}/{configuration.TENANT_ID}/oauth2/v2.0/{endpoint}"


def authorize(cloud: Cloud, account: str | None = STUDENT.upn, **changed: str | None) -> requests.Response:
    """GET the authorize page of a good request; a parameter given as None is left out."""
    parameters: dict[str, str | None] = {
        "client_id": APPLICANTS,
        "redirect_uri": callback(cloud),
        "response_type": "code",
        "scope": "openid profile",
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "as": account,
    }
    wanted = {name: value for name, value in (parameters | changed).items() if value is not None}
    return requests.get(address(cloud, "authorize"), params=wanted, allow_redirects=False, timeout=10)


def returned(answer: requests.Response) -> dict[str, str]:
    """The parameters with which the browser is sent back."""
    assert answer.status_code == 302, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def redeem(cloud: Cloud, code: str, **changed: str | None) -> requests.Response:
    """POST a code to the token endpoint; a field given as None is left out."""
    fields: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "client_id": APPLICANTS,
        "client_secret": configuration.local_secret(APPLICANTS),
        "redirect_uri": callback(cloud),
        "code": code,
        "code_verifier": VERIFIER,
    }
    wanted = {name: value for name, value in (fields | changed).items() if value is not None}
    return requests.post(address(cloud, "token"), data=wanted, timeout=10)


def verified(session: requests.Session, token: str, audience: str) -> dict[str, Any]:
    """The claims, checked against the published keys as the service's own adapter does."""
    keys = session.get(
        f"{configuration.AUTHORITY_ORIGIN}/{configuration.TENANT_ID}/discovery/v2.0/keys", timeout=10
    ).json()
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(found) for found in keys["keys"] if found["kid"] == kid)
    claims: dict[str, Any] = jwt.decode(
        token, key.key, algorithms=["RS256"], audience=audience, issuer=configuration.ISSUER
    )
    return claims


def context_request(context: str = "c1") -> str:
    return json.dumps({"id_token": {"acrs": {"essential": True, "value": context}}})
