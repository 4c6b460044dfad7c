from pathlib import Path

import pytest

from infra.entra.plan import ROLES
from shared.domain.callers import APPLY_SCOPE, FORMS_ROLE
from shared.domain.kinds import Role
from tests.infra.conftest import STRANGER, Setup
from tests.infra.tenant import POLICIES, TAP, TENANT, WEB, Tenant, serving


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(
    setup: Setup, capsys: pytest.CaptureFixture[str]
) -> None:
    before = setup.tenant.state()

    assert setup.run() == 2

    said = capsys.readouterr().out
    assert setup.tenant.writes == []
    assert setup.tenant.state() == before
    assert "would    registration reregister applicants: create" in said
    assert "Nothing was: this was a dry run." in said


def test_a_second_run_changes_nothing(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    assert setup.run("--apply") == 0
    after_first = setup.tenant.state()
    setup.tenant.writes.clear()
    capsys.readouterr()

    assert setup.run("--apply") == 0
    assert setup.run() == 0

    assert setup.tenant.writes == []
    assert setup.tenant.state() == after_first
    assert "Everything is as the plan wants it." in capsys.readouterr().out


@pytest.mark.parametrize("after_effect", [False, True], ids=["not done", "done but not told"])
def test_a_failure_at_any_write_can_be_run_again(tmp_path: Path, *, after_effect: bool) -> None:
    """Each run gets one write further, fails at the next, and all end in the tenant of a run without a failure."""
    whole, tenant = Tenant(), Tenant()
    with serving(whole) as base:
        assert Setup(whole, base, tmp_path).run("--apply") == 0
    tenant.fail_after_effect = after_effect
    failed = 0
    with serving(tenant) as base:
        setup = Setup(tenant, base, tmp_path)
        while failed <= len(whole.writes):
            tenant.fail_at = len(tenant.writes) + 2
            if setup.run("--apply") == 0:
                break
            failed += 1

    assert tenant.state() == whole.state()
    assert failed >= len(whole.writes) // 2


def test_the_registrations_are_what_the_service_expects(setup: Setup) -> None:
    setup.run("--apply")

    applicants, staff = setup.tenant.app("reregister-applicants"), setup.tenant.app("reregister-staff")
    api = setup.tenant.app("reregister-api")
    assert applicants["web"]["redirectUris"][0] == "https://reregister.example.ac.jp/auth/callback"
    assert applicants["optionalClaims"]["idToken"] == [{"name": "auth_time", "essential": True}]
    assert {each["value"] for each in staff["appRoles"]} == set(ROLES) == {each.value for each in Role}
    assert api["api"]["requestedAccessTokenVersion"] == 2
    assert api["identifierUris"] == [f"api://{api['appId']}"]
    assert [each["value"] for each in api["appRoles"]] == [FORMS_ROLE]
    assert [each["value"] for each in api["api"]["oauth2PermissionScopes"]] == [APPLY_SCOPE]
    required = {
        each["appId"]: each.get("appRoleAssignmentRequired") for each in setup.tenant.of("servicePrincipals")
    }
    assert (required[applicants["appId"]], required[staff["appId"]]) == (False, True)


def test_no_secret_is_made_and_the_web_identity_stands_for_both_registrations(setup: Setup) -> None:
    setup.run("--apply")

    for name in ("reregister-applicants", "reregister-staff"):
        app = setup.tenant.app(name)
        trusted = setup.tenant.of(f"applications/{app['id']}/federatedIdentityCredentials")
        assert [(each["issuer"], each["subject"]) for each in trusted] == [
            (f"https://login.microsoftonline.com/{TENANT}/v2.0", WEB)
        ]
    assert not [each for each in setup.tenant.writes if "addPassword" in each]


def test_applicants_are_consented_to_nothing_but_oidc_scopes(setup: Setup) -> None:
    setup.run("--apply")

    assert {each["scope"] for each in setup.tenant.of("oauth2PermissionGrants")} == {"openid profile"}


def test_roles_come_through_groups_and_all_groups_are_printed_as_protected(
    setup: Setup, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.plan["protected_groups"] = [STRANGER]
    setup.run("--apply")

    groups = {each["uniqueName"]: each for each in setup.tenant.of("groups")}
    staff_app = setup.tenant.app("reregister-staff")
    staff = next(each for each in setup.tenant.of("servicePrincipals") if each["appId"] == staff_app["appId"])
    role_of = {each["id"]: each["value"] for each in staff_app["appRoles"]}
    given = setup.tenant.of(f"servicePrincipals/{staff['id']}/appRoleAssignedTo")
    assert {(each["principalId"], role_of[each["appRoleId"]]) for each in given} == {
        (groups[f"reregister-{role.lower()}"]["id"], role) for role in ROLES
    }
    assert all(each["isAssignableToRole"] for each in groups.values())
    line = next(each for each in capsys.readouterr().out.splitlines() if "PROTECTED_GROUPS=" in each)
    assert set(line.split("=")[1].split(",")) == {*(each["id"] for each in groups.values()), STRANGER}


def test_the_flow_may_submit_forms_and_nothing_else(setup: Setup) -> None:
    setup.run("--apply")

    principals = {each["appId"]: each["id"] for each in setup.tenant.of("servicePrincipals")}
    api, flow = (setup.tenant.app(f"reregister-{name}") for name in ("api", "forms-flow"))
    given = setup.tenant.of(f"servicePrincipals/{principals[api['appId']]}/appRoleAssignedTo")
    assert [(each["principalId"], each["appRoleId"]) for each in given] == [
        (principals[flow["appId"]], api["appRoles"][0]["id"])
    ]


def test_each_environment_is_deployed_to_by_a_registration_of_its_own(
    setup: Setup, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.run("--apply")

    said = capsys.readouterr().out
    for environment in ("test", "production"):
        app = setup.tenant.app(f"reregister-deploy-{environment}")
        trusted = setup.tenant.of(f"applications/{app['id']}/federatedIdentityCredentials")
        assert [each["subject"] for each in trusted] == [f"repo:example/reregister:environment:{environment}"]
        assert f"AZURE_CLIENT_ID of environment {environment}: {app['appId']}" in said


def test_a_repository_may_be_named_with_its_ids_and_one_without_is_noted(
    setup: Setup, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.run()
    assert "trusted by its name alone" in capsys.readouterr().out
    setup.plan["github"] = {"repository": "example@12/reregister@34", "environments": ["production"]}

    setup.run("--apply")

    app = setup.tenant.app("reregister-deploy-production")
    trusted = setup.tenant.of(f"applications/{app['id']}/federatedIdentityCredentials")
    assert [each["subject"] for each in trusted] == ["repo:example@12/reregister@34:environment:production"]
    assert "trusted by its name alone" not in capsys.readouterr().out


def test_a_plan_without_the_identity_of_web_is_noted_and_secrets_are_then_told_of_only(
    setup: Setup, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.run("--apply")
    assert "web_identity is empty" not in capsys.readouterr().out
    for name in ("reregister-applicants", "reregister-staff"):
        app = setup.tenant.app(name)
        setup.tenant.of(f"applications/{app['id']}/federatedIdentityCredentials").clear()
        app["passwordCredentials"] = [{"keyId": "key-9", "endDateTime": "2027-04-01"}]
    setup.plan["web_identity"] = ""

    assert setup.run() == 0

    said = capsys.readouterr().out
    assert "web_identity is empty" in said
    assert said.count("key-9, ends 2027-04-01") == 2


def test_an_authentication_context_never_stands_without_its_rule(setup: Setup) -> None:
    """Without an enabled policy that excludes nobody Entra puts the context into tokens without asking for anything."""
    setup.run("--apply")
    rule = next(each for each in setup.tenant.of(POLICIES) if each["displayName"] == "reregister: staff")
    assert rule["state"] == "enabled"
    rule["state"] = "enabledForReportingButNotEnforced"
    rule["conditions"]["users"]["excludeGroups"] = [STRANGER]

    assert setup.run("--apply") == 0

    assert rule["state"] == "enabled"
    assert rule["conditions"]["users"]["excludeGroups"] == []
    assert rule["conditions"]["applications"]["includeAuthenticationContextClassReferences"] == ["c1"]


def test_the_policy_for_security_information_only_reports_until_a_person_enforces_it(setup: Setup) -> None:
    setup.run("--apply")
    policy = next(each for each in setup.tenant.of(POLICIES) if "security information" in each["displayName"])
    assert policy["state"] == "enabledForReportingButNotEnforced"
    policy["state"] = "enabled"

    setup.run("--apply")

    assert policy["state"] == "enabled"


def test_of_the_pass_policy_only_what_the_plan_names_is_set(setup: Setup) -> None:
    setup.run("--apply")

    assert (setup.tenant.tap["state"], setup.tenant.tap["isUsableOnce"]) == ("enabled", True)
    assert setup.tenant.tap["includeTargets"] == [{"id": "all_users"}]
    assert setup.tenant.writes.count(f"PATCH {TAP}") == 1


def test_what_is_missing_or_was_changed_is_put_right_and_nothing_else_touched(setup: Setup) -> None:
    setup.run("--apply")
    setup.tenant.app("reregister-applicants")["web"]["redirectUris"].append("https://elsewhere.example/")
    setup.tenant.writes.clear()

    assert setup.run("--apply") == 0

    assert setup.tenant.writes == ["PATCH applications(uniqueName='reregister-applicants')"]


def test_a_way_in_switched_off_in_the_plan_takes_no_role_or_scope_away(setup: Setup) -> None:
    setup.run("--apply")
    setup.plan |= {"flow": False}
    setup.tenant.app("reregister-api")["displayName"] = "API"
    setup.tenant.writes.clear()

    assert setup.run("--apply") == 0

    assert setup.tenant.writes == ["PATCH applications(uniqueName='reregister-api')"]
    assert [each["value"] for each in setup.tenant.app("reregister-api")["appRoles"]] == [FORMS_ROLE]


def test_an_application_may_look_whether_everything_still_stands(setup: Setup) -> None:
    setup.run("--apply")
    for app in setup.tenant.of("applications"):
        setup.tenant.of(f"applications/{app['id']}/owners").clear()
    setup.tenant.as_application = True

    assert setup.run() == 0


def test_the_flow_works_without_other_frontends_and_the_other_way_round(setup: Setup) -> None:
    setup.plan |= {"flow": False, "frontends": True}
    setup.run("--apply")
    assert "reregister-forms-flow" not in {each["uniqueName"] for each in setup.tenant.of("applications")}
    assert setup.tenant.app("reregister-api")["appRoles"] == []


def test_throttling_is_waited_for(setup: Setup) -> None:
    setup.tenant.throttle = 3

    assert setup.run("--apply") == 0


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "servicePrincipals(",
            "The appId 'x' of the service principal does not reference a valid application object.",
        ),
        ("appRoleAssignedTo", "Not a valid reference update."),
        (
            "oauth2PermissionGrants",
            "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
        ),
    ],
)
def test_what_not_every_server_of_graph_knows_yet_is_waited_for(setup: Setup, path: str, said: str) -> None:
    setup.tenant.late = {path: said}

    assert setup.run("--apply") == 0

    assert setup.tenant.missed


def test_another_refusal_is_not_waited_for(setup: Setup, capsys: pytest.CaptureFixture[str]) -> None:
    setup.tenant.late = {"groups(": "Invalid value specified for property 'mailNickname'."}

    assert setup.run("--apply") == 1

    assert len(setup.tenant.missed) == 1
    assert "400 Request_BadRequest" in capsys.readouterr().err


def test_a_missing_permission_is_said_and_no_token_is(
    setup: Setup, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.tenant.lacking = ("identity/",)

    assert setup.run("--only", "policies") == 1

    captured = capsys.readouterr()
    assert "403 Authorization_RequestDenied" in captured.err
    assert "lacks a permission" in captured.err
    assert "SECRET-TOKEN" not in captured.out + captured.err
    assert set(setup.tenant.tokens) == {"Bearer SECRET-TOKEN"}
