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
_FUNCTIONS, *_STEPS, _STOLEN = (
    block.replace("\n   ", "\n") for block in re.findall(r"```sh\n(.*?)```", _SECTION, re.DOTALL)
)

_AZ = """#!/bin/sh
# A vault with one secret, and apps that know the version that they were last told to read. One call may be told to fail.
cd "$CLOUD"
echo called >> calls
[ "$(wc -l < calls)" != "$(cat fails-at)" ] || { cat > /dev/null; exit 1; }
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
        for name, text in {
            "value": _OLD,
            "version": "1",
            "deaf": "",
            "log": "",
            "calls": "",
            "fails-at": "0",
        }.items():
            (folder / name).write_text(text)
        for app in ("WEB", "WORKER"):
            (folder / f"known-{app}").write_text("1\n")

    def type(self, name: str, block: str, functions: str = _FUNCTIONS) -> subprocess.CompletedProcess[str]:
        """Give a block of the page to a shell in which the functions are known."""
        (self.folder / "log").write_text("")
        (self.folder / "calls").write_text("")
        path = f"{self.folder}:{os.environ['PATH']}"
        script = f"{functions}\n{block.replace('NAME=LINK-KEYS', f'NAME={name}')}"
        return subprocess.run(
            ["sh", "-c", script],
            env={"PATH": path, "CLOUD": str(self.folder), "NAME": ""},
            stdin=subprocess.DEVNULL,
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
    assert len(_STEPS) == 3
    taken_up = [line for app in apps for line in (f"refresh {app}", f"restart {app}")]
    lists = []
    for block in _STEPS:
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
    done = cloud.type("LINK-KEYS", _STEPS[0])
    assert done.returncode == 1
    assert f"STOP: {deaf} does not know" in done.stdout
    assert f"restart {deaf}" not in cloud.log


def test_no_app_is_restarted_beside_the_function() -> None:
    assert _SECTION.count("functionapp restart") == 1


@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_whichever_call_fails_no_broken_list_is_set_and_the_last_word_is_stop(
    cloud: Cloud, step: int
) -> None:
    new = COMING + "n" * 64
    before = [_OLD, f"{_OLD},{new}", f"{_OLD},{'n' * 64}", _OLD][step]
    block = [*_STEPS, _STOLEN][step]
    reads, failed = step != 3, 0
    while True:
        (cloud.folder / "value").write_text(before)
        (cloud.folder / "fails-at").write_text(str(failed + 1))
        done = cloud.type("LINK-KEYS", block)
        if not done.returncode:
            break
        failed += 1
        assert "STOP" in (done.stdout + done.stderr).splitlines()[-1]
        if failed <= reads + 1:
            assert cloud.log == []
            assert ",".join(cloud.keys) == before
        assert len(in_order(cloud.keys)[-1]) == 64
        assert sum("restart" in line for line in cloud.log) < 2
    assert failed == reads + 1 + 1 + 2 * 4


def test_a_key_that_could_not_be_made_is_not_set(cloud: Cloud) -> None:
    (cloud.folder / "openssl").symlink_to("/bin/false")
    for block in (_STEPS[0], _STOLEN):
        assert cloud.type("LINK-KEYS", block).returncode
        assert cloud.log == []


@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_a_new_shell_without_the_functions_changes_nothing(cloud: Cloud, step: int) -> None:
    assert cloud.type("LINK-KEYS", [*_STEPS, _STOLEN][step], functions="").returncode
    assert (cloud.log, cloud.keys) == ([], [_OLD])


def test_a_step_out_of_turn_sets_nothing(cloud: Cloud) -> None:
    """Twice the first, and the third without the second, would leave keys that do not sign, or none that does."""
    assert cloud.type("LINK-KEYS", _STEPS[0]).returncode == 0
    waiting = cloud.keys
    for block in (_STEPS[0], _STEPS[2]):
        done = cloud.type("LINK-KEYS", block)
        assert done.returncode == 1
        assert "not the turn of this step" in done.stdout
        assert (cloud.log, cloud.keys) == ([], waiting)


def test_a_stolen_key_is_replaced_alone_and_taken_up(cloud: Cloud) -> None:
    assert cloud.type("COOKIE-KEYS", _STOLEN).returncode == 0
    assert cloud.log == ["set", "refresh WEB", "restart WEB"]
    assert len(cloud.keys) == 1
    assert cloud.keys != [_OLD]
