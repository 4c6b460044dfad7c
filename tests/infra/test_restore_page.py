"""The page that restores tables ends with the roles that the templates give: a table that was deleted has lost its own."""

import re
from collections import Counter

import pytest

from shared.services.back_up import ORDER
from tests.fitness.source import ROOT

_PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
_SECTION = _PAGE.partition("## Restore from a backup\n")[2].partition("\n## ")[0]
_STEPS = dict(re.findall(r"^(\d)\. (.*?)(?=^\d\. |\n\n)", _SECTION, re.MULTILINE | re.DOTALL))


def test_a_table_is_never_made_by_hand_since_its_roles_come_from_the_templates() -> None:
    step = _STEPS["2"]
    assert "delete and create the tables" not in step
    assert "never create one by hand" in step
    assert "deploy the templates" in step
    assert re.search(r"for each in ([a-z ]+); do", step)[1].split() == list(ORDER)  # type: ignore[index]


@pytest.mark.parametrize("environment", ["dev", "test", "prod"])
def test_a_fresh_account_beside_the_damaged_one_is_a_line_in_the_environment(environment: str) -> None:
    assert "`RECORDS_ACCOUNT=NEW`" in _STEPS["2"]
    said = (ROOT / "infra" / f"{environment}.bicepparam").read_text("utf-8")
    assert "param recordsAccount = readEnvironmentVariable('RECORDS_ACCOUNT', '')" in said.splitlines()


def test_the_page_says_how_many_roles_each_table_has() -> None:
    grants = re.findall(
        r"\{ who: '(web|worker)', on: '(\w+)', may: 'rows", (ROOT / "infra/rbac.bicep").read_text("utf-8")
    )
    given = Counter(table for _, table in grants if table in ORDER)
    said = dict(re.findall(r"`(\w+) (\d)`", _STEPS["2"]))
    assert said == {table: str(number) for table, number in given.items()}


def test_the_doctor_is_asked_before_web_is_started() -> None:
    step = _STEPS["5"]
    doctor, web = step.index("doctor --deployed"), step.index("start web")
    assert step.index("Start the worker") < doctor < web
    assert "storage_refused" in step[doctor:web]


def test_the_worker_may_erase_exports_and_never_a_head() -> None:
    """And web can do nothing at an export, not even read one."""
    rights = (ROOT / "infra/rbac.bicep").read_text("utf-8")
    grants = set(re.findall(r"\{ who: '(\w+)', on: (\w+Container), may: '(\w+)'", rights))
    assert {each for each in grants if each[1] == "backupsContainer"} == {
        ("worker", "backupsContainer", "blobsKeep")
    }
    assert {(who, may) for who, on, may in grants if on == "headsContainer" and who == "worker"} == {
        ("worker", "blobsAdd")
    }
    roles = (ROOT / "infra/roles.bicep").read_text("utf-8")
    allowed = re.findall(r"\$\{blobs\}/([a-z/]+)", roles.partition("key: 'blobsAdd'")[2].partition("  }")[0])
    assert allowed == ["read", "add/action"]
