"""The provider's token endpoint: who calls is proven by an assertion used once, a code is good once."""

import time
import uuid

import pytest
import requests
from joserfc.jwk import ECKey

from local.card.clients import Client
from local.card.keys import new_key
from local.cloud import Cloud
from tests.contract.card import steps
from tests.contract.card.steps import CLIENT, OTHER


def outcome(answer: requests.Response) -> tuple[int, str]:
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.json().get("error", "")


REFUSED = (401, "invalid_client")


def test_a_code_is_exchanged_for_tokens(cloud: Cloud) -> None:
    found = steps.tokens(cloud)

    assert set(found) == {"access_token", "token_type", "expires_in", "id_token", "scope"}
    assert found["token_type"] == "Bearer"
    assert found["expires_in"] == 300


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "http://127.0.0.1:7072/api/realms/main"},
        {"aud": None},
        {"iss": OTHER},
        {"sub": OTHER},
        {"iss": None},
        {"sub": None},
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": int(time.time()) + 2 * 24 * 3600},
        {"iat": int(time.time()) + 600},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
    ],
)
def test_an_assertion_with_a_wrong_claim_is_refused_and_spends_no_code(
    cloud: Cloud, wrong: dict[str, object]
) -> None:
    code = steps.the_code(cloud)

    assert outcome(steps.redeem(cloud, code, client_assertion=steps.assertion(cloud, **wrong))) == REFUSED
    assert steps.redeem(cloud, code).status_code == 200


def test_the_audience_is_the_address_of_the_token_endpoint_and_not_the_issuer(cloud: Cloud) -> None:
    token = steps.endpoint(cloud, "token")
    for wrong in (
        token.removesuffix("/protocol/openid-connect/token"),
        f"{token}/",
        [token],
        token.replace("127.0.0.1", "localhost"),
    ):
        sent = steps.assertion(cloud, aud=wrong)
        assert outcome(steps.redeem(cloud, steps.the_code(cloud), client_assertion=sent)) == REFUSED


def test_an_assertion_is_good_once(cloud: Cloud) -> None:
    sent = steps.assertion(cloud)

    assert steps.redeem(cloud, steps.the_code(cloud), client_assertion=sent).status_code == 200
    assert outcome(steps.redeem(cloud, steps.the_code(cloud), client_assertion=sent)) == REFUSED


def test_an_id_of_an_assertion_is_good_once_even_if_it_failed(cloud: Cloud) -> None:
    identity = str(uuid.uuid4())
    steps.redeem(cloud, "unknown", client_assertion=steps.assertion(cloud, jti=identity))
    again = steps.assertion(cloud, jti=identity)
    assert outcome(steps.redeem(cloud, steps.the_code(cloud), client_assertion=again)) == REFUSED


def test_only_a_registered_key_signs(cloud: Cloud) -> None:
    stranger = new_key()
    named = steps.assertion(cloud, stranger, "local-card-client")
    unnamed = steps.assertion(cloud, None, "")
    for sent in (steps.assertion(cloud, stranger), named, unnamed, "x.y.z", "", "é"):
        assert outcome(steps.redeem(cloud, steps.the_code(cloud), client_assertion=sent)) == REFUSED


def test_an_unsigned_assertion_is_refused(cloud: Cloud) -> None:
    import jwt

    claims = steps.claims_of(steps.assertion(cloud))
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": "local-card-client"})
    shared = jwt.encode(claims, "k" * 64, algorithm="HS256", headers={"kid": "local-card-client"})
    for sent in (unsigned, shared):
        assert outcome(steps.redeem(cloud, steps.the_code(cloud), client_assertion=sent)) == REFUSED


def test_during_a_change_of_keys_both_sign(cloud: Cloud) -> None:
    second = new_key()
    old = cloud.card.clients[CLIENT]
    public = ECKey.import_key(second.as_dict(private=False))
    cloud.card.clients[CLIENT] = Client(
        client_id=CLIENT, name=old.name, redirect_uris=old.redirect_uris, keys=(*old.keys, public)
    )
    for sent in (steps.assertion(cloud), steps.assertion(cloud, second)):
        assert steps.redeem(cloud, steps.the_code(cloud), client_assertion=sent).status_code == 200


def test_a_client_secret_is_not_accepted(cloud: Cloud) -> None:
    address = steps.endpoint(cloud, "token")
    without = {"client_assertion": None, "client_assertion_type": None}
    tries = [
        requests.post(address, data=steps.form(cloud, "c", client_secret="secret", **without), timeout=10),
        requests.post(address, data=steps.form(cloud, "c", client_secret="secret"), timeout=10),
        requests.post(address, data=steps.form(cloud, "c", **without), auth=(CLIENT, "secret"), timeout=10),
        requests.post(
            address, data=steps.form(cloud, steps.the_code(cloud)), auth=(CLIENT, "secret"), timeout=10
        ),
        requests.post(address, data=steps.form(cloud, "c", **without), timeout=10),
        requests.post(address, data=steps.form(cloud, "c", client_assertion_type="jwt"), timeout=10),
        requests.post(address, data=steps.form(cloud, "c", client_id=None), timeout=10),
    ]
    assert [outcome(each) for each in tries] == [REFUSED] * len(tries)


