"""What the set-up of Entra ID must not build upon, and plans that it does not take."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.infra.conftest import STRANGER, Setup
from tests.infra.tenant import CONTEXTS, POLICIES, WEB_CLIENT, Tenant


def _owner_of_a_registration(tenant: Tenant) -> None:
    tenant.of(f"applications/{tenant.app('reregister-staff')['id']}/owners").append({"id": STRANGER})


def _owner_of_a_group(tenant: Tenant) -> None:
    tenant.of(f"groups/{tenant.of('groups')[0]['id']}/owners").append({"id": STRANGER})


def _trust(tenant: Tenant) -> None:
    app = tenant.app("reregister-staff")["id"]
    foreign = {"name": "theirs", "issuer": "https://evil.example", "subject": "x"}
    tenant.of(f"applications/{app}/federatedIdentityCredentials").append(foreign)


def _role_without_a_group(tenant: Tenant) -> None:
    staff = tenant.principal("reregister-staff")["id"]
    tenant.of(f"servicePrincipals/{staff}/appRoleAssignedTo").append(
        {"principalId": STRANGER, "appRoleId": "r"}
    )


def _another_flow(tenant: Tenant) -> None:
    api = tenant.principal("reregister-api")["id"]
    role = tenant.app("reregister-api")["appRoles"][0]["id"]
    tenant.of(f"servicePrincipals/{api}/appRoleAssignedTo").append(
        {"principalId": STRANGER, "appRoleId": role}
    )


def _owner_of_an_enterprise_application(tenant: Tenant) -> None:
    tenant.of(f"servicePrincipals/{tenant.principal('reregister-staff')['id']}/owners").append(
        {"id": STRANGER}
    )


def _secret_of_an_enterprise_application(tenant: Tenant) -> None:
    tenant.principal("reregister-applicants")["passwordCredentials"] = [{"keyId": "key-9"}]


def _certificate_of_an_enterprise_application(tenant: Tenant) -> None:
    tenant.principal("reregister-forms-flow")["keyCredentials"] = [{"keyId": "key-9"}]


def _secret_beside_the_identity_of_web(tenant: Tenant) -> None:
    tenant.app("reregister-staff")["passwordCredentials"] = [{"keyId": "key-9"}]


def _certificate_of_what_deploys(tenant: Tenant) -> None:
    tenant.app("reregister-deploy-test")["keyCredentials"] = [{"keyId": "key-9"}]


def _one_that_deploys_to_all(tenant: Tenant) -> None:
    tenant.of("applications").append({"id": "old", "uniqueName": "reregister-deploy", "appId": "old"})


def _consent_to_more(tenant: Tenant) -> None:
    tenant.of("oauth2PermissionGrants")[0]["scope"] += " User.Read"


def _context_of_others(tenant: Tenant) -> None:
    tenant.of(CONTEXTS)[0]["displayName"] = "Finance"


def _ordinary_group(tenant: Tenant) -> None:
    tenant.of("groups")[0]["isAssignableToRole"] = False


def _second_rule(tenant: Tenant) -> None:
    tenant.of(POLICIES).append(dict(tenant.of(POLICIES)[0], id="twin"))


@pytest.mark.parametrize(
    ("meddle", "said"),
    [
        (_owner_of_a_registration, STRANGER),
        (_owner_of_a_group, STRANGER),
        (_trust, "theirs"),
        (_role_without_a_group, STRANGER),
        (_another_flow, STRANGER),
        (_owner_of_an_enterprise_application, STRANGER),
        (_secret_of_an_enterprise_application, "key-9"),
        (_certificate_of_an_enterprise_application, "key-9"),
        (_secret_beside_the_identity_of_web, "key-9"),
        (_certificate_of_what_deploys, "key-9"),
        (_one_that_deploys_to_all, "registration reregister deploy may deploy to every environment"),
        (_consent_to_more, "User.Read"),
        (_context_of_others, "Finance"),
        (_ordinary_group, "not role-assignable"),
        (_second_rule, "reregister: staff"),
    ],
)
def test_what_must_not_be_built_upon_stops_it_before_anything_is_written(
    setup: Setup, capsys: pytest.CaptureFixture[str], meddle: Callable[[Tenant], None], said: str
) -> None:
    setup.run("--apply")
    meddle(setup.tenant)
    setup.tenant.app("reregister-applicants")["displayName"] = "would be set"
    setup.tenant.writes.clear()

    assert setup.run("--apply") == 1

    assert setup.tenant.writes == []
    assert said in capsys.readouterr().err


def test_another_tenant_is_refused(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    setup.plan["tenant_id"] = STRANGER

    assert setup.run("--apply") == 1

    assert setup.tenant.writes == []
    assert f"the plan is for {STRANGER}" in capsys.readouterr().err


@pytest.mark.parametrize("given", [WEB_CLIENT, STRANGER, "of an application"])
def test_a_trust_in_what_is_no_managed_identity_is_refused(
    setup: Setup, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    setup.run("--only", "applications", "--apply")
    application = setup.tenant.principal("reregister-api")["id"]
    setup.plan["web_identity"] = application if given == "of an application" else given
    setup.tenant.writes.clear()

    assert setup.run("--apply") == 1

    assert setup.tenant.writes == []
    assert "is not the object id of a managed identity" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tenant_id": "example.ac.jp"}, "is not an id"),
        ({"base_url": "http://reregister.example.ac.jp"}, "https://"),
        ({"webidentity": ""}, "webidentity is not known"),
        ({"flow": "yes"}, "flow must be bool"),
        ({"tap": {"defaultLength": "8"}}, "tap.defaultLength"),
        ({"contexts": {"STAFF_AUTH_CONTEXT": {"id": "c1"}}}, "must hold id"),
        ({"contexts": {"OTHER": {}}}, "no setting"),
        ({"github": {"repository": "example", "environments": ["prod"]}}, "owner/name"),
        ({"github": {"repository": "example/it", "environments": []}}, "github.environments"),
        ({"github": {"repository": "example/it", "environments": ["prod", "Prod"]}}, "github.environments"),
        ({"github": {"repository": "example/it", "environments": ["a:ref:refs"]}}, "github.environments"),
    ],
)
def test_a_wrong_plan_is_refused_with_what_is_wrong(
    setup: Setup, capsys: pytest.CaptureFixture[str], change: dict[str, Any], said: str
) -> None:
    setup.plan |= change

    assert setup.run("--apply") == 1

    assert said in capsys.readouterr().err
    assert setup.tenant.tokens == []
