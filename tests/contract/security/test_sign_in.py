"""Sign-in through the local Entra with the real MSAL: who comes in, who does not, and in whose words."""

import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from local import configuration
from shared.adapters.msal_sign_in import Refusal, SignedIn, SignInKind, SignInRefusedError
from shared.adapters.sessions import CookieKind, Cookies
from tests.contract.security import forging
from tests.contract.security.conftest import LINK_AUTH_CONTEXT, Tenant, person


async def _signed_in(tenant: Tenant, kind: SignInKind, upn: str) -> SignedIn:
    address, flow = await tenant.sign_in.start(kind, "/apply?x=1")
    return await tenant.sign_in.finish(flow, await tenant.browse(address, upn))


async def test_an_applicant_comes_in_with_a_password_alone(tenant: Tenant) -> None:
    student = person("student")
    found = await _signed_in(tenant, SignInKind.APPLICANT, student.upn)
    assert (found.kind, found.oid, found.upn) == (SignInKind.APPLICANT, student.oid, student.upn)
    assert (found.tid, found.roles, found.next) == (configuration.TENANT_ID, frozenset(), "/apply?x=1")
    assert timedelta(minutes=59) < found.expires_at - datetime.now(UTC) < timedelta(minutes=80)


async def test_a_reviewer_comes_in_with_roles_and_evidence(tenant: Tenant) -> None:
    reviewer = person("reviewer")
    found = await _signed_in(tenant, SignInKind.STAFF, reviewer.upn)
    assert found.oid == reviewer.oid
    assert "Reviewer" in found.roles
    claims = jwt.decode(found.id_token, options={"verify_signature": False})
    assert claims["acrs"] == ["c1"]
    assert found.id_token not in repr(found)


@pytest.mark.parametrize("kind", SignInKind)
async def test_what_is_asked_of_entra(tenant: Tenant, kind: SignInKind) -> None:
    address, flow = await tenant.sign_in.start(kind, "/", login_hint="someone@example.ac.jp")
    asked = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
    assert set(asked["scope"].split()) == {"openid", "profile"}
    assert asked["response_mode"] == "query"
    assert asked["code_challenge_method"] == "S256"
    assert asked["login_hint"] == "someone@example.ac.jp"
    assert asked["nonce"] == hashlib.sha256(flow["flow"]["nonce"].encode()).hexdigest()
    mfa = {"essential": True, "value": "c1"}
    link = {"acrs": mfa | {"value": LINK_AUTH_CONTEXT}, "auth_time": {"essential": True}}
    wanted = {SignInKind.STAFF: {"id_token": {"acrs": mfa}}, SignInKind.LINKER: {"id_token": link}}.get(kind)
    assert json.loads(asked.get("claims", "null")) == wanted
    anew = {name: asked[name] for name in ("prompt", "max_age") if name in asked}
    assert anew == ({"prompt": "login", "max_age": "600"} if kind is SignInKind.LINKER else {})


async def test_the_flow_and_the_session_fit_into_cookies(tenant: Tenant) -> None:
    cookies = Cookies(["k" * 32], "https://recovery.example.ac.jp")
    _, flow = await tenant.sign_in.start(SignInKind.STAFF, "/review/" + "x" * 300)
    cookie = cookies.seal(CookieKind.FLOW, flow)
    assert cookies.open(CookieKind.FLOW, {cookie.name: cookie.value}) == flow
    found = await _signed_in(tenant, SignInKind.STAFF, person("reviewer").upn)
    session = {"oid": found.oid, "name": found.name, "roles": sorted(found.roles), "id_token": found.id_token}
    cookies.seal(CookieKind.STAFF, session, ends_at=found.expires_at.timestamp())


async def _refused(tenant: Tenant, flow: dict[str, Any], query: dict[str, str]) -> SignInRefusedError:
    with pytest.raises(SignInRefusedError) as caught:
        await tenant.sign_in.finish(flow, query)
    return caught.value


async def test_a_cancelled_sign_in(tenant: Tenant) -> None:
    _, flow = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    query = {"error": "access_denied", "error_description": "AADSTS65004", "state": flow["flow"]["state"]}
    assert (await _refused(tenant, flow, query)).code is Refusal.CANCELLED


