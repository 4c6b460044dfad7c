"""Access tokens made for our API, and the port ``FormTokens``: each wrong token is refused for what is wrong with it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local import configuration
from shared.adapters.access_tokens import AccessTokens
from shared.adapters.form_tokens import EntraFormTokens
from shared.adapters.id_tokens import Issuer, TokenFault, WrongTokenError
from shared.domain.callers import Caller, may_apply, may_send_forms
from shared.ports import FormTokens, UnavailableError
from tests.contract.security import forging
from tests.contract.security.conftest import Tenant
from tests.fakes.plain_security import PlainFormTokens

FRONTENDS = (configuration.FRONTEND_CLIENT_ID,)
SECOND = timedelta(seconds=1)


def tokens_of(tenant: Tenant, audience: str = configuration.API_CLIENT_ID) -> AccessTokens:
    return AccessTokens(tenant.issuer, tenant_id=configuration.TENANT_ID, audience=audience)


async def read(tenant: Tenant, claims: dict[str, Any]) -> Caller:
    token = forging.signed(tenant.cloud, claims)
    return await asyncio.to_thread(tokens_of(tenant).verify, token, at=time.time())


async def test_the_flow_s_own_token_lets_it_send_forms_and_nothing_else(tenant: Tenant) -> None:
    caller = await read(tenant, forging.flow_claims())
    assert caller.app_only
    assert may_send_forms(caller)
    assert not may_apply(caller, [caller.client])


async def test_a_person_s_token_lets_a_listed_frontend_apply_for_them_and_nothing_else(
    tenant: Tenant,
) -> None:
    caller = await read(tenant, forging.user_claims())
    assert (caller.oid, caller.client, caller.app_only) == ("oid-student", FRONTENDS[0], False)
    assert may_apply(caller, FRONTENDS)
    assert may_apply(caller, [FRONTENDS[0].upper()])
    assert not may_apply(caller, [])
    assert not may_send_forms(caller)


@pytest.mark.parametrize(
    "changes",
    [
        {"scp": "Other.Read"},
        {"scp": "Applications.SubmitAll"},
        {"azp": configuration.FORMS_CLIENT_ID},
        {"azpacr": "0"},
        {"azpacr": None},
        {"roles": ["Forms.Submit"], "scp": "x"},
    ],
    ids=[
        "other scope",
        "longer scope",
        "not listed",
        "public client",
        "client unknown",
        "a role of the person",
    ],
)
async def test_a_person_s_token_without_the_right_is_believed_and_lets_nothing(
    tenant: Tenant, changes: dict[str, object]
) -> None:
    caller = await read(tenant, forging.user_claims(**changes))
    assert not may_apply(caller, FRONTENDS)
    assert not may_send_forms(caller)


@pytest.mark.parametrize("roles", [None, [], ["Other"], "Forms.Submit", ["forms.submit"]])
async def test_a_flow_without_the_role_may_not_send(tenant: Tenant, roles: object) -> None:
    assert not may_send_forms(await read(tenant, forging.flow_claims(roles=roles)))


async def test_without_idtyp_an_application_is_known_by_its_subject(tenant: Tenant) -> None:
    assert may_send_forms(await read(tenant, forging.flow_claims(idtyp=None)))


@pytest.mark.parametrize(
    "claims",
    [
        forging.user_claims(scp=None),
        forging.user_claims(scp=""),
        forging.user_claims(scp=["Applications.Submit"]),
        forging.user_claims(idtyp="app"),
        forging.flow_claims(scp="Applications.Submit"),
        forging.flow_claims(idtyp="user"),
        forging.flow_claims(idtyp=None, sub="another"),
        forging.user_claims(azp=None),
        forging.user_claims(azp=7),
    ],
    ids=[
        "nobody's", "empty scope", "scope as list", "person and app", "app with scope", "app as user",
        "unclear", "no client", "client is a number",
    ],
)  # fmt: skip
async def test_a_token_that_is_not_clearly_a_person_s_or_an_application_s_is_refused(
    tenant: Tenant, claims: dict[str, Any]
) -> None:
    with pytest.raises(WrongTokenError) as caught:
        await read(tenant, claims)
    assert caught.value.fault is TokenFault.MALFORMED


@pytest.mark.parametrize("wrong", forging.WRONG)
@pytest.mark.parametrize("claims", [forging.flow_claims, forging.user_claims])
async def test_a_wrong_token_is_refused_for_what_is_wrong(tenant: Tenant, claims: Any, wrong: str) -> None:  # noqa: ANN401
    forge, fault = forging.WRONG[wrong]
    token = forge(tenant.cloud, claims())
    with pytest.raises(WrongTokenError) as caught:
        await asyncio.to_thread(tokens_of(tenant).verify, token, at=time.time())
    assert caught.value.fault is TokenFault(fault)
    assert not await EntraFormTokens(tokens_of(tenant)).verify(token, stamped_at=datetime.now(UTC))


async def test_a_sign_in_s_id_token_is_no_access_token(tenant: Tenant) -> None:
    token = forging.signed(tenant.cloud, forging.claims())
    with pytest.raises(WrongTokenError):
        await asyncio.to_thread(tokens_of(tenant).verify, token, at=time.time())


async def test_without_an_api_registration_no_token_is_good(tenant: Tenant) -> None:
    token = forging.signed(tenant.cloud, forging.flow_claims(aud=""))
    with pytest.raises(WrongTokenError):
        await asyncio.to_thread(tokens_of(tenant, "").verify, token, at=time.time())


async def test_after_a_rollover_new_tokens_are_believed_and_old_ones_as_long_as_the_key_is_published(
    tenant: Tenant,
) -> None:
    seconds = 0.0
    issuer = Issuer(configuration.ISSUER, tenant.session, clock=lambda: seconds)
    tokens = EntraFormTokens(
        AccessTokens(issuer, tenant_id=configuration.TENANT_ID, audience=configuration.API_CLIENT_ID)
    )
    old = forging.signed(tenant.cloud, forging.flow_claims())
    assert await tokens.verify(old, stamped_at=datetime.now(UTC))
    tenant.cloud.entra.keys.rotate()
    new = forging.signed(tenant.cloud, forging.flow_claims())
    assert not await tokens.verify(new, stamped_at=datetime.now(UTC))  # looked for at most once a minute
    seconds = 61.0
    assert await tokens.verify(new, stamped_at=datetime.now(UTC))
    assert await tokens.verify(old, stamped_at=datetime.now(UTC))
    assert tenant.road.calls.count("keys") == 2


async def test_when_the_keys_cannot_be_read_a_flow_is_neither_believed_nor_refused(tenant: Tenant) -> None:
    token = forging.signed(tenant.cloud, forging.flow_claims())
    tenant.road.broken = True
    with pytest.raises(UnavailableError):
        await EntraFormTokens(tokens_of(tenant)).verify(token, stamped_at=datetime.now(UTC))


@pytest.mark.parametrize("kind", ["real", "fake"])
async def test_a_flow_s_token_counts_for_the_time_in_which_it_was_good(tenant: Tenant, kind: str) -> None:
    issued = datetime.fromtimestamp(int(time.time()) - 7200, UTC)
    tokens: FormTokens
    if kind == "real":
        start = int(issued.timestamp())
        token = forging.signed(tenant.cloud, forging.flow_claims(iat=start, nbf=start, exp=start + 3600))
        tokens = EntraFormTokens(tokens_of(tenant))
    else:
        tokens = PlainFormTokens()
        token = tokens.make(issued)
    for at in (
        issued - 60 * SECOND,
        issued,
        issued + 3660 * SECOND,
    ):  # a minute to store what the door let in
        assert await tokens.verify(token, stamped_at=at)
    for at in (issued - 61 * SECOND, issued + 3661 * SECOND, datetime.now(UTC)):
        assert not await tokens.verify(token, stamped_at=at)
    assert not await tokens.verify("", stamped_at=issued)
    assert not await tokens.verify("x.y.z", stamped_at=issued)
