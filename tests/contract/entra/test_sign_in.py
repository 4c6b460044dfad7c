"""Signing in with the real MSAL, and what the tokens say."""

import time
import warnings
from typing import Any

import pytest
import requests

from local import configuration, people
from local.cloud import Cloud
from tests.contract.entra import sign_in as steps
from tests.contract.entra.sign_in import APPLICANTS, REVIEWER, STAFF, STUDENT


def signed_in(
    cloud: Cloud, session: requests.Session, *, client_id: str, account: str, by_issuer: bool = True,
    claims: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The whole round through MSAL; the ID token's verified claims."""
    client = steps.msal_client(session, client_id, by_issuer=by_issuer)
    with warnings.catch_warnings():
        # MSAL recommends form_post, with which the flow's Lax cookie would not be sent back.
        warnings.simplefilter("ignore", UserWarning)
        flow = client.initiate_auth_code_flow(
            [], redirect_uri=steps.callback(cloud), response_mode="query", claims_challenge=claims
        )
    answer = requests.get(f"{flow['auth_uri']}&as={account}", allow_redirects=False, timeout=10)
    result = client.acquire_token_by_auth_code_flow(flow, steps.returned(answer))
    assert "error" not in result, result
    return steps.verified(session, result["id_token"], client_id)


@pytest.mark.parametrize("by_issuer", [True, False])
def test_msal_completes_the_round(cloud: Cloud, session: requests.Session, by_issuer: bool) -> None:  # noqa: FBT001
    """Discovery, PKCE, state, nonce and keys suit MSAL, whichever way it is pointed here."""
    claims = signed_in(cloud, session, client_id=APPLICANTS, account=STUDENT.upn, by_issuer=by_issuer)

    assert claims["oid"] == STUDENT.oid
    assert claims["preferred_username"] == STUDENT.upn
    assert claims["name"] == STUDENT.name
    assert claims["ver"] == "2.0"
    assert claims["tid"] == configuration.TENANT_ID


def test_tokens_live_in_real_time_for_an_hour_or_a_little_more(
    cloud: Cloud, session: requests.Session
) -> None:
    """Moving the business clock does not touch sign-in."""
    requests.put(
        f"{cloud.settings.local_url}/api/clock", json={"now": "2031-01-01T00:00:00Z"}, timeout=10
    ).raise_for_status()
    claims = signed_in(cloud, session, client_id=APPLICANTS, account=STUDENT.upn)

    assert abs(claims["iat"] - time.time()) < 10
    assert 60 * 60 <= claims["exp"] - claims["iat"] <= 75 * 60


def test_roles_only_for_the_staff_application(cloud: Cloud, session: requests.Session) -> None:
    staff = signed_in(cloud, session, client_id=STAFF, account=REVIEWER.upn)
    applicant = signed_in(cloud, session, client_id=APPLICANTS, account=REVIEWER.upn)

    assert staff["roles"] == ["Reviewer"]
    assert "roles" not in applicant


def test_somebody_without_a_role_gets_a_staff_token_without_roles(
    cloud: Cloud, session: requests.Session
) -> None:
    """As in Entra without "assignment required": refusing is the service's own duty."""
    assert "roles" not in signed_in(cloud, session, client_id=STAFF, account=STUDENT.upn)


def test_acrs_only_when_asked(cloud: Cloud, session: requests.Session) -> None:
    plain = signed_in(cloud, session, client_id=STAFF, account=REVIEWER.upn)
    asked = signed_in(cloud, session, client_id=STAFF, account=REVIEWER.upn, claims=steps.context_request())

    assert "acrs" not in plain
    assert asked["acrs"] == ["c1"]
    assert "amr" not in plain
    assert "amr" not in asked


def _auth_time(cloud: Cloud, session: requests.Session, **asked: str) -> int | None:
    """`auth_time` of the token that a browser gets which signed in an hour ago; None if it does not say."""
    back = steps.returned(steps.authorize(cloud, since="3600", **asked))
    token = steps.redeem(cloud, back["code"]).json()["id_token"]
    found: int | None = steps.verified(session, token, APPLICANTS).get("auth_time")
    return found


def test_auth_time_only_when_asked_by_claim_or_by_max_age(cloud: Cloud, session: requests.Session) -> None:
    by_name = '{"id_token":{"auth_time":{"essential":true}}}'

    assert _auth_time(cloud, session) is None
    assert _auth_time(cloud, session, claims=by_name) == pytest.approx(time.time() - 3600, abs=10)
    assert _auth_time(cloud, session, max_age="7200") == pytest.approx(time.time() - 3600, abs=10)


@pytest.mark.parametrize("asked", [{"max_age": "600"}, {"prompt": "login", "max_age": "7200"}])
def test_an_older_session_signs_in_anew_when_that_is_asked_for(
    cloud: Cloud, session: requests.Session, asked: dict[str, str]
) -> None:
    assert _auth_time(cloud, session, **asked) == pytest.approx(time.time(), abs=10)


def test_a_switch_makes_stale_tokens(cloud: Cloud, session: requests.Session) -> None:
    cloud.faults.put({"entra": {"stale_minutes": 30}})

    assert _auth_time(cloud, session, prompt="login", max_age="60") == pytest.approx(
        time.time() - 1800, abs=10
    )


def test_sub_differs_between_applications(cloud: Cloud, session: requests.Session) -> None:
    one = signed_in(cloud, session, client_id=APPLICANTS, account=REVIEWER.upn)
    other = signed_in(cloud, session, client_id=STAFF, account=REVIEWER.upn)

    assert one["sub"] != other["sub"]
    assert one["oid"] == other["oid"]


def test_state_and_nonce_are_echoed(cloud: Cloud, session: requests.Session) -> None:
    back = steps.returned(steps.authorize(cloud))
    token = steps.redeem(cloud, back["code"]).json()

    assert back["state"] == "the-state"
    assert steps.verified(session, token["id_token"], APPLICANTS)["nonce"] == "the-nonce"
    assert token["token_type"] == "Bearer"


def test_the_page_says_who_asks_for_what_and_lists_everybody(cloud: Cloud) -> None:
    page = steps.authorize(cloud, None, scope="openid profile").text

    assert "Reregistration (applicants)" in page
    assert "<code>openid</code>" in page
    assert all(person.name in page for person in people.PEOPLE)
    assert "second step done" not in page


def test_the_page_shows_the_second_step_when_it_is_asked_for(cloud: Cloud) -> None:
    page = steps.authorize(cloud, None, client_id=STAFF, claims=steps.context_request()).text

    assert "second step done" in page


def test_values_of_the_request_are_shown_as_text(cloud: Cloud) -> None:
    page = steps.authorize(cloud, None, client_id="<script>alert(1)</script>").text

    assert "<script>alert" not in page


def test_form_post_answers_a_form(cloud: Cloud) -> None:
    answer = steps.authorize(cloud, response_mode="form_post")

    assert answer.status_code == 200
    assert f'action="{steps.callback(cloud)}"' in answer.text
    assert 'name="state" value="the-state"' in answer.text


def test_a_password_signs_in_and_a_wrong_one_does_not(cloud: Cloud) -> None:
    url = steps.authorize(cloud, None).url
    good = requests.post(
        url,
        data={"account": STUDENT.upn.upper(), "secret": STUDENT.password},
        allow_redirects=False,
        timeout=10,
    )
    bad = requests.post(
        url, data={"account": STUDENT.upn, "secret": "guess"}, allow_redirects=False, timeout=10
    )

    assert "code" in steps.returned(good)
    assert bad.status_code == 403
    assert "AADSTS50126" in bad.text


def test_a_one_time_pass_signs_in_once(cloud: Cloud) -> None:
    code = cloud.graph.create_pass(STUDENT.oid, once=True)["temporaryAccessPass"]
    url = steps.authorize(cloud, None).url
    form = {"account": STUDENT.upn, "secret": code}
    first, second = (requests.post(url, data=form, allow_redirects=False, timeout=10) for _ in range(2))

    assert "code" in steps.returned(first)
    assert second.status_code == 403


def test_sign_out_goes_back_only_to_a_registered_address(cloud: Cloud) -> None:
    home = f"{cloud.settings.base_url}/"
    where = steps.address(cloud, "logout")
    known = requests.get(
        where, params={"post_logout_redirect_uri": home, "state": "s"}, allow_redirects=False, timeout=10
    )
    unknown = requests.get(
        where, params={"post_logout_redirect_uri": "https://evil.example/"}, allow_redirects=False, timeout=10
    )

    assert known.headers["Location"] == f"{home}?state=s"
    assert unknown.status_code == 200
    assert "evil" not in unknown.text


def test_sign_ins_are_counted(cloud: Cloud) -> None:
    steps.authorize(cloud)

    assert cloud.calls.counts()["entra"] == {"sign-in": 1}