@pytest.mark.parametrize("flow", [{}, {"kind": "applicant"}, {"kind": "x", "next": "/", "flow": {}}])
async def test_without_its_flow_a_sign_in_is_over(tenant: Tenant, flow: dict[str, Any]) -> None:
    assert (await _refused(tenant, flow, {"code": "x", "state": "y"})).code is Refusal.EXPIRED_FLOW


@pytest.mark.parametrize("state", ["", "other", "é"])
async def test_another_state_is_another_sign_in_s(tenant: Tenant, state: str) -> None:
    address, flow = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    query = await tenant.browse(address, person("student").upn) | {"state": state}
    assert (await _refused(tenant, flow, query)).code is Refusal.EXPIRED_FLOW
    assert "token" not in tenant.road.calls


async def test_an_empty_state_in_the_flow_matches_nothing(tenant: Tenant) -> None:
    _, flow = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    flow["flow"]["state"] = ""
    assert (await _refused(tenant, flow, {"code": "x"})).code is Refusal.EXPIRED_FLOW


async def test_a_code_is_good_once(tenant: Tenant) -> None:
    address, flow = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    query = await tenant.browse(address, person("student").upn)
    await tenant.sign_in.finish(flow, query)
    assert (await _refused(tenant, flow, query)).code is Refusal.EXPIRED_FLOW


async def test_a_code_of_another_browser_s_flow_is_refused(tenant: Tenant) -> None:
    address, _ = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    stolen = await tenant.browse(address, person("student").upn)
    _, flow = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    query = {"code": stolen["code"], "state": flow["flow"]["state"]}
    assert (await _refused(tenant, flow, query)).code is Refusal.EXPIRED_FLOW


async def test_an_applicant_s_flow_cannot_be_finished_as_staff(tenant: Tenant) -> None:
    address, flow = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    query = await tenant.browse(address, person("reviewer").upn)
    refusal = await _refused(tenant, flow | {"kind": "staff"}, query)
    assert refusal.code in {Refusal.EXPIRED_FLOW, Refusal.NOT_ALLOWED}


@pytest.mark.parametrize("wrong", forging.WRONG)
async def test_a_wrong_id_token_signs_nobody_in(tenant: Tenant, wrong: str) -> None:
    forge, fault = forging.WRONG[wrong]
    address, flow = await tenant.sign_in.start(SignInKind.STAFF, "/")
    query = await tenant.browse(address, person("reviewer").upn)
    tenant.road.change = lambda answer: answer | {"id_token": forge(tenant.cloud, _claims(answer))}
    refusal = await _refused(tenant, flow, query)
    assert refusal.code is Refusal.WRONG_TOKEN
    assert refusal.fault in {fault, "msal"}


@pytest.mark.parametrize("nonce", [None, "", "other"])
async def test_a_token_with_another_nonce_signs_nobody_in(tenant: Tenant, nonce: str | None) -> None:
    address, flow = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    query = await tenant.browse(address, person("student").upn)
    forge = forging.change(nonce=nonce)
    tenant.road.change = lambda answer: answer | {"id_token": forge(tenant.cloud, _claims(answer))}
    assert (await _refused(tenant, flow, query)).code is Refusal.WRONG_TOKEN


async def test_staff_without_the_authentication_context_are_not_allowed(tenant: Tenant) -> None:
    address, flow = await tenant.sign_in.start(SignInKind.STAFF, "/")
    query = await tenant.browse(address, person("reviewer").upn)
    forge = forging.change(acrs=None)
    tenant.road.change = lambda answer: answer | {"id_token": forge(tenant.cloud, _claims(answer))}
    assert (await _refused(tenant, flow, query)).code is Refusal.NOT_ALLOWED


async def test_whoever_links_a_card_comes_in_with_mfa_and_the_time_of_it(tenant: Tenant) -> None:
    student = person("student")
    found = await _signed_in(tenant, SignInKind.LINKER, student.upn)
    assert (found.kind, found.oid, found.roles) == (SignInKind.LINKER, student.oid, frozenset())
    claims = jwt.decode(found.id_token, options={"verify_signature": False})
    assert claims["aud"] == configuration.APPLICANT_CLIENT_ID
    assert claims["acrs"] == [LINK_AUTH_CONTEXT]
    assert found.signed_in_at == datetime.fromtimestamp(claims["auth_time"], UTC)
    assert abs(time.time() - claims["auth_time"]) < 10


