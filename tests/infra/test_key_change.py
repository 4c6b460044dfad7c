"""The commands of the runbook that changes a key, run by a shell with an `az` that remembers what they set, in which order."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from shared.key_list import COMING, in_order
from tests.fitness.source import ROOT

_OLD = "o" * 64
_PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
_SECTION = _PAGE.partition("## Changing a key\n")[2].partition("\n## ")[0]
_BLOCKS = [block.replace("\n   ", "\n") for block in re.findall(r"```sh\n(.*?)```", _SECTION, re.DOTALL)]

_AZ = """#!/bin/sh
# A vault with one secret, and apps that know the version that they were last told to read.
cd "$CLOUD"
case "$*" in
  "keyvault secret show"*"--query value"*) printf '%s\\n' "$(cat value)" ;;
  "keyvault secret show"*"--query id"*) echo "https://v.vault.azure.net/secrets/$NAME/$(cat version)" ;;
  "keyvault secret set"*) cat > coming; mv coming value; echo $(($(cat version) + 1)) > version; echo set >> log ;;
  "functionapp show"*WEB*) echo /sites/WEB ;;
  "functionapp show"*WORKER*) echo /sites/WORKER ;;
  "rest --method post"*/sites/*/refresh*)
    app=$(echo "$*" | sed 's,.*/sites/\\([A-Z]*\\)/.*,\\1,'); echo "refresh $app" >> log
    [ "$app" = "$(cat deaf)" ] || cat version > "known-$app" ;;
  "rest --method get"*/sites/*) cat "known-$(echo "$*" | sed 's,.*/sites/\\([A-Z]*\\)/.*,\\1,')" ;;
  "functionapp restart"*) echo "restart $(echo "$*" | sed 's/.*--name //')" >> log ;;
  *) echo "unheard of: $*" >&2; exit 3 ;;
esac
"""


class Cloud:
    """The folder in which the vault and the apps lie."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "az").write_text(_AZ)
        (folder / "az").chmod(0o755)
        for name, text in {"value": _OLD, "version": "1", "deaf": "", "log": ""}.items():
            (folder / name).write_text(text)
        for app in ("WEB", "WORKER"):
            (folder / f"known-{app}").write_text("1\n")

    def type(self, name: str, block: str) -> subprocess.CompletedProcess[str]:
        """Give a block of the page to a shell in which the function is known."""
        (self.folder / "log").write_text("")
        path = f"{self.folder}:{os.environ['PATH']}"
        script = f"{_BLOCKS[0]}\n{block.replace('NAME=LINK-KEYS', f'NAME={name}')}"
        return subprocess.run(
            ["sh", "-c", script],
            env={"PATH": path, "CLOUD": str(self.folder), "NAME": name},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )

    @property
    def log(self) -> list[str]:
        return (self.folder / "log").read_text().split("\n")[:-1]

    @property
    def keys(self) -> list[str]:
        return (self.folder / "value").read_text().split(",")


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return Cloud(tmp_path)


@pytest.mark.parametrize(("name", "apps"), [("LINK-KEYS", ["WEB", "WORKER"]), ("COOKIE-KEYS", ["WEB"])])
def test_each_step_sets_the_next_list_and_has_each_app_read_the_vault_before_it_starts_anew(
    cloud: Cloud, name: str, apps: list[str]
) -> None:
    assert len(_BLOCKS) == 4
    taken_up = [line for app in apps for line in (f"refresh {app}", f"restart {app}")]
    lists = []
    for block in _BLOCKS[1:]:
        done = cloud.type(name, block)
        assert (done.returncode, done.stderr) == (0, "")
        assert cloud.log == ["set", *taken_up]
        assert not [key for key in cloud.keys if key.removeprefix(COMING) in done.stdout]
        lists.append(cloud.keys)
    new = lists[-1][0]
    assert len(new) == 64
    assert lists == [[_OLD, COMING + new], [_OLD, new], [new]]
    assert [in_order(each)[-1] for each in lists] == [_OLD, new, new]


@pytest.mark.parametrize("deaf", ["WEB", "WORKER"])
def test_an_app_that_does_not_know_the_new_version_is_not_restarted_and_that_is_said(
    cloud: Cloud, deaf: str
) -> None:
    (cloud.folder / "deaf").write_text(deaf)
    done = cloud.type("LINK-KEYS", _BLOCKS[1])
    assert done.returncode == 1
    assert f"STOP: {deaf} does not know" in done.stdout
    assert f"restart {deaf}" not in cloud.log


def test_no_app_is_restarted_beside_the_function() -> None:
    assert _SECTION.count("functionapp restart") == 1
