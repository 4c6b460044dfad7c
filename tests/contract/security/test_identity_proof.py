"""Signing people in without a secret: tokens of the app's managed identity prove to Entra that we are the registration."""

from dataclasses import replace

import pytest

from local import configuration
from shared.adapters.identity_proof import IdentityProof
from shared.adapters.msal_sign_in import Refusal, SignInKind, SignInRefusedError
from tests.contract.security.conftest import Tenant, person, sign_in_by
from tests.contract.security.identity import Identity


async def _sign_in(tenant: Tenant, identity: Identity) -> str:
    with_identity = sign_in_by(
        tenant.issuer, tenant.cloud.settings.base_url, lambda _client_id: IdentityProof(identity)
    )
    ours = replace(tenant, sign_in=with_identity)
    address, flow = await ours.sign_in.start(SignInKind.APPLICANT, "/")
    query = await ours.browse(address, person("student").upn)
    return (await ours.sign_in.finish(flow, query)).oid


async def test_an_identity_that_the_registration_trusts_stands_for_its_secret(tenant: Tenant) -> None:
    identity = Identity(tenant, configuration.WEB_IDENTITY_ID)

    assert await _sign_in(tenant, identity) == person("student").oid

    assert identity.asked == ["api://AzureADTokenExchange/.default"]


async def test_another_identity_does_not(tenant: Tenant) -> None:
    identity = Identity(tenant, configuration.WORKER_IDENTITY_ID)

    with pytest.raises(SignInRefusedError) as caught:
        await _sign_in(tenant, identity)

    assert caught.value.code is Refusal.UNAVAILABLE


async def test_without_a_token_of_the_identity_people_are_told_to_come_back_and_nothing_of_it_is_told(
    tenant: Tenant,
) -> None:
    identity = Identity(tenant, configuration.WEB_IDENTITY_ID)
    identity.broken = True

    with pytest.raises(SignInRefusedError) as caught:
        await _sign_in(tenant, identity)

    assert (caught.value.code, caught.value.fault) == (Refusal.UNAVAILABLE, "managed identity")
    assert "a text with a token" not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_each_sign_in_asks_for_the_token_anew(tenant: Tenant) -> None:
    """It ends within a day; the credential keeps it while it is good."""
    identity = Identity(tenant, configuration.WEB_IDENTITY_ID)
    ours = replace(
        tenant,
        sign_in=sign_in_by(
            tenant.issuer, tenant.cloud.settings.base_url, lambda _id: IdentityProof(identity)
        ),
    )

    for _ in range(2):
        address, flow = await ours.sign_in.start(SignInKind.APPLICANT, "/")
        await ours.sign_in.finish(flow, await ours.browse(address, person("student").upn))

    assert len(identity.asked) == 2
