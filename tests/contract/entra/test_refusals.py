"""What the issuer refuses, as Entra does."""

import base64
from urllib.parse import quote

import pytest
import requests

from local import configuration, people
from local.cloud import Cloud
from local.entra.registrations import API_URI, FRONTEND_CLIENT_ID, FRONTEND_REDIRECT_URI
from local.entra.tokens import GRAPH_AUDIENCE
from tests.contract.entra import sign_in as steps
from tests.contract.entra.sign_in import APPLICANTS, REVIEWER, STAFF, STUDENT


def the_code(cloud: Cloud, **changed: str | None) -> str:
    return steps.returned(steps.authorize(cloud, **changed))["code"]


@pytest.mark.parametrize(
    "wrong",
    [
        "http://localhost:7071/auth/callback/",
        "http://localhost:7071/auth/callback?x=1",
        "http://LOCALHOST:7071/auth/callback",
        "http://127.0.0.1:7071/auth/callback",
        "https://evil.example/auth/callback",
        "",
    ],
)
def test_a_redirect_address_must_match_letter_by_letter(cloud: Cloud, wrong: str) -> None:
    """And nobody is ever sent to one that does not."""
    answer = steps.authorize(cloud, redirect_uri=wrong)

    assert answer.status_code == 400
    assert "AADSTS50011" in answer.text
    assert "Location" not in answer.headers


def test_an_unknown_client_is_a_page(cloud: Cloud) -> None:
    answer = steps.authorize(cloud, client_id="bbbbbbbb-0000-4000-8000-000000000001")

    assert answer.status_code == 400
    assert "AADSTS700016" in answer.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": None}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
    ],
)
def test_a_bad_request_goes_back_to_the_application(
    cloud: Cloud, changed: dict[str, str | None], error: str
) -> None:
    back = steps.returned(steps.authorize(cloud, **changed))

    assert back["error"] == error
    assert back["state"] == "the-state"
    assert "code" not in back


def test_a_disabled_account_is_refused(cloud: Cloud) -> None:
    disabled = next(person for person in people.PEOPLE if not person.enabled)
    answer = steps.authorize(cloud, disabled.upn)

    assert answer.status_code == 403
    assert "AADSTS50057" in answer.text


def test_a_disabled_account_cannot_use_its_password_either(cloud: Cloud) -> None:
    disabled = next(person for person in people.PEOPLE if not person.enabled)
    form = {"account": disabled.upn, "secret": disabled.password}
    answer = requests.post(steps.authorize(cloud, None).url, data=form, allow_redirects=False, timeout=10)

    assert "AADSTS50057" in answer.text


def test_an_account_that_does_not_exist_is_refused(cloud: Cloud) -> None:
    assert "AADSTS50034" in steps.authorize(cloud, "nobody@utac.example.ac.jp").text


@pytest.mark.parametrize("beyond", ["User.Read", "https://graph.microsoft.com/User.Read", f"{API_URI}/Any"])
def test_the_password_only_site_cannot_ask_for_more_than_signing_in(cloud: Cloud, beyond: str) -> None:
    """Conditional Access: everything beyond the OIDC scopes demands a second factor."""
    answer = steps.authorize(cloud, scope=f"openid profile {beyond}")

    assert answer.status_code == 403
    assert "AADSTS50076" in answer.text


def test_an_authentication_context_needs_a_registered_method(cloud: Cloud) -> None:
    """Who lost everything cannot do a second step, whatever the application asks."""
    user = cloud.graph.directory.user(REVIEWER.oid)
    user.methods[:] = [method for method in user.methods if method.kind in ("password", "email")]
    answer = steps.authorize(cloud, REVIEWER.upn, client_id=STAFF, claims=steps.context_request())

    assert answer.status_code == 403
    assert "AADSTS50076" in answer.text


def test_a_code_works_once(cloud: Cloud) -> None:
    code = the_code(cloud)
    first, second = steps.redeem(cloud, code), steps.redeem(cloud, code)

    assert first.status_code == 200
    assert second.status_code == 400
    assert second.json()["error"] == "invalid_grant"
    assert second.json()["error_codes"] == [54005]


def test_a_failed_attempt_spends_the_code(cloud: Cloud) -> None:
    code = the_code(cloud)
    steps.redeem(cloud, code, code_verifier="w" * 50)

    assert steps.redeem(cloud, code).json()["error"] == "invalid_grant"


def test_a_code_lives_for_a_minute(cloud: Cloud) -> None:
    late = [0.0]
    cloud.entra._seconds = lambda: late[0]
    early, too_late = the_code(cloud), the_code(cloud)
    late[0] = 60.0
    in_time = steps.redeem(cloud, early)
    late[0] = 60.5
    refused = steps.redeem(cloud, too_late)

    assert in_time.status_code == 200
    assert refused.json()["error_codes"] == [70008]