async def test_only_who_links_a_card_is_asked_when_they_signed_in(tenant: Tenant) -> None:
    assert (await _signed_in(tenant, SignInKind.APPLICANT, person("student").upn)).signed_in_at is None
    assert (await _signed_in(tenant, SignInKind.STAFF, person("reviewer").upn)).signed_in_at is None


async def test_an_old_session_of_the_browser_is_not_taken_for_a_fresh_sign_in(tenant: Tenant) -> None:
    address, flow = await tenant.sign_in.start(SignInKind.LINKER, "/verify/link")
    found = await tenant.sign_in.finish(
        flow, await tenant.browse(f"{address}&since=3600", person("student").upn)
    )
    assert found.signed_in_at is not None
    assert datetime.now(UTC) - found.signed_in_at < timedelta(seconds=10)


@pytest.mark.parametrize("minutes", [11, 60, -5])
async def test_a_sign_in_that_is_not_fresh_links_nothing(tenant: Tenant, minutes: int) -> None:
    tenant.cloud.faults.put({"entra": {"stale_minutes": minutes}})
    address, flow = await tenant.sign_in.start(SignInKind.LINKER, "/verify/link")
    query = await tenant.browse(address, person("student").upn)
    assert (await _refused(tenant, flow, query)).code is Refusal.NOT_FRESH


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"auth_time": None}, Refusal.NOT_FRESH),
        ({"auth_time": "soon"}, Refusal.NOT_FRESH),
        ({"acrs": None}, Refusal.NOT_ALLOWED),
        ({"acrs": ["c1"]}, Refusal.NOT_ALLOWED),
    ],
)
async def test_a_token_that_does_not_say_enough_links_nothing(
    tenant: Tenant, changes: dict[str, Any], code: Refusal
) -> None:
    address, flow = await tenant.sign_in.start(SignInKind.LINKER, "/verify/link")
    query = await tenant.browse(address, person("student").upn)
    forge = forging.change(**changes)
    tenant.road.change = lambda answer: answer | {"id_token": forge(tenant.cloud, _claims(answer))}
    assert (await _refused(tenant, flow, query)).code is code


async def test_an_applicant_s_flow_cannot_be_finished_as_a_link(tenant: Tenant) -> None:
    address, flow = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    query = await tenant.browse(address, person("student").upn)
    refusal = await _refused(tenant, flow | {"kind": "linker"}, query)
    assert refusal.code is Refusal.NOT_ALLOWED


async def test_an_answer_without_an_id_token_signs_nobody_in(tenant: Tenant) -> None:
    address, flow = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    query = await tenant.browse(address, person("student").upn)
    tenant.road.change = lambda answer: {name: value for name, value in answer.items() if name != "id_token"}
    assert (await _refused(tenant, flow, query)).code is Refusal.WRONG_TOKEN


async def test_when_entra_cannot_be_reached(tenant: Tenant) -> None:
    tenant.road.broken = True
    with pytest.raises(SignInRefusedError) as caught:
        await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    assert caught.value.code is Refusal.UNAVAILABLE
    tenant.road.broken = False
    address, flow = await tenant.sign_in.start(SignInKind.APPLICANT, "/")
    query = await tenant.browse(address, person("student").upn)
    tenant.road.broken = True
    assert (await _refused(tenant, flow, query)).code is Refusal.UNAVAILABLE


async def test_no_token_is_kept_in_memory(tenant: Tenant) -> None:
    await _signed_in(tenant, SignInKind.STAFF, person("reviewer").upn)
    client = tenant.sign_in._clients[SignInKind.STAFF]
    assert client.token_cache._cache == {}
    assert client.get_accounts() == []


async def test_signing_out_ends_entra_s_session_too(tenant: Tenant) -> None:
    home = f"{tenant.cloud.settings.base_url}/"
    address = urlsplit(await tenant.sign_in.sign_out_url(home))
    assert address.path.endswith("/logout")
    assert parse_qs(address.query) == {"post_logout_redirect_uri": [home]}


def _claims(answer: dict[str, Any]) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(answer["id_token"], options={"verify_signature": False})
    return claims | {"exp": int(time.time()) + 3600}
