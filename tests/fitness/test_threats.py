"""The threat model is held to what it says: a test for every row, tests that exist, no door forgotten, pins with hashes."""

import ast
import re
from pathlib import Path

import pytest

from tests.fitness.source import ROOT
from tests.fitness.test_doors import EXPECTED

_PAGE = ROOT / "docs" / "threat-model.md"
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


def rows() -> list[str]:
    """The rows of every table whose last column names tests."""
    found: list[str] = []
    inside = False
    for line in _PAGE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            inside = False
        elif line.rstrip(" |").endswith("held by"):
            inside = True
        elif inside and not set(line) <= set("|- "):
            found.append(line)
    return found


def _tests_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        each.name
        for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_")
    }


def test_there_are_threats_to_look_at() -> None:
    assert len(rows()) > 60


def test_every_threat_has_a_control_and_a_test() -> None:
    for row in rows():
        cells = [each.strip() for each in row.strip("| ").split(" | ")]
        assert all(len(each) > 8 for each in cells[-3:]), row
        assert _TEST.search(cells[-1]), row


def test_every_test_that_is_named_exists() -> None:
    named = {(path, name) for row in rows() for path, name in _TEST.findall(row)}
    missing = [
        f"{path}::{name}"
        for path, name in sorted(named)
        if not (ROOT / "tests" / path).exists() or name not in _tests_in(ROOT / "tests" / path)
    ]
    assert missing == []


def test_every_door_is_spoken_of() -> None:
    headings = [line for line in _PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("### ")]
    named = {each for line in headings for each in re.findall(r"`(\w+)`", line)}
    assert named == set(EXPECTED)


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-node.txt", "requirements-audit.txt"]
)
def test_every_pin_has_its_hash(name: str) -> None:
    """And the set-up refuses what has none."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if re.match(r"^[a-z0-9]", line, re.IGNORECASE)]
    assert pins
    assert [line for line in pins if "==" not in line or "--hash=sha256:" not in line] == []
    calls = [
        line
        for line in (ROOT / "Makefile").read_text(encoding="utf-8").split("\n\t")
        if "pip install" in line
    ]
    assert calls
    assert all("--require-hashes" in each for each in calls)
