"""local.settings.json for Core Tools, and the hook that gives their worker the local parts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local import settings_file
from local.azurite import ROOT
from local.configuration import BadConfigurationError
from shared.settings import Settings


def written(tmp_path: Path, role: str, **variables: str) -> dict[str, str]:
    path = settings_file.write(variables, role=role, folder=tmp_path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["IsEncrypted"] is False
    values: dict[str, str] = document["Values"]
    return values


def test_each_role_gets_its_own_settings_only(tmp_path: Path) -> None:
    web, worker = written(tmp_path, "web"), written(tmp_path, "worker")

    assert web["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert web["APP_ROLE"] == "web"
    assert "GRAPH_URL" not in web
    assert "COOKIE_KEYS" not in worker
    assert all(isinstance(value, str) for value in (web | worker).values())


def test_the_clock_file_is_named_only_where_it_lasts(tmp_path: Path) -> None:
    assert "REREGISTER_CLOCK_FILE" not in written(tmp_path, "web")
    kept = written(tmp_path, "web", REREGISTER_DATA=str(tmp_path / "state"))
    assert kept["REREGISTER_CLOCK_FILE"] == str(tmp_path / "state" / "clock")


def test_a_wrong_port_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfigurationError, match="REREGISTER_LOCAL_PORT"):
        written(tmp_path, "web", REREGISTER_LOCAL_PORT="0")


def test_a_folder_of_libraries_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfigurationError, match="REREGISTER_LIBRARIES"):
        written(tmp_path, "web", REREGISTER_LIBRARIES=str(tmp_path / "none"))


@pytest.mark.parametrize("closures", ["foo", "2027-02-30", "2027-02-15/2027-02-06"])
def test_wrong_closures_are_refused(tmp_path: Path, closures: str) -> None:
    with pytest.raises(BadConfigurationError, match="REREGISTER_CLOSURES"):
        written(tmp_path, "web", REREGISTER_CLOSURES=closures)


@pytest.mark.parametrize("role", ["web", "worker"])
@pytest.mark.parametrize(("given", "mode"), [("1", True), ("0", False), ("", False)])
def test_both_roles_are_started_in_evaluation_mode_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str, given: str, *, mode: bool
) -> None:
    for name, value in written(tmp_path, role, REREGISTER_EVALUATION=given).items():
        monkeypatch.setenv(name, value)
    assert Settings().evaluation_mode is mode


def test_a_wrong_word_for_evaluation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfigurationError, match="REREGISTER_EVALUATION"):
        written(tmp_path, "web", REREGISTER_EVALUATION="true")


@pytest.mark.parametrize(("inject", "said"), [("tests.samples.local_app.said:aloud", "injected\n"), ("", "")])
def test_python_injects_the_local_parts_at_its_start(inject: str, said: str) -> None:
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'local' / 'coretools'}:{ROOT}",
        "REREGISTER_INJECT": inject,
    }
    done = subprocess.run(
        [sys.executable, "-c", "pass"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    assert done.stdout == said
