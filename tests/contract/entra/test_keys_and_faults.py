"""The verifier that the local Graph uses, key roll-over, and the issuer's fault switches."""

import time
from typing import Any

import jwt
import pytest
import requests

from local import configuration
from local.cloud import Cloud
from local.entra.keys import KeyRing
from local.entra.tokens import GRAPH_AUDIENCE
from tests.contract.entra import sign_in as steps


def made(cloud: Cloud, *, keys: KeyRing | None = None, algorithm: str = "RS256", **changed: Any) -> str:  # noqa: ANN401 - claims are JSON
    """A Graph token of the cloud's own issuer, with claims changed as told."""
    key = (keys or cloud.entra.keys).current
    second = int(time.time())
    claims = {
        "iss": configuration.ISSUER, "aud": GRAPH_AUDIENCE, "tid": configuration.TENANT_ID, "iat": second,
        "nbf": second, "exp": second + 600,
    } | changed  # fmt: skip
    secret: Any = key.private if algorithm == "RS256" else "0123456789" * 4
    kid = cloud.entra.keys.current.kid
    return jwt.encode(claims, secret, algorithm=algorithm, headers={"kid": kid})


def test_a_good_token_is_accepted(cloud: Cloud) -> None:
    assert cloud.entra.verifier.verify(made(cloud)) is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://management.azure.com"},
        {"iss": "https://login.microsoftonline.com/other/v2.0"},
        {"tid": "22222222-0000-4000-8000-000000000000"},
        {"exp": int(time.time()) - 5},
        {"nbf": int(time.time()) + 600},
    ],
)
def test_a_wrong_claim_is_refused(cloud: Cloud, changed: dict[str, Any]) -> None:
    assert cloud.entra.verifier.verify(made(cloud, **changed)) is None


def test_another_key_another_algorithm_and_rubbish_are_refused(cloud: Cloud) -> None:
    verify = cloud.entra.verifier.verify

    assert verify(made(cloud, keys=KeyRing())) is None
    assert verify(made(cloud, algorithm="HS256")) is None
    assert verify("a.b.c") is None
    assert verify("") is None


def test_after_a_key_change_old_tokens_verify_until_the_key_is_forgotten(cloud: Cloud) -> None:
    old = made(cloud)
    where = f"{cloud.settings.local_url}/api/entra/rotate-keys"
    kid = requests.post(where, timeout=10).json()["kid"]
    published = requests.get(
        f"{cloud.settings.local_url}/{configuration.TENANT_ID}/discovery/v2.0/keys", timeout=10
    ).json()["keys"]

    assert kid in [key["kid"] for key in published]
    assert all("d" not in key for key in published)
    assert cloud.entra.verifier.verify(old) is not None
    requests.post(where, params={"forget": "true"}, timeout=10)
    assert cloud.entra.verifier.verify(old) is None
    assert cloud.entra.verifier.verify(made(cloud)) is not None


def test_the_issuer_can_be_down_for_a_number_of_calls(cloud: Cloud) -> None:
    cloud.faults.put({"entra": {"status": 503, "times": 1, "operation": "token", "retry_after": 2}})
    code = steps.returned(steps.authorize(cloud))["code"]
    refused = steps.redeem(cloud, code)

    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "2"
    assert steps.redeem(cloud, code).status_code == 200


def test_the_issuer_can_drop_the_connection(cloud: Cloud) -> None:
    cloud.faults.put({"entra": {"drop": "before", "times": 1}})

    with pytest.raises(requests.ConnectionError):
        steps.authorize(cloud)


def test_the_issuer_can_be_slow(cloud: Cloud) -> None:
    cloud.faults.put({"entra": {"slow": 0.3, "times": 1}})
    began = time.monotonic()

    assert "code" in steps.returned(steps.authorize(cloud))
    assert time.monotonic() - began >= 0.3


def test_tokens_can_be_made_short_lived(cloud: Cloud, session: requests.Session) -> None:
    """So that the renewal of a staff session can be seen without waiting an hour."""
    cloud.faults.put({"entra": {"token_minutes": 2}})
    code = steps.returned(steps.authorize(cloud))["code"]
    claims = steps.verified(session, steps.redeem(cloud, code).json()["id_token"], steps.APPLICANTS)

    assert claims["exp"] - claims["iat"] == 120
