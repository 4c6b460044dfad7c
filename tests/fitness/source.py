"""The code as text and as syntax trees, for tests that look at the code itself."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]

SHIPPED: Final = ("functions", "shared", "function_app.py")
"""What is deployed, as far as it is Python."""


def python_files(*places: str) -> list[Path]:
    """The Python files in these folders of the project (or these files themselves), in order."""
    found: list[Path] = []
    for place in places:
        path = ROOT / place
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    assert found
    return found


def named(path: Path) -> str:
    """A path as documents write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file, read once."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(path)}: imports are absolute here"
            yield str(node.module)


def dotted(node: ast.expr) -> str:
    """An expression as it is written: ``datetime.now``."""
    return ast.unparse(node)


def calls(path: Path) -> Iterator[ast.Call]:
    """Every call in a file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def run_python(program: str, environment: Mapping[str, str]) -> str:
    """What a fresh interpreter prints that runs ``program`` in the project's folder with these settings only."""
    basics = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=basics | {"PYTHONPATH": str(ROOT)} | dict(environment),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@cache
def functions_of(role: str) -> dict[str, dict[str, Any]]:
    """The app's functions by name, as the platform's own runtime reads them from a process of this role."""
    done = subprocess.run(
        [sys.executable, "-m", "local.host", "--app", ".", "--routes"],
        cwd=ROOT, env={**os.environ, "APP_ROLE": role},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {each["name"]: each for each in json.loads(done.stdout)}
