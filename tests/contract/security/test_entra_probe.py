"""Whether Entra takes an identity for a registration, asked of the local issuer, which checks it as Entra does."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest

from local import configuration
from shared.adapters.entra_probe import EntraCalls
from shared.adapters.identity_proof import IdentityProof
from shared.bootstrap import visitors
from shared.domain.health import SignInAs
from shared.ports import ForbiddenError, UnavailableError
from tests.contract.security.conftest import Tenant
from tests.contract.security.identity import Identity

CLIENTS = {
    SignInAs.APPLICANTS: configuration.APPLICANT_CLIENT_ID,
    SignInAs.STAFF: configuration.STAFF_CLIENT_ID,
}


def _probe(tenant: Tenant, identity: Identity, **clients: str) -> EntraCalls:
    ids = CLIENTS | {SignInAs(name): client_id for name, client_id in clients.items()}
    graph = urlsplit(configuration.ISSUER)
    return EntraCalls(
        tenant.issuer, IdentityProof(identity), ids, scope=f"{graph.scheme}://{graph.netloc}/.default"
    )


@pytest.mark.parametrize("registration", SignInAs)
async def test_an_identity_that_the_registration_trusts_is_taken(
    tenant: Tenant, registration: SignInAs
) -> None:
    identity = Identity(tenant, configuration.WEB_IDENTITY_ID)

    await _probe(tenant, identity).ask(registration)

    assert identity.asked == ["api://AzureADTokenExchange/.default"]
    assert tenant.road.calls[-1] == "token"


async def test_an_identity_that_it_does_not_trust_is_refused(tenant: Tenant) -> None:
    probe = _probe(tenant, Identity(tenant, configuration.WORKER_IDENTITY_ID))

    with pytest.raises(ForbiddenError):
        await probe.ask(SignInAs.STAFF)


@pytest.mark.parametrize(
    "client_id",
    [configuration.FORMS_CLIENT_ID, "00000000-0000-4000-8000-000000000000"],
    ids=["trusts nobody", "is not there"],
)
async def test_each_registration_is_asked_for_itself(tenant: Tenant, client_id: str) -> None:
    probe = _probe(tenant, Identity(tenant, configuration.WEB_IDENTITY_ID), staff=client_id)

    await probe.ask(SignInAs.APPLICANTS)
    with pytest.raises(ForbiddenError):
        await probe.ask(SignInAs.STAFF)


async def test_without_a_token_of_the_identity_nothing_is_known_and_nothing_of_it_is_told(
    tenant: Tenant,
) -> None:
    identity = Identity(tenant, configuration.WEB_IDENTITY_ID)
    identity.broken = True

    with pytest.raises(UnavailableError) as caught:
        await _probe(tenant, identity).ask(SignInAs.STAFF)

    assert "a text with a token" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize("status", [400, 429, 503])
async def test_an_issuer_in_trouble_says_nothing(tenant: Tenant, status: int) -> None:
    """A transient error is told as such, with whatever status it comes."""
    identity = Identity(tenant, configuration.WEB_IDENTITY_ID)
    tenant.cloud.faults.put(
        {"entra": {"status": status, "operation": "token", "after": 1}}
    )  # the first is the identity's

    with pytest.raises(UnavailableError):
        await _probe(tenant, identity).ask(SignInAs.STAFF)


async def test_an_issuer_that_is_not_reached_says_nothing(tenant: Tenant) -> None:
    tenant.road.broken = True

    with pytest.raises(UnavailableError):
        await _probe(tenant, Identity(tenant, configuration.WEB_IDENTITY_ID)).ask(SignInAs.STAFF)


async def test_the_token_that_is_asked_for_is_one_for_graph_and_holds_no_permission(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    def look(answer: dict[str, Any]) -> dict[str, Any]:
        seen.append(jwt.decode(answer["access_token"], options={"verify_signature": False}))
        return answer

    given = SimpleNamespace(
        sign_in_with_identity=True,
        app_role="web",
        graph_url="https://graph.microsoft.com/v1.0",
        applicant_client_id=configuration.APPLICANT_CLIENT_ID,
        staff_client_id=configuration.STAFF_CLIENT_ID,
    )
    proof = IdentityProof(Identity(tenant, configuration.WEB_IDENTITY_ID))
    monkeypatch.setattr(visitors, "settings", lambda: given)
    monkeypatch.setattr(visitors, "issuer", lambda: tenant.issuer)
    monkeypatch.setattr(visitors, "_identity_proof", lambda: proof)
    tenant.road.change = look
    probe = visitors.sign_in_probe()
    assert probe

    for each in SignInAs:
        await probe.ask(each)

    assert [(token["azp"], token["aud"]) for token in seen] == [
        (client_id, "https://graph.microsoft.com") for client_id in CLIENTS.values()
    ]
    assert not [token for token in seen if token.get("roles")]
