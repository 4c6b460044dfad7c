"""The workflows: no secret, named permissions, pinned actions, and only `make` targets that there are."""

import re
from typing import Any, Final

import pytest
import yaml  # type: ignore[import-untyped]

from tests.fitness.source import ROOT

WORKFLOWS: Final = {path.name: path for path in sorted((ROOT / ".github/workflows").glob("*.yml"))}
#: What a job may be given, and why it needs it.
PERMISSIONS: Final = {
    "contents": {"read"},
    "actions": {"read"},  # the package of another run
    "id-token": {"write"},  # the token that Azure is asked with
}
#: Configuration of an environment; none of it lets anybody in.
VARIABLES: Final = frozenset(
    {
        "AZURE_CLIENT_ID",
        "AZURE_TENANT_ID",
        "AZURE_SUBSCRIPTION_ID",
        "WEB_APP",
        "WORKER_APP",
        "BASE_URL",
    }
)
PINNED: Final = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}")


def _parsed(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(WORKFLOWS[name].read_text("utf-8"))
    return found


def _steps(name: str) -> list[dict[str, Any]]:
    return [step for job in _parsed(name)["jobs"].values() for step in job["steps"]]


def test_there_are_workflows_for_check_package_deploy_and_rollback() -> None:
    assert set(WORKFLOWS) == {"check.yml", "package.yml", "deploy.yml", "rollback.yml"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_workflow_holds_or_reads_a_secret(name: str) -> None:
    text = WORKFLOWS[name].read_text("utf-8")
    assert not re.search(r"\bsecrets\b\s*[.\[]|secrets:|creds:|client-secret|publish-profile", text)
    assert set(re.findall(r"vars\.(\w+)", text)) <= VARIABLES


@pytest.mark.parametrize("name", WORKFLOWS)
def test_permissions_are_named_and_no_more_than_needed(name: str) -> None:
    workflow = _parsed(name)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        for permission, level in job.get("permissions", {}).items():
            assert level in PERMISSIONS[permission]
        asks_azure = any(step.get("uses", "").startswith("azure/login@") for step in job["steps"])
        assert ("id-token" in job.get("permissions", {})) == asks_azure
        assert "timeout-minutes" in job


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_by_their_full_commit(name: str) -> None:
    used = [step["uses"] for step in _steps(name) if "uses" in step]
    assert used
    assert [each for each in used if not PINNED.fullmatch(each)] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_make_target_that_is_called_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    called = {word for step in _steps(name) for word in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))}
    assert called <= targets


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_that_somebody_typed_is_put_into_a_command(name: str) -> None:
    """An expression in ``run`` would be run by the shell; it comes by the environment instead."""
    assert [step["run"] for step in _steps(name) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("name", ["deploy.yml", "rollback.yml"])
def test_what_goes_to_azure_waits_for_its_environment_and_is_the_package_that_was_meant(name: str) -> None:
    (job,) = _parsed(name)["jobs"].values()
    assert job["environment"] == "${{ inputs.environment }}"
    runs = [step.get("run", "") for step in job["steps"]]
    proved, compared, *sent = (
        next(i for i, run in enumerate(runs) if words in run)
        for words in ("infra.provenance", "sha256sum --check", "infra.publish")
    )
    assert proved < compared < min(sent)
    assert all("--sha256" in run for run in runs if "infra.publish" in run)
    assert "infra.ready" in runs[-1]


@pytest.mark.parametrize("name", ["deploy.yml", "rollback.yml"])
def test_nothing_asks_azure_to_build_and_nothing_goes_on_after_a_failure(name: str) -> None:
    """`config-zip` builds in Azure for Python, and looks for health behind doors that are shut."""
    text = WORKFLOWS[name].read_text("utf-8")
    assert "config-zip" not in text
    assert "functions-action" not in text
    assert "continue-on-error" not in text
    assert "|| true" not in text


@pytest.mark.parametrize(
    ("name", "order"), [("deploy.yml", ["WORKER", "WEB"]), ("rollback.yml", ["WEB", "WORKER"])]
)
def test_the_worker_is_newer_than_web_or_as_old(name: str, order: list[str]) -> None:
    assert re.findall(r"vars\.(WEB|WORKER)_APP", WORKFLOWS[name].read_text("utf-8")) == order
