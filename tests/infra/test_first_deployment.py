"""The guard of the first deployment, with a command of our own in the place of the Azure CLI."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from infra.first_deployment import PLACEHOLDER, main
from tests.fitness.source import ROOT

GROUP = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults"
OURS = {"service": "reregister", "environment": "prod"}


def vault(name: str, tags: Mapping[str, str] | None) -> dict[str, Any]:
    return {"id": f"{GROUP}/{name}", "name": name, "tags": tags}


def secret(name: str, content_type: str | None = None) -> dict[str, Any]:
    return {"name": name, "properties": {"contentType": content_type} if content_type else {}}


def page(*secrets: dict[str, Any], more: str | None = None) -> str:
    return json.dumps({"value": secrets, "nextLink": more})


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what ``az`` answers: its vaults, and by the end of an address what is there; anything else fails."""

    def answers(vaults: str | None, **pages: str) -> None:
        folder = tmp_path / "az-answers"
        folder.mkdir()
        for name, text in {**pages, **({} if vaults is None else {"list": vaults})}.items():
            (folder / name).write_text(text, "utf-8")
        tool = tmp_path / "bin" / "az"
        tool.parent.mkdir()
        tool.write_text(
            f"#!/bin/sh\necho \"$@\" >>'{tmp_path}/asked'\n"
            'case "$*" in\n'
            f"  'keyvault list --resource-group rg --output json') cat '{folder}/list' ;;\n"
            f"  'rest --method get --url https://management.azure.com{GROUP}/'*) "
            f"""name="${{5#https://management.azure.com{GROUP}/}}"; cat "{folder}/${{name%%/*}}" ;;\n"""
            f"  'rest --method get --url https://next/'*) cat \"{folder}/${{5#https://next/}}\" ;;\n"
            "  *) echo 'no such command' >&2; exit 2 ;;\n"
            "esac\n",
            "utf-8",
        )
        tool.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tool.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}")

    return answers


def test_an_empty_group_may_be_deployed_into(azure: Callable[..., None]) -> None:
    azure("[]")

    assert main(["rg", "prod"]) == 0


def test_placeholders_of_a_deployment_that_ended_half_way_are_no_hindrance(
    azure: Callable[..., None],
) -> None:
    azure(json.dumps([vault("kv", OURS)]), kv=page(secret("LINK-KEYS", PLACEHOLDER)))

    assert main(["rg", "prod"]) == 0


def test_a_secret_that_was_set_refuses_and_is_named(
    azure: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    azure(
        json.dumps([vault("kv", OURS)]),
        kv=page(secret("COOKIE-KEYS", PLACEHOLDER), secret("METHOD-HASH-KEY")),
    )

    assert main(["rg", "prod"]) == 1
    assert capsys.readouterr().err == (
        "These secrets were set already: kv/METHOD-HASH-KEY. Deploy without FIRST_DEPLOYMENT "
        "(with azd: azd env set FIRST_DEPLOYMENT no).\nThe first deployment was refused.\n"
    )


def test_a_secret_on_the_second_page_is_seen(azure: Callable[..., None]) -> None:
    azure(
        json.dumps([vault("kv", OURS)]),
        kv=page(secret("LINK-KEYS", PLACEHOLDER), more="https://next/two"),
        two=page(secret("COOKIE-KEYS", "text/plain")),
    )

    assert main(["rg", "prod"]) == 1


def test_another_environment_in_the_same_group_does_not_count_and_a_vault_without_tags_does(
    azure: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    azure(
        json.dumps([vault("other", {**OURS, "environment": "dev"}), vault("plain", None)]),
        other=page(secret("LINK-KEYS")),
        plain=page(secret("COOKIE-KEYS")),
    )

    assert main(["rg", "prod"]) == 1
    assert "already: plain/COOKIE-KEYS." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("vaults", "pages"),
    [
        (None, {}),
        ("", {}),
        ("{}", {}),
        ('[{"name": "kv"}]', {}),
        (json.dumps([vault("kv", OURS)]), {}),
        (json.dumps([vault("kv", OURS)]), {"kv": "{}"}),
        (json.dumps([vault("kv", OURS)]), {"kv": "[]"}),
        (json.dumps([vault("kv", OURS)]), {"kv": '{"value": [{}]}'}),
    ],
)
def test_what_cannot_be_seen_counts_as_held(
    azure: Callable[..., None], capsys: pytest.CaptureFixture[str], vaults: str | None, pages: dict[str, str]
) -> None:
    azure(vaults, **pages)

    assert main(["rg", "prod"]) == 1
    assert capsys.readouterr().err.startswith("It cannot be seen what the vault holds: ")


def test_without_the_azure_cli_nothing_can_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["rg", "prod"]) == 1


def test_the_template_marks_what_it_makes_as_the_guard_expects() -> None:
    template = (ROOT / "infra" / "vault.bicep").read_text("utf-8")

    assert f"contentType: '{PLACEHOLDER}'" in template


def hook(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The hook of azure.yaml in a copy of the tree, as azd runs it."""
    shutil.copytree(
        ROOT / "infra", folder / "infra", ignore=shutil.ignore_patterns("entra", "main.bicepparam")
    )
    script = yaml.safe_load((ROOT / "azure.yaml").read_text("utf-8"))["hooks"]["preprovision"]["run"]
    return subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "AZURE_RESOURCE_GROUP": "rg", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_hook_of_azd_refuses_a_second_first_deployment(
    azure: Callable[..., None], tmp_path: Path
) -> None:
    azure(json.dumps([vault("kv", OURS)]), kv=page(secret("LINK-KEYS")))

    done = hook(tmp_path / "tree", AZURE_ENV_NAME="prod", FIRST_DEPLOYMENT="yes")

    assert done.returncode != 0
    assert "kv/LINK-KEYS" in done.stderr
    assert not (tmp_path / "tree" / "infra" / "main.bicepparam").exists()


def test_the_hook_of_azd_lets_the_first_one_pass_and_asks_nothing_at_later_ones(
    azure: Callable[..., None], tmp_path: Path
) -> None:
    azure("[]")

    later = hook(tmp_path / "later", AZURE_ENV_NAME="prod", FIRST_DEPLOYMENT="no")
    asked = (tmp_path / "asked").exists()
    first = hook(tmp_path / "first", AZURE_ENV_NAME="prod", FIRST_DEPLOYMENT="yes")

    assert (later.returncode, asked, first.returncode) == (0, False, 0), first.stderr
    for tree in ("later", "first"):
        copied = (tmp_path / tree / "infra" / "main.bicepparam").read_text("utf-8")
        assert copied == (ROOT / "infra" / "prod.bicepparam").read_text("utf-8")


def test_the_page_runs_the_guard_before_every_first_deployment() -> None:
    page_ = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    creates = re.findall(r"^.*FIRST_DEPLOYMENT=yes az deployment group create.*$", page_, re.MULTILINE)

    assert creates
    assert all(each.startswith("python3 -m infra.first_deployment RG ENV && ") for each in creates)
