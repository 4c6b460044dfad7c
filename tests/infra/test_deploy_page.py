"""docs/deploy.md says what the templates and the script really ask for and print."""

import re
from pathlib import Path

import pytest

from infra.entra import __main__ as script
from infra.entra.plan import ROLES

PAGE = Path("docs/deploy.md").read_text("utf-8")


@pytest.mark.parametrize("environment", ["dev", "test", "prod"])
def test_every_variable_that_a_parameter_file_needs_is_in_the_sample_of_the_page(environment: str) -> None:
    parameters = Path(f"infra/{environment}.bicepparam").read_text("utf-8")
    needed = set(re.findall(r"readEnvironmentVariable\('(\w+)'\)", parameters))
    given = set(re.findall(r"^([A-Z_]+)=", PAGE, re.MULTILINE))

    assert needed
    assert needed <= given


@pytest.mark.parametrize(
    "name",
    ["FIRST_DEPLOYMENT", "MAIL_DOMAIN_VERIFIED", "MAIL_OWN_SENDER", "ASSIGN_GRAPH_ROLES", "EVALUATION_MODE"],
)
def test_every_switch_that_the_page_names_is_read_by_the_parameter_file(name: str) -> None:
    assert name in PAGE
    assert f"readEnvironmentVariable('{name}'" in Path("infra/prod.bicepparam").read_text("utf-8")


def test_the_page_counts_the_graph_roles_right() -> None:
    roles = re.findall(r"role: '(\S+)'", Path("infra/graph.bicep").read_text("utf-8"))

    assert f'prints `"Succeeded"` and `{len(roles)}`' in PAGE


def test_the_page_counts_the_role_assignments_right() -> None:
    """Lines of the tables, and beside them: the host's account, telemetry, two secrets each; worker sends mail."""
    rbac = Path("infra/rbac.bicep").read_text("utf-8")
    web, worker = (len(re.findall(rf"who: '{who}'", rbac)) for who in ("web", "worker"))

    assert f"prints `{web + 4}` and `{worker + 5}` with the defaults" in PAGE


def test_the_secrets_of_the_page_are_those_of_the_vault() -> None:
    block = re.search(r"var secrets = \[(.*?)\]", Path("infra/main.bicep").read_text("utf-8"), re.DOTALL)
    assert block
    secrets = set(re.findall(r"'([A-Z-]+)'", block[1]))

    assert {each for each in secrets if each not in PAGE} == set()


def test_the_page_quotes_the_script() -> None:
    source = Path(script.__file__).read_text("utf-8")
    for words in (
        "Everything is as the plan wants it.",
        "would be changed. Nothing was: this was a dry run.",
    ):
        assert words in PAGE
        assert words in source
    assert all(f"*{role}*" in PAGE for role in ROLES)


def test_outputs_that_the_page_uses_exist() -> None:
    outputs = set(re.findall(r"^output (\w+)", Path("infra/main.bicep").read_text("utf-8"), re.MULTILINE))

    named = {"webUrl", "webAppName", "workerAppName", "workerPrincipalId", "vaultName", "mailDnsRecords"}
    named |= {"recordsAccount", "photosAccount", "mailServiceName"}
    assert named <= outputs
    assert {each for each in named if each not in PAGE} == set()


def test_the_commands_of_ours_that_the_pages_name_exist() -> None:
    text = PAGE + Path("docs/packaging.md").read_text("utf-8") + Path("docs/operations.md").read_text("utf-8")
    named = set(re.findall(r"python3 -m infra\.(\w+)", text))

    assert {"entra", "publish", "ready"} <= named
    assert {each for each in named if not any(Path("infra").glob(f"{each}*"))} == set()


def test_no_step_has_the_package_built_in_azure() -> None:
    commands = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))

    assert "infra.publish" in commands
    assert "az functionapp deployment" not in commands
    assert "azd up" not in commands


def test_what_holds_records_is_locked_and_the_group_is_not() -> None:
    """A lock on the group would keep roles from being taken away, and old deployments from being cleared."""
    accounts = re.findall(
        r"^module \w+ 'storage/(?:records|photos|host)\.bicep'",
        Path("infra/main.bicep").read_text("utf-8"),
        re.MULTILINE,
    )

    assert len(accounts) == 4
    assert 'prints `"keep"` four times' in PAGE
    assert not re.search(r"az lock create[^\n]*--resource-group", PAGE)


def test_the_door_for_publishing_is_as_the_page_on_the_package_says() -> None:
    """A runner has no fixed address, so worker's SCM site is open too; to whoever has a token, never a password."""
    page, app = Path("docs/packaging.md").read_text("utf-8"), Path("infra/app.bicep").read_text("utf-8")
    for words in (
        "scmIpSecurityRestrictionsDefaultAction: 'Allow'",
        "scmIpSecurityRestrictionsUseMain: false",
    ):
        assert words in page
        assert words in app
    assert re.search(r"name: 'scm'\s+properties: \{\s+allow: false", app)
