"""The port ``FreshSignIns``: only a sign-in with MFA, by the person themself, a moment ago; each wrong token is refused."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local import configuration
from shared.adapters.fresh_sign_ins import EntraFreshSignIns, NoFreshSignIns
from shared.adapters.id_tokens import IdTokens
from shared.ports import FreshSignIns, UnavailableError
from tests.contract.security import forging
from tests.contract.security.conftest import Tenant
from tests.fakes.plain_security import PlainFreshSignIns

SECOND = timedelta(seconds=1)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _claims(**changes: object) -> dict[str, Any]:
    now = int(time.time())
    fresh = {"aud": configuration.APPLICANT_CLIENT_ID, "oid": "oid-1", "acrs": ["c1"], "auth_time": now}
    return forging.claims(**(fresh | changes))


def _port(tenant: Tenant, auth_context: str = "c1") -> EntraFreshSignIns:
    return EntraFreshSignIns(
        IdTokens(
            tenant.issuer,
            tenant_id=configuration.TENANT_ID,
            client_id=configuration.APPLICANT_CLIENT_ID,
            auth_context=auth_context,
        )
    )


async def _verified(tenant: Tenant, claims: dict[str, Any], at: datetime | None = None) -> str:
    token = forging.signed(tenant.cloud, claims)
    return await _port(tenant).verify(token, stamped_at=at or datetime.now(UTC))


async def test_a_fresh_sign_in_says_who_it_was(tenant: Tenant) -> None:
    assert await _verified(tenant, _claims()) == "oid-1"


@pytest.mark.parametrize("wrong", [each for each in forging.WRONG if each != "several audiences"])
async def test_a_wrong_token_is_nobody_s(tenant: Tenant, wrong: str) -> None:
    forge, _ = forging.WRONG[wrong]
    claims = _claims()
    if wrong == "another audience":
        token = forging.signed(tenant.cloud, _claims(aud=configuration.STAFF_CLIENT_ID))
    else:
        token = forge(tenant.cloud, claims)
    assert await _port(tenant).verify(token, stamped_at=datetime.now(UTC)) == ""


async def test_a_token_for_several_audiences_is_nobody_s(tenant: Tenant) -> None:
    assert await _verified(tenant, _claims(aud=[configuration.APPLICANT_CLIENT_ID])) == ""


@pytest.mark.parametrize("acrs", [None, [], ["c2"], "c1", [1]])
async def test_a_sign_in_without_mfa_is_nobody_s(tenant: Tenant, acrs: object) -> None:
    assert await _verified(tenant, _claims(acrs=acrs)) == ""


async def test_the_authentication_context_is_the_configured_one(tenant: Tenant) -> None:
    token = forging.signed(tenant.cloud, _claims(acrs=["c7"]))
    assert await _port(tenant, "c7").verify(token, stamped_at=datetime.now(UTC)) == "oid-1"


@pytest.mark.parametrize("auth_time", [None, "1", [], True, -1, 0])
async def test_a_token_that_does_not_say_when_is_nobody_s(tenant: Tenant, auth_time: object) -> None:
    assert await _verified(tenant, _claims(auth_time=auth_time)) == ""


async def test_a_new_token_of_an_old_sign_in_is_nobody_s(tenant: Tenant) -> None:
    """Single sign-on gives new tokens for days; when the person was asked is what counts."""
    now = int(time.time())
    assert await _verified(tenant, _claims(auth_time=now - 601), _at(now)) == ""
    assert await _verified(tenant, _claims(auth_time=now - 600), _at(now)) == "oid-1"


async def test_a_sign_in_of_the_future_is_nobody_s(tenant: Tenant) -> None:
    now = int(time.time())
    assert await _verified(tenant, _claims(auth_time=now + 61), _at(now)) == ""
    assert await _verified(tenant, _claims(auth_time=now + 60), _at(now)) == "oid-1"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "x" * 20_000])
async def test_what_is_no_token_is_nobody_s(tenant: Tenant, token: str) -> None:
    assert await _port(tenant).verify(token, stamped_at=datetime.now(UTC)) == ""


async def test_when_the_keys_cannot_be_read_nothing_is_said(tenant: Tenant) -> None:
    token = forging.signed(tenant.cloud, _claims())
    tenant.road.broken = True
    with pytest.raises(UnavailableError):
        await _port(tenant).verify(token, stamped_at=datetime.now(UTC))
    tenant.road.broken = False
    assert await _port(tenant).verify(token, stamped_at=datetime.now(UTC)) == "oid-1"


@pytest.mark.parametrize("kind", ["real", "fake"])
async def test_a_sign_in_counts_for_ten_minutes(tenant: Tenant, kind: str) -> None:
    """The fake keeps the same promise."""
    signed_in = _at(int(time.time()))
    port: FreshSignIns
    if kind == "real":
        port = _port(tenant)
        token = forging.signed(tenant.cloud, _claims(auth_time=int(signed_in.timestamp())))
    else:
        port = fake = PlainFreshSignIns()
        token = fake.make("oid-1", at=signed_in)
    for seconds in (-60, 0, 600):
        assert await port.verify(token, stamped_at=signed_in + seconds * SECOND) == "oid-1"
    for seconds in (-61, 601):
        assert await port.verify(token, stamped_at=signed_in + seconds * SECOND) == ""


async def test_where_the_card_is_no_way_in_nobody_is_believed(tenant: Tenant) -> None:
    token = forging.signed(tenant.cloud, _claims())
    assert await NoFreshSignIns().verify(token, stamped_at=datetime.now(UTC)) == ""
