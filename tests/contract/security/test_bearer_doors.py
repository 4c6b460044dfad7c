"""The doors for programs before the local Entra: who is let in, and how the others are told (RFC 6750, RFC 9457)."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import azure.functions as func
import pytest

from functions import http_api, http_forms
from functions._http import doors
from functions._http.doors import FORMS_FLOW, FRONTEND, Needs, door
from functions._http.visit import Visit
from local import configuration
from shared import bootstrap
from shared.adapters.access_tokens import AccessTokens
from shared.bootstrap import bearers
from shared.domain.kinds import Channel
from tests.contract.security import forging
from tests.contract.security.conftest import Tenant

KEY = "shared-key-of-the-flow-0123456789-0123456789"

type Call = Callable[..., Awaitable[func.HttpResponse]]


class Given:
    """The settings that these doors read."""

    api_frontends: tuple[str, ...] = (configuration.FRONTEND_CLIENT_ID,)
    forms_without_token = False

    class forms_fallback_key:  # noqa: N801 - as the setting is called
        """A secret."""

        @staticmethod
        def get_secret_value() -> str:
            return KEY


@pytest.fixture
def given(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Given:
    """A process of ``web`` whose issuer is the local Entra."""
    given = Given()
    tokens = AccessTokens(
        tenant.issuer, tenant_id=configuration.TENANT_ID, audience=configuration.API_CLIENT_ID
    )
    monkeypatch.setattr(bearers, "access_tokens", lambda: tokens)
    monkeypatch.setattr(bearers, "settings", lambda: given)
    monkeypatch.setattr(bootstrap, "base_url", lambda: "https://mfa.example.ac.jp")
    monkeypatch.setattr(bootstrap, "sign_in_page", lambda: "https://login.example/t/v2.0")
    monkeypatch.setattr(bootstrap, "ways", lambda: frozenset({Channel.FORM, Channel.WEBSITE}))
    return given


def opened(needs: Needs) -> Call:
    """A door that says who came in."""

    async def inside(visit: Visit) -> func.HttpResponse:
        caller = visit.caller
        cookies = [*visit.jar.headers, visit.jar.language]
        told = {"who": caller.oid if caller else "", "evidence": visit.evidence, "cookies": cookies}
        return func.HttpResponse(json.dumps(told))

    serve = door(needs)(inside)
    del doors.DOORS["inside"]  # no door of the app: the list of those is held by a test

    async def call(token: str = "", **headers: str) -> func.HttpResponse:
        sent = {"content-length": "2", **({"authorization": f"Bearer {token}"} if token else {}), **headers}
        request = func.HttpRequest(
            method="POST",
            url="https://mfa.example.ac.jp/api/x",
            headers=sent,
            params={"lang": "en"},
            body=b"{}",
        )
        return await serve(request)

    return call


@pytest.fixture
def flow(given: Given) -> Call:
    return opened(FORMS_FLOW)


@pytest.fixture
def frontend(given: Given) -> Call:
    return opened(FRONTEND)


def refused(answer: func.HttpResponse, status: int, challenge: str | None) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_body()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers.get("WWW-Authenticate") == challenge
    document: dict[str, Any] = json.loads(answer.get_body())
    return document


DOORS: Mapping[str, tuple[Needs, Callable[..., dict[str, Any]]]] = {
    "flow": (FORMS_FLOW, forging.flow_claims),
    "frontend": (FRONTEND, forging.user_claims),
}


@pytest.mark.parametrize("name", DOORS)
async def test_a_good_token_comes_in_and_is_kept_as_evidence(tenant: Tenant, given: Given, name: str) -> None:
    needs, claims = DOORS[name]
    token = forging.signed(tenant.cloud, claims())
    answer = await opened(needs)(token)
    assert answer.status_code == 200
    assert json.loads(answer.get_body()) == {"who": claims()["oid"], "evidence": token, "cookies": [""]}


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dTpw", "token abc"])
async def test_without_a_token_the_answer_says_that_one_is_needed(
    given: Given, name: str, header: str
) -> None:
    answer = await opened(DOORS[name][0])(authorization=header)
    assert refused(answer, 401, "Bearer")["type"].endswith("token_needed")


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize("wrong", [*forging.WRONG, "no token", "an ID token"])
async def test_a_wrong_token_is_refused(tenant: Tenant, given: Given, name: str, wrong: str) -> None:
    needs, claims = DOORS[name]
    odd = {"no token": "x.y.z", "an ID token": forging.signed(tenant.cloud, forging.claims())}
    token = odd.get(wrong) or forging.WRONG[wrong][0](tenant.cloud, claims())
    told = refused(await opened(needs)(token), 401, 'Bearer error="invalid_token"')
    assert token not in json.dumps(told)


async def test_an_expired_token_is_refused_at_once(tenant: Tenant, frontend: Call) -> None:
    """To be let in by a token that has just run out would make a row whose evidence counts for nothing."""
    token = forging.signed(tenant.cloud, forging.user_claims(exp=int(time.time()) - 1))
    refused(await frontend(token), 401, 'Bearer error="invalid_token"')


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("flow", forging.flow_claims(roles=None)),
        ("flow", forging.flow_claims(roles=["Other"])),
        ("flow", forging.user_claims()),
        ("frontend", forging.flow_claims()),
        ("frontend", forging.user_claims(scp="openid profile")),
        ("frontend", forging.user_claims(azp=configuration.APPLICANT_CLIENT_ID)),
        ("frontend", forging.user_claims(azpacr="0")),
    ],
    ids=["no role", "other role", "a person", "app-only", "no scope", "unknown frontend", "public client"],
)
async def test_a_token_without_the_right_is_told_so(
    tenant: Tenant, given: Given, name: str, claims: dict[str, Any]
) -> None:
    token = forging.signed(tenant.cloud, claims)
    refused(await opened(DOORS[name][0])(token), 403, 'Bearer error="insufficient_scope"')


async def test_when_the_issuer_is_down_the_caller_may_try_again(tenant: Tenant, flow: Call) -> None:
    tenant.road.broken = True
    answer = await flow(forging.signed(tenant.cloud, forging.flow_claims()))
    refused(answer, 503, None)
    assert int(answer.headers["Retry-After"]) > 0


async def test_cookies_origin_and_the_language_switch_count_for_nothing(
    tenant: Tenant, frontend: Call
) -> None:
    session = "reregister-applicant=x; reregister-lang=en"
    answer = await frontend(cookie=session, origin="https://mfa.example.ac.jp", **{"accept-language": "ja"})
    told = refused(answer, 401, "Bearer")
    assert "アクセストークン" in told["title"]
    assert not answer.headers.get("Set-Cookie")
    token = forging.signed(tenant.cloud, forging.user_claims())
    come = await frontend(token, cookie=session, origin="https://elsewhere.example")
    assert json.loads(come.get_body())["cookies"] == [""]


async def test_without_a_list_of_frontends_the_api_is_off(
    tenant: Tenant, frontend: Call, given: Given
) -> None:
    given.api_frontends = ()
    token = forging.signed(tenant.cloud, forging.user_claims())
    assert refused(await frontend(token), 404, None)["type"].endswith("way_off")


@pytest.mark.parametrize("module", [http_forms, http_api])
async def test_a_way_that_is_off_has_no_door(
    given: Given,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,  # noqa: ANN401
) -> None:
    monkeypatch.setattr(bootstrap, "ways", lambda: frozenset({Channel.OFFICE}))
    serve = module.form_response if module is http_forms else module.api_apply
    function = serve._function.get_user_function()
    request = func.HttpRequest(method="POST", url="https://mfa.example.ac.jp/x", headers={}, body=b"")
    assert refused(await function(request), 404, None)["type"].endswith("way_off")


async def test_the_shared_key_opens_only_where_it_is_allowed(
    flow: Call, frontend: Call, given: Given
) -> None:
    key = {"x-functions-key": KEY}
    refused(await flow(**key), 401, "Bearer")
    given.forms_without_token = True
    answer = await flow(**key)
    assert json.loads(answer.get_body()) == {"who": "", "evidence": "", "cookies": [""]}
    for wrong in ("", KEY[:-1], KEY + "x", KEY.upper(), "é"):
        refused(await flow(**{"x-functions-key": wrong}), 401, "Bearer")
    refused(await frontend(**key), 401, "Bearer")


async def test_a_body_is_read_only_after_the_token(tenant: Tenant, frontend: Call) -> None:
    refused(await frontend(**{"content-length": "99999999"}), 401, "Bearer")
    token = forging.signed(tenant.cloud, forging.user_claims())
    told = refused(await frontend(token, **{"content-length": "99999999"}), 413, None)
    assert told["type"].endswith("body_too_large")
    refused(await frontend(token, **{"content-length": "x"}), 411, None)