def test_only_a_form_is_read(cloud: Cloud) -> None:
    address, good = steps.endpoint(cloud, "token"), steps.form(cloud, steps.the_code(cloud))
    tries = [
        requests.post(address, json=good, timeout=10),
        requests.post(address, params=good, timeout=10),
        requests.post(f"{address}?x=1", data=good, timeout=10),
        requests.post(address, data=[*good.items(), ("code", "other")], timeout=10),
        requests.post(
            address, data="&&", headers={"Content-Type": "application/x-www-form-urlencoded"}, timeout=10
        ),
    ]
    assert [outcome(each) for each in tries] == [(400, "invalid_request")] * len(tries)
    assert requests.get(address, params=good, timeout=10).status_code in {404, 405}


@pytest.mark.parametrize("lacking", ["code", "code_verifier", "redirect_uri"])
def test_what_lacks_in_the_form_is_told(cloud: Cloud, lacking: str) -> None:
    answer = steps.redeem(cloud, steps.the_code(cloud), **{lacking: None})
    assert outcome(answer) == (400, "invalid_request")


@pytest.mark.parametrize("grant", ["client_credentials", "password", "refresh_token", None])
def test_other_grants_are_not_offered(cloud: Cloud, grant: str | None) -> None:
    answer = steps.redeem(cloud, steps.the_code(cloud), grant_type=grant)
    assert outcome(answer) == (400, "unsupported_grant_type")


def test_a_code_is_good_once_and_its_second_use_withdraws_what_it_gave(cloud: Cloud) -> None:
    code = steps.the_code(cloud)
    access = steps.redeem(cloud, code).json()["access_token"]
    bearer = {"Authorization": f"Bearer {access}"}

    assert requests.get(steps.endpoint(cloud, "userinfo"), headers=bearer, timeout=10).status_code == 200
    assert outcome(steps.redeem(cloud, code)) == (400, "invalid_grant")
    assert requests.get(steps.endpoint(cloud, "userinfo"), headers=bearer, timeout=10).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [{"redirect_uri": "http://localhost:7071/other"}, {"code_verifier": "w" * 64}, {"code": "unknown"}],
)
def test_a_code_is_bound_to_its_address_and_its_verifier(cloud: Cloud, wrong: dict[str, str]) -> None:
    code = steps.the_code(cloud)
    assert outcome(steps.redeem(cloud, code, **wrong)) == (400, "invalid_grant")


def test_a_code_is_bound_to_its_client(cloud: Cloud) -> None:
    key = steps.register_another(cloud)
    sent = steps.assertion(cloud, key, iss=OTHER, sub=OTHER)
    answer = steps.redeem(cloud, steps.the_code(cloud), client_id=OTHER, client_assertion=sent)
    assert outcome(answer) == (400, "invalid_grant")


def test_a_code_lives_a_minute(cloud: Cloud) -> None:
    cloud.faults.put({"card": {"code_seconds": 0}})
    assert outcome(steps.redeem(cloud, steps.the_code(cloud))) == (400, "invalid_grant")


def test_refresh_tokens_come_by_switch_and_are_good_once(cloud: Cloud) -> None:
    cloud.faults.put({"card": {"refresh": True}})
    refresh = steps.tokens(cloud)["refresh_token"]
    first, second = (
        steps.redeem(cloud, "", grant_type="refresh_token", refresh_token=refresh) for _ in range(2)
    )

    assert first.json()["id_token"]
    assert outcome(second) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("switch", "status"), [({"status": 500}, 500), ({"status": 503}, 503), ({"error": "invalid_grant"}, 400)]
)
def test_switches_make_it_fail(cloud: Cloud, switch: dict[str, object], status: int) -> None:
    cloud.faults.put({"card": {"operation": "POST token", **switch}})
    assert steps.redeem(cloud, "code").status_code == status


def test_a_connection_can_be_cut_after_the_code_was_spent(cloud: Cloud) -> None:
    code = steps.the_code(cloud)
    cloud.faults.put({"card": {"operation": "POST token", "drop": "after", "times": 1}})
    with pytest.raises(requests.ConnectionError):
        steps.redeem(cloud, code)
    assert outcome(steps.redeem(cloud, code)) == (400, "invalid_grant")
