"""The list of components and the question whether one of them has a known weakness."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.fitness.source import ROOT


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    return _script("sbom")


@pytest.fixture(scope="module")
def listed(sbom: ModuleType) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(sbom.text())
    return value


def _pins() -> dict[str, str]:
    compiled = (ROOT / "requirements.txt").read_text("utf-8")
    windows = r"(?: ; (?!sys_platform == 'win32').*)?"
    return dict(re.findall(rf"^([a-z0-9.-]+)(?:\[.*\])?==(\S+){windows} \\$", compiled, re.MULTILINE))


def test_everything_that_ships_is_on_the_list_with_its_hashes(listed: dict[str, Any]) -> None:
    shipped = {each["name"]: each for each in listed["components"] if each["scope"] == "required"}
    assert {name: each["version"] for name, each in shipped.items()} == _pins()
    for each in shipped.values():
        (page,) = each["externalReferences"]
        assert page["hashes"], each["name"]


def test_what_only_the_local_run_needs_is_marked_so(listed: dict[str, Any]) -> None:
    local = {each["name"] for each in listed["components"] if each["scope"] == "excluded"}
    assert {"azurite", "oidc-provider"} <= local
    assert {each["purl"].split("/")[0] for each in listed["components"]} == {"pkg:npm", "pkg:pypi"}


def test_it_is_told_why_each_component_is_there(listed: dict[str, Any]) -> None:
    """What we asked for hangs from the service itself, everything else from what asked for it."""
    needs = {each["ref"]: set(each["dependsOn"]) for each in listed["dependencies"]}
    asked = {
        re.split(r"[\[ #]", line)[0].lower()
        for line in (ROOT / "requirements.in").read_text("utf-8").splitlines()
    }
    names = {ref.split("/")[1].split("@")[0] for ref in needs["reregister"]}
    assert names == asked - {""}
    shipped = {each["bom-ref"] for each in listed["components"] if each["scope"] == "required"}
    assert set().union(*needs.values()) == shipped


def test_the_same_pins_give_the_same_list_on_every_machine(sbom: ModuleType) -> None:
    text = sbom.text()
    assert text == sbom.text()
    assert "timestamp" not in text
    assert str(ROOT) not in text
    assert str(Path.home()) not in text


def test_another_pin_gives_another_serial_number(sbom: ModuleType) -> None:
    compiled, lock = (ROOT / "requirements.txt").read_text("utf-8"), '{"packages": {}}'
    other = re.sub(r"^segno==\S+", "segno==0.0.1", compiled, flags=re.MULTILINE)
    assert sbom.document(compiled, lock)["serialNumber"] != sbom.document(other, lock)["serialNumber"]


def test_a_pin_for_another_system_does_not_ship(sbom: ModuleType) -> None:
    compiled = (
        "colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:"
        + "0" * 64
        + "\n    # via -r requirements.in\n"
    )
    assert sbom.python_components(compiled) == ([], {})


# --- make audit -----------------------------------------------------------------------------------------

_FINE = '{"dependencies": [{"name": "segno", "version": "1.0", "vulns": []}]}'
_WEAK = '{"dependencies": [{"name": "segno", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}]}'
_SKIPPED = '{"dependencies": [{"name": "segno", "skip_reason": "not found"}, {"name": "a", "version": "1", "vulns": []}]}'
_NPM_FINE = '{"vulnerabilities": {}, "metadata": {"dependencies": {"total": 369}}}'
_NPM_WEAK = '{"vulnerabilities": {"x": {"name": "x", "range": "<2", "severity": "high"}}, "metadata": {}}'
_NPM_REFUSED = '{"message": "405 Method Not Allowed"}'


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    return _script("audit")


@pytest.mark.parametrize(
    ("pip", "npm", "code"),
    [
        (_FINE, _NPM_FINE, 0),
        (_WEAK, _NPM_FINE, 1),
        (_FINE, _NPM_WEAK, 1),
        (_WEAK, _NPM_REFUSED, 1),
        (_SKIPPED, _NPM_FINE, 2),
        (_FINE, _NPM_REFUSED, 2),
        ("", _NPM_FINE, 2),
        ("Traceback", "", 2),
        ("[]", "null", 2),
    ],
)
def test_nobody_to_ask_is_no_all_clear(audit: ModuleType, pip: str, npm: str, code: int) -> None:
    """The tool itself ends with 0 when the registry knows none of the names."""
    assert (
        audit.verdict([audit.of_pip("requirements.txt", pip), audit.of_npm("package-lock.json", npm)]) == code
    )


def test_a_known_weakness_is_named_with_what_mends_it(audit: ModuleType) -> None:
    assert audit.of_pip("requirements.txt", _WEAK).weak == ["segno 1.0: PYSEC-1, mended in 1.1"]


def test_where_nobody_answers_about_one_pin_the_others_are_not_looked_up(audit: ModuleType) -> None:
    asked: list[str] = []

    def ask(pins: str) -> str:
        asked.append(Path(pins).read_text("utf-8"))
        return _SKIPPED

    reports = audit.python_reports(ask)
    assert [re.findall(r"^\S+==", each, re.MULTILINE) for each in asked] == [["cryptography=="]]
    assert all(each.unasked for each in reports)


def test_all_lists_are_asked_about(audit: ModuleType) -> None:
    asked: list[str] = []

    def ask(pins: str) -> str:
        asked.append(Path(pins).name)
        return _FINE

    assert not any(each.unasked for each in audit.python_reports(ask))
    assert set(asked[1:]) == {each.name for each in ROOT.glob("requirements*.txt")} - {
        "requirements-node.txt"
    }
