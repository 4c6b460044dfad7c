"""Somebody types a command of the runbooks with a Python that lacks the libraries."""

import subprocess
import sys

import pytest

from tests.fitness.source import ROOT

_ADDRESSES = {
    "RecordsStorage__tableServiceUri": "https://records.table.core.windows.net",
    "PhotosStorage__blobServiceUri": "https://photos.blob.core.windows.net",
}


@pytest.mark.parametrize("command", [["doctor", "--deployed"], ["audit"], ["restore"]])
def test_a_command_says_in_one_line_which_python_to_take(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-m", f"shared.bootstrap.{command[0]}", *command[1:]],
        cwd=ROOT,
        env=_ADDRESSES,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert ".venv/bin/python" in done.stderr


def test_no_page_names_such_a_command_with_a_python_that_may_lack_them() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    lines = [line for page in pages for line in page.read_text("utf-8").splitlines()]
    named = [line for line in lines if "python -m shared.bootstrap." in line]

    assert len(named) > 5
    assert [line for line in named if line.count(".venv/bin/python -m") != line.count("python -m")] == []
