"""The provider's authorization endpoint: each rule of the published table, and whom it never answers."""

import uuid

import pytest
import requests

from local.cloud import Cloud
from tests.contract.card import steps
from tests.contract.card.party import returned


def test_a_good_request_comes_back_with_a_code(cloud: Cloud) -> None:
    answer = steps.authorize(cloud)
    found = returned(answer)

    assert set(found) == {"code", "state", "session_state"}
    assert found["state"] == "the-state"
    assert answer.headers["Location"].startswith(f"{steps.callback(cloud)}?")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "name"}, "invalid_scope"),
        ({"scope": "openid email"}, "invalid_scope"),
        ({"scope": "openid  name"}, "invalid_scope"),
        ({"scope": "openid sign"}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"nonce": "n" * 256}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "a" * 129}, "invalid_request"),
        ({"code_challenge": "a+b"}, "invalid_request"),
        ({"code_challenge": "a="}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"acr_values": ""}, "invalid_request"),
        ({"acr_values": "aal3,crl"}, "invalid_request"),
        ({"sign_transaction_id": "1"}, "invalid_request"),
    ],
)
def test_a_request_that_breaks_a_rule_is_sent_back_with_its_error(
    cloud: Cloud, changed: dict[str, str | None], error: str
) -> None:
    found = returned(steps.authorize(cloud, **changed))

    assert set(found) == {"error", "error_description", "state"}
    assert found["error"] == error
    assert found["state"] == "the-state"


@pytest.mark.parametrize(
    "changed",
    [
        {"acr_values": None},
        {"acr_values": "aal3"},
        {"scope": "openid"},
        {"scope": "openid name address birthdate gender"},
        {"scope": "openid sign", "sign_transaction_id": str(uuid.uuid4())},
        {"nonce": "n" * 255},
        {"state": "~ !" + "s" * 252},
        {"code_challenge": "a" * 128},
    ],
)
def test_what_the_rules_allow_is_allowed(cloud: Cloud, changed: dict[str, str | None]) -> None:
    assert "code" in returned(steps.authorize(cloud, **changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": None},
        {"client_id": "RP99999999"},
        {"client_id": "RP-00000001"},
        {"client_id": "R" * 256},
        {"redirect_uri": None},
        {"redirect_uri": "http://localhost:7071/verify/callback/"},
        {"redirect_uri": "http://localhost:7071/verify/callback?x=1"},
        {"redirect_uri": "http://LOCALHOST:7071/verify/callback"},
        {"redirect_uri": "https://evil.example/verify/callback"},
        {"redirect_uri": "http://localhost:7071/" + "x" * 255},
        {"state": None},
        {"state": ""},
        {"state": "s" * 256},
        {"state": "日本"},
        {"state": "a\nb"},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered_or_with_a_state_that_is_not_theirs(
    cloud: Cloud, changed: dict[str, str | None]
) -> None:
    answer = steps.authorize(cloud, **changed)

    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "scope", "nonce", "code_challenge"])
def test_a_parameter_given_twice_is_refused(cloud: Cloud, name: str) -> None:
    sent = [*steps.parameters(cloud).items(), (name, steps.parameters(cloud)[name])]
    answer = requests.get(steps.endpoint(cloud, "auth"), params=sent, allow_redirects=False, timeout=10)

    if name in {"client_id", "redirect_uri", "state"}:
        assert answer.status_code == 400
    else:
        assert returned(answer)["error"] == "invalid_request"


def test_a_request_is_a_get(cloud: Cloud) -> None:
    answer = requests.post(steps.endpoint(cloud, "auth"), data=steps.parameters(cloud), timeout=10)
    assert answer.status_code in {404, 405}


@pytest.mark.parametrize(
    ("outcome", "description"),
    [
        ("cancel", "cancelled"),
        ("pin_locked", "locked"),
        ("certificate_expired", "expired"),
        ("certificate_revoked", "revoked"),
        ("card_unreadable", "could not be read"),
    ],
)
def test_what_goes_wrong_with_the_card_comes_back_as_an_error(
    cloud: Cloud, outcome: str, description: str
) -> None:
    found = returned(steps.authorize(cloud, outcome=outcome))

    assert set(found) == {"error", "error_description", "state"}
    assert description in found["error_description"]


@pytest.mark.parametrize(("outcome", "status"), [("wrong_pin", 200), ("number_expired", 200), ("close", 410)])
def test_some_ends_never_come_back(cloud: Cloud, outcome: str, status: int) -> None:
    answer = steps.authorize(cloud, outcome=outcome)

    assert answer.status_code == status
    assert "Location" not in answer.headers


def test_somebody_who_is_none_of_the_sample_people_is_refused(cloud: Cloud) -> None:
    assert steps.authorize(cloud, None, **{"as": "nobody@example.org"}).status_code == 400
    assert steps.authorize(cloud, outcome="something").status_code == 400


def test_the_journal_tells_what_was_asked_without_its_secrets(cloud: Cloud) -> None:
    code = steps.the_code(cloud)
    steps.redeem(cloud, code)
    steps.authorize(cloud, scope="name")
    told = requests.get(f"{cloud.settings.local_url}/api/card/journal", timeout=10)

    assert [(each["operation"], each["outcome"]) for each in told.json()] == [
        ("GET auth", "ok"),
        ("POST token", "ok"),
        ("GET auth", "invalid_scope"),
    ]
    assert not [each for each in (code, "the-state", "the-nonce", steps.VERIFIER, "eyJ") if each in told.text]
    assert requests.delete(f"{cloud.settings.local_url}/api/card/journal", timeout=10).status_code == 204
    assert requests.get(f"{cloud.settings.local_url}/api/card/journal", timeout=10).json() == []
