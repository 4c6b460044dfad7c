"""The checks of the templates: what stands in infra/ passes, and each check fails on a template that is broken in its way."""

import json
import shutil
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from shared.settings import Settings
from tests.fitness.source import ROOT


def script(name: str) -> ModuleType:
    """A script of ``.ci``, with the others of that folder in reach."""
    sys.path.insert(0, str(ROOT / ".ci"))
    try:
        return import_module(name)
    finally:
        sys.path.remove(str(ROOT / ".ci"))


def faults(folder: Path) -> list[str]:
    return list(script("check_infra").faults(folder))


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the templates in which one text stands for another."""

    def make(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "infra"
        shutil.copytree(
            ROOT / "infra", folder, ignore=lambda _, names: [each for each in names if each == "entra"]
        )
        path = folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return folder

    return make


def test_the_templates_are_sound() -> None:
    assert faults(ROOT / "infra") == []


BROKEN = [
    json.loads(line)
    for line in (Path(__file__).parent / "broken_templates.jsonl").read_text("utf-8").splitlines()
]
"""One text of a template, what stands in its place, and what must be said of it."""


@pytest.mark.parametrize("broken", BROKEN, ids=[f"{each['file']}: {each['fault']}" for each in BROKEN])
def test_a_broken_template_is_found(copy: Callable[[str, str, str], Path], broken: dict[str, str]) -> None:
    found = faults(copy(broken["file"], broken["old"], broken["new"]))

    assert any(broken["fault"] in each for each in found), found


def test_a_policy_that_is_not_met_and_a_skip_without_a_reason_are_found(tmp_path: Path) -> None:
    policies = script("check_policies")
    (tmp_path / "a.bicep").write_text(
        "// checkov:skip=CKV_AZURE_1: no\n// checkov:skip=CKV_AZURE_2: for a reason of many words\n", "utf-8"
    )
    failed = {
        "file_path": "/a.bicep",
        "file_line_range": [3, 9],
        "resource": "R.r",
        "check_id": "CKV_AZURE_3",
        "check_name": "keys",
    }
    report = {
        "results": {
            "failed_checks": [failed],
            "parsing_errors": ["x/b.bicep", "x/graph.bicep"],
            "passed_checks": [{}],
            "skipped_checks": [{"file_path": "/a.bicep", "check_id": "CKV_AZURE_1"}],
        }
    }

    assert policies.judge(report, tmp_path) == (
        [
            "/a.bicep:3 R.r: CKV_AZURE_3 keys",
            "b.bicep: checkov cannot read it",
            "settings.bicep: checkov can read it now; take it out of the list",
            f"{tmp_path / 'a.bicep'}: CKV_AZURE_1 is skipped without a reason",
            f"{tmp_path / 'a.bicep'}: CKV_AZURE_2 is skipped without need",
        ],
        1,
    )
    assert policies.judge({}, tmp_path)[0] == ["checkov told nothing"]


def test_a_parameter_file_that_is_missing_is_found(copy: Callable[[str, str, str], Path]) -> None:
    folder = copy("dev.bicepparam", "'dev'", "'dev'")
    (folder / "test.bicepparam").unlink()

    assert faults(folder) == ["test.bicepparam is missing"]


def test_the_settings_of_the_templates_start_both_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a parameter file has and the deployment sets is all that each role needs; web needs no secret of worker."""
    rules, reader = script("infra_rules"), script("bicep_files")
    by_list = rules.settings_of(reader.read(ROOT / "infra"))
    given = (
        reader.read(ROOT / "infra").parameters["prod.bicepparam"].declared("variables")["settings"]["value"]
    )
    secrets = {"LINK_KEYS", "APPLICANT_CLIENT_SECRET", "STAFF_CLIENT_SECRET", "COOKIE_KEYS"}
    lists = ("forBoth", "forWeb", "forWorker", "fixed", "secret")
    everything = set[str]().union(*(by_list[each] for each in lists))

    for role, only, its_secrets in (
        ("web", "forWeb", secrets),
        ("worker", "forWorker", {"LINK_KEYS", "METHOD_HASH_KEY"}),
    ):
        for each in everything:
            monkeypatch.delenv(each, raising=False)
        names = (set(given) & (by_list["forBoth"] | by_list[only])) | by_list["fixed"] | its_secrets
        if role == "web":
            names -= {"MAIL_ENDPOINT", "MAIL_SENDER"}
        for each in sorted(names):
            monkeypatch.setenv(each, VALUES.get(each, "k" * 32 if each in its_secrets else ""))
        monkeypatch.setenv("APP_ROLE", role)
        assert Settings().app_role == role


VALUES = {
    "BASE_URL": "https://recovery.example.ac.jp",
    "TENANT_ID": "00000000-0000-4000-8000-000000000001",
    "TENANT_DOMAIN": "example.ac.jp",
    "CHANNELS": "website",
    "APPLICANT_CLIENT_ID": "00000000-0000-4000-8000-000000000002",
    "STAFF_CLIENT_ID": "00000000-0000-4000-8000-000000000003",
    "PROTECTED_GROUPS": "00000000-0000-4000-8000-000000000004",
    "REVIEWER_ADDRESSES": "reviewers@example.ac.jp",
    "OPERATOR_ADDRESSES": "operators@example.ac.jp",
    "MAIL_ENDPOINT": "https://mail.example.communication.azure.com",
    "MAIL_SENDER": "noreply@example.ac.jp",
    "RecordsStorage__tableServiceUri": "https://records.table.core.windows.net/",
    "RecordsStorage__queueServiceUri": "https://records.queue.core.windows.net/",
    "PhotosStorage__blobServiceUri": "https://photos.blob.core.windows.net/",
}
