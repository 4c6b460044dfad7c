"""The port ``StaffTokens``: each wrong token is refused, a right one only for the time in which it was good."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from local import configuration
from shared.adapters.id_tokens import IdTokens, Issuer, TokenFault, WrongTokenError
from shared.adapters.staff_tokens import EntraStaffTokens
from shared.ports import UnavailableError
from tests.contract.security import forging
from tests.contract.security.conftest import Tenant


def _now() -> datetime:
    return datetime.now(UTC)


async def test_a_good_token_says_who_asked(tenant: Tenant) -> None:
    token = forging.signed(tenant.cloud, forging.claims())
    found = await EntraStaffTokens(tenant.tokens()).verify(token, stamped_at=_now())
    assert found is not None
    assert (found.oid, found.name) == ("oid-reviewer", "審査 花子")
    assert found.roles == {"Reviewer"}


@pytest.mark.parametrize("wrong", forging.WRONG)
async def test_a_wrong_token_is_refused_for_what_is_wrong(tenant: Tenant, wrong: str) -> None:
    forge, fault = forging.WRONG[wrong]
    token = forge(tenant.cloud, forging.claims())
    assert await EntraStaffTokens(tenant.tokens()).verify(token, stamped_at=_now()) is None
    with pytest.raises(WrongTokenError) as caught:
        await asyncio.to_thread(tenant.tokens().verify, token, at=time.time())
    assert caught.value.fault is TokenFault(fault)


@pytest.mark.parametrize("acrs", [None, [], ["c2"], "c1", [1]])
async def test_without_its_authentication_context_a_token_is_refused(tenant: Tenant, acrs: object) -> None:
    token = forging.signed(tenant.cloud, forging.claims(acrs=acrs))
    assert await EntraStaffTokens(tenant.tokens()).verify(token, stamped_at=_now()) is None


@pytest.mark.parametrize("roles", [None, [], "Reviewer"])
async def test_without_roles_the_identity_has_none(tenant: Tenant, roles: object) -> None:
    token = forging.signed(tenant.cloud, forging.claims(roles=roles))
    found = await EntraStaffTokens(tenant.tokens()).verify(token, stamped_at=_now())
    assert found is not None
    assert found.roles == frozenset()


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "x" * 20_000])
async def test_what_is_no_token_is_refused(tenant: Tenant, token: str) -> None:
    assert await EntraStaffTokens(tenant.tokens()).verify(token, stamped_at=_now()) is None


async def test_a_token_counts_for_the_time_in_which_it_was_good(tenant: Tenant) -> None:
    issued = datetime.fromtimestamp(int(time.time()) - 7200, UTC)
    start = int(issued.timestamp())
    token = forging.signed(tenant.cloud, forging.claims(iat=start, nbf=start, exp=start + 3600))
    tokens = EntraStaffTokens(tenant.tokens())
    second = timedelta(seconds=1)
    good = [issued - 60 * second, issued, issued + 3600 * second]
    assert all([await tokens.verify(token, stamped_at=at) for at in good])
    for at in (issued - 61 * second, issued + 3601 * second, _now()):
        assert await tokens.verify(token, stamped_at=at) is None


async def test_when_the_keys_cannot_be_read_nothing_is_said(tenant: Tenant) -> None:
    token = forging.signed(tenant.cloud, forging.claims())
    tokens = EntraStaffTokens(tenant.tokens())
    tenant.road.broken = True
    with pytest.raises(UnavailableError):
        await tokens.verify(token, stamped_at=_now())
    tenant.road.broken = False
    assert await tokens.verify(token, stamped_at=_now()) is not None
    tenant.road.broken = True
    assert await tokens.verify(token, stamped_at=_now()) is not None  # the keys are known now


async def test_keys_are_read_once_and_unknown_ones_looked_for_once_a_minute(tenant: Tenant) -> None:
    seconds = 0.0
    issuer = Issuer(configuration.ISSUER, tenant.session, clock=lambda: seconds)
    tokens = EntraStaffTokens(
        IdTokens(issuer, tenant_id=configuration.TENANT_ID, client_id=configuration.STAFF_CLIENT_ID)
    )
    known = forging.signed(tenant.cloud, forging.claims())
    unknown = forging.signed(tenant.cloud, forging.claims(), kid="nobody")
    for token in (known, known, unknown, unknown):
        await tokens.verify(token, stamped_at=_now())
    assert tenant.road.calls.count("keys") == 1
    seconds = 61.0
    for token in (unknown, unknown, known):
        await tokens.verify(token, stamped_at=_now())
    assert tenant.road.calls.count("keys") == 2
    seconds = 61.0 + 24 * 3600
    await tokens.verify(known, stamped_at=_now())
    assert tenant.road.calls.count("keys") == 3


async def test_another_issuer_s_discovery_document_is_not_believed(tenant: Tenant) -> None:
    issuer = Issuer(configuration.ISSUER.replace(".localhost/", ".localhost//"), tenant.session)
    tokens = EntraStaffTokens(
        IdTokens(issuer, tenant_id=configuration.TENANT_ID, client_id=configuration.STAFF_CLIENT_ID)
    )
    with pytest.raises(UnavailableError):
        await tokens.verify(forging.signed(tenant.cloud, forging.claims()), stamped_at=_now())
