"""What the provider tells of a person: signed by keys that roll over, pairwise, and only what was asked for."""

from typing import Any

import jwt
import pytest
import requests

from local import people
from local.cloud import Cloud
from tests.contract.card import steps
from tests.contract.card.party import TARO, returned
from tests.contract.card.steps import CLIENT, OTHER, OTHER_ADDRESS

FEMALE = people.PEOPLE[1]


def verified(cloud: Cloud, token: str) -> dict[str, Any]:
    """The claims, checked by another library against the published keys."""
    keys = requests.get(steps.endpoint(cloud, "certs"), timeout=10).json()["keys"]
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(each) for each in keys if each["kid"] == kid)
    issuer = f"{cloud.settings.local_url}/api/realms/main"
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["ES256"], audience=CLIENT, issuer=issuer)
    return claims


def name_of(cloud: Cloud, person: people.Person) -> str | None:
    claims = steps.claims_of(steps.tokens(cloud, person)["id_token"])
    found: str | None = claims.get("name")
    return found


def test_the_id_token_is_signed_with_es256_by_a_published_key(cloud: Cloud) -> None:
    token = steps.tokens(cloud)["id_token"]
    claims = verified(cloud, token)

    assert jwt.get_unverified_header(token)["alg"] == "ES256"
    assert claims["nonce"] == "the-nonce"
    assert claims["acr"] == "aal3"
    assert claims["exp"] - claims["iat"] == 300


def test_published_keys_hold_nothing_private(cloud: Cloud) -> None:
    keys = requests.get(steps.endpoint(cloud, "certs"), timeout=10).json()["keys"]
    assert [set(each) for each in keys] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}]


def test_after_a_rotation_the_old_key_stays_for_a_while_and_then_goes(cloud: Cloud) -> None:
    door = f"{cloud.settings.local_url}/api/card/rotate-keys"
    old = steps.tokens(cloud)["id_token"]
    kid = requests.post(door, timeout=10).json()["kid"]
    new = steps.tokens(cloud)["id_token"]

    assert jwt.get_unverified_header(new)["kid"] == kid
    assert verified(cloud, old)
    assert verified(cloud, new)
    requests.post(door, timeout=10)
    with pytest.raises(StopIteration):
        verified(cloud, old)
    requests.post(f"{door}?forget=true", timeout=10)
    with pytest.raises(StopIteration):
        verified(cloud, new)


def test_the_subject_is_another_one_for_each_client_and_person_and_otherwise_the_same(cloud: Cloud) -> None:
    key = steps.register_another(cloud)
    first, again, other = (
        steps.claims_of(steps.tokens(cloud, each)["id_token"])["sub"] for each in (TARO, TARO, FEMALE)
    )
    code = returned(steps.authorize(cloud, client_id=OTHER, redirect_uri=OTHER_ADDRESS))["code"]
    sent = steps.assertion(cloud, key, iss=OTHER, sub=OTHER)
    there = steps.redeem(
        cloud, code, client_id=OTHER, redirect_uri=OTHER_ADDRESS, client_assertion=sent
    ).json()

    assert first == again
    assert len({first, other, steps.claims_of(there["id_token"])["sub"]}) == 3


def test_a_certificate_issued_anew_makes_another_subject(cloud: Cloud) -> None:
    before = steps.claims_of(steps.tokens(cloud)["id_token"])["sub"]
    door = f"{cloud.settings.local_url}/api/card/people"
    assert requests.post(f"{door}/{TARO.upn}/reissue", timeout=10).json() == {"issue": 1}
    assert requests.post(f"{door}/nobody@example.org/reissue", timeout=10).status_code == 404

    assert steps.claims_of(steps.tokens(cloud)["id_token"])["sub"] != before
    assert requests.get(door, timeout=10).json()[0] == {"upn": TARO.upn, "name": "見本太郎", "issue": 1}


def test_a_certificate_issued_anew_is_remembered_over_a_restart(cloud: Cloud) -> None:
    cloud.card.cards.reissue(TARO)
    cloud.save(cloud.settings.scratch)
    before = cloud.card.cards.subject(TARO, CLIENT)
    cloud.card.cards.restore({})
    assert cloud.card.cards.subject(TARO, CLIENT) != before
    cloud.load(cloud.settings.scratch)
    assert cloud.card.cards.subject(TARO, CLIENT) == before


def test_names_take_the_forms_that_printed_names_take(cloud: Cloud) -> None:
    by_number = {each.employee_id: each for each in people.PEOPLE}
    names = {
        number: name_of(cloud, by_number[f"{number:08}"])
        for number in (101, 102, 103, 105, 106, 107, 201, 202, 203)
    }

    assert names[101] == "見本太郎"
    assert "\u3000" in str(names[102])
    assert any(ord(each) > 0xFFFF for each in str(names[103]))
    assert "\U000e0101" in str(names[103])
    assert len(str(names[105])) > 50
    assert names[106] == "シノ\u3000ミドリ"
    assert names[107] == "O'SAMPLE ANNE"
    assert names[201] == names[102]
    assert names[202] is None
    assert names[203] == "試野\u3000誠"


def test_only_what_was_asked_for_is_delivered(cloud: Cloud) -> None:
    bare = steps.claims_of(steps.tokens(cloud, scope="openid")["id_token"])
    whole = steps.claims_of(steps.tokens(cloud, scope="openid name address birthdate gender")["id_token"])

    assert not {"name", "address", "birthdate", "gender"} & set(bare)
    assert whole["birthdate"].isdigit()
    assert len(whole["birthdate"]) == 8
    assert whole["gender"] in {"1", "2"}
    assert isinstance(whole["address"], str)


def test_userinfo_needs_the_access_token(cloud: Cloud) -> None:
    found = steps.tokens(cloud)
    address = steps.endpoint(cloud, "userinfo")
    told = requests.get(address, headers={"Authorization": f"Bearer {found['access_token']}"}, timeout=10)

    assert told.json() == {"sub": steps.claims_of(found["id_token"])["sub"], "name": "見本太郎"}
    for wrong in ({}, {"Authorization": "Bearer other"}, {"Authorization": f"Basic {found['access_token']}"}):
        refused = requests.get(address, headers=wrong, timeout=10)
        assert refused.status_code == 401
        assert "invalid_token" in refused.headers["WWW-Authenticate"]
    cloud.faults.put({"card": {"skew": 301}})
    late = requests.get(address, headers={"Authorization": f"Bearer {found['access_token']}"}, timeout=10)
    assert late.status_code == 401


def test_the_older_path_has_an_issuer_that_ends_with_a_slash(cloud: Cloud) -> None:
    base = f"{cloud.settings.local_url}/realms/main/protocol/openid-connect"
    wanted = steps.parameters(cloud) | {"as": TARO.upn}
    code = returned(requests.get(f"{base}/auth", params=wanted, allow_redirects=False, timeout=10))["code"]
    sent = steps.form(cloud, code, client_assertion=steps.assertion(cloud, aud=f"{base}/token"))
    token = requests.post(f"{base}/token", data=sent, timeout=10).json()["id_token"]

    assert steps.claims_of(token)["iss"] == f"{cloud.settings.local_url}/realms/main/"


def test_a_wrongness_that_is_not_known_is_told(cloud: Cloud) -> None:
    cloud.faults.put({"card": {"bad_token": "nonsense"}})
    answer = steps.redeem(cloud, steps.the_code(cloud))
    assert answer.json()["error"] == "server_error"
    assert "nonsense" in answer.text