@pytest.mark.parametrize(
    ("changed", "error", "status"),
    [
        ({"code": "made-up"}, "invalid_grant", 400),
        ({"redirect_uri": "http://localhost:7071/"}, "invalid_grant", 400),
        ({"code_verifier": "w" * 50}, "invalid_grant", 400),
        ({"code_verifier": None}, "invalid_grant", 400),
        ({"client_secret": "wrong"}, "invalid_client", 401),
        ({"client_secret": None}, "invalid_client", 401),
        ({"client_id": "bbbbbbbb-0000-4000-8000-000000000001"}, "unauthorized_client", 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        (
            {"client_id": STAFF, "client_secret": configuration.local_secret(STAFF)},
            "invalid_grant",
            400,
        ),
    ],
)
def test_the_token_endpoint_refuses(
    cloud: Cloud, changed: dict[str, str | None], error: str, status: int
) -> None:
    """Unknown code, another address, bad PKCE, bad secret, another client."""
    answer = steps.redeem(cloud, **({"code": the_code(cloud)} | changed))  # type: ignore[arg-type]

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"].startswith("AADSTS")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_verifier_without_a_challenge_is_a_downgrade(cloud: Cloud) -> None:
    code = the_code(cloud, code_challenge=None, code_challenge_method=None)

    assert steps.redeem(cloud, code).json()["error"] == "invalid_grant"


def test_a_code_without_pkce_is_redeemed_without_a_verifier(cloud: Cloud) -> None:
    """PKCE is checked if sent; a confidential client may leave it out in Entra."""
    code = the_code(cloud, code_challenge=None, code_challenge_method=None)

    assert steps.redeem(cloud, code, code_verifier=None).status_code == 200


def test_the_secret_may_come_as_basic_authentication(cloud: Cloud) -> None:
    def answer(secret: str) -> int:
        pair = base64.b64encode(f"{APPLICANTS}:{quote(secret)}".encode()).decode()
        fields = {
            "grant_type": "authorization_code", "redirect_uri": steps.callback(cloud), "code": the_code(cloud),
            "code_verifier": steps.VERIFIER,
        }  # fmt: skip
        return requests.post(
            steps.address(cloud, "token"), data=fields, headers={"Authorization": f"Basic {pair}"}, timeout=10
        ).status_code

    assert answer(configuration.local_secret(APPLICANTS)) == 200
    assert answer("wrong") == 401


def test_another_tenant_is_not_served(cloud: Cloud) -> None:
    where = f"{cloud.settings.local_url}/22222222-0000-4000-8000-000000000000/v2.0/.well-known/openid-configuration"
    answer = requests.get(where, timeout=10)

    assert answer.status_code == 400
    assert answer.json()["error_codes"] == [90002]


def app_token(cloud: Cloud, client_id: str, scope: str) -> requests.Response:
    fields = {
        "grant_type": "client_credentials", "client_id": client_id, "scope": scope,
        "client_secret": configuration.local_secret(client_id),
    }  # fmt: skip
    return requests.post(steps.address(cloud, "token"), data=fields, timeout=10)


def test_the_worker_gets_granular_graph_roles_and_web_gets_none(cloud: Cloud) -> None:
    scope = f"{GRAPH_AUDIENCE}/.default"
    tokens = [
        app_token(cloud, identity, scope).json()["access_token"]
        for identity in (configuration.WORKER_IDENTITY_ID, configuration.WEB_IDENTITY_ID)
    ]
    worker, web = (cloud.entra.verifier.verify(token) for token in tokens)

    assert worker is not None
    assert web is not None
    assert "UserAuthMethod-TAP.ReadWrite.All" in worker["roles"]
    assert "UserAuthenticationMethod.ReadWrite.All" not in worker["roles"]
    assert "roles" not in web
    assert worker["idtyp"] == web["idtyp"] == "app"
    assert "scp" not in worker


def test_the_flow_gets_the_role_of_the_forms_door(cloud: Cloud) -> None:
    token = app_token(cloud, configuration.FORMS_CLIENT_ID, f"{API_URI}/.default").json()["access_token"]
    claims = cloud.entra.verifier.verify(token, audience=configuration.API_CLIENT_ID)

    assert claims is not None
    assert claims["roles"] == ["Forms.Submit"]


def test_an_application_must_ask_for_a_whole_resource(cloud: Cloud) -> None:
    answer = app_token(cloud, configuration.WORKER_IDENTITY_ID, f"{GRAPH_AUDIENCE}/User.Read.All")

    assert answer.json()["error"] == "invalid_scope"


def test_another_frontend_gets_a_delegated_token_for_the_api(cloud: Cloud) -> None:
    code = the_code(
        cloud, client_id=FRONTEND_CLIENT_ID, redirect_uri=FRONTEND_REDIRECT_URI,
        scope=f"openid {API_URI}/Applications.Submit",
    )  # fmt: skip
    answer = steps.redeem(
        cloud, code, client_id=FRONTEND_CLIENT_ID, redirect_uri=FRONTEND_REDIRECT_URI,
        client_secret=configuration.local_secret(FRONTEND_CLIENT_ID),
    ).json()  # fmt: skip
    claims = cloud.entra.verifier.verify(answer["access_token"], audience=configuration.API_CLIENT_ID)

    assert claims is not None
    assert claims["scp"] == "Applications.Submit"
    assert claims["oid"] == STUDENT.oid
    assert "idtyp" not in claims
