"""Size and names of files, and what goes into the package that is deployed."""

from fnmatch import fnmatch

from tests.fitness.source import ROOT, named, python_files

MOST_LINES = 340
VAGUE = {
    "base",
    "common",
    "core",
    "helper",
    "helpers",
    "lib",
    "manager",
    "misc",
    "stuff",
    "tools",
    "util",
    "utils",
}

DEPLOYED = {"function_app.py", "functions", "shared", "host.json", "requirements.txt"}
GENERATED = {"__pycache__", "local.settings.json", "htmlcov", "node_modules"}


def ignored(name: str) -> bool:
    """Whether the packager leaves this entry of the root out (patterns without a slash match names)."""
    lines = (ROOT / ".funcignore").read_text("utf-8").splitlines()
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    assert not [each for each in patterns if each.startswith("!") or "/" in each], (
        "teach this test the pattern"
    )
    return any(fnmatch(name, pattern) for pattern in patterns)


def test_files_are_short() -> None:
    for path in python_files("functions", "shared", "local", "function_app.py"):
        lines = len(path.read_text("utf-8").splitlines())
        assert lines <= MOST_LINES, f"{named(path)} has {lines} lines"


def test_no_module_has_a_name_that_says_nothing() -> None:
    for path in python_files("functions", "shared", "local", "tests", "function_app.py"):
        assert path.stem.strip("_") not in VAGUE, named(path)


def test_every_module_says_what_it_is_for() -> None:
    for path in python_files("functions", "shared", "local", "function_app.py"):
        text = path.read_text("utf-8")
        assert not text.strip() or text.startswith(('"""', 'r"""', "#")), named(path)


def test_nothing_is_deployed_that_was_not_meant_to_be() -> None:
    present = {each.name for each in ROOT.iterdir() if not each.name.startswith(".")}

    assert {name for name in present if not ignored(name)} == DEPLOYED


def test_what_pretends_and_what_checks_is_never_deployed() -> None:
    for name in ("local", "tests", "docs", "infra", "bench", ".ci", ".git", ".venv", *GENERATED):
        assert ignored(name), name


def test_nothing_says_to_do() -> None:
    words = ("TO" + "DO", "FIX" + "ME")
    for path in python_files("functions", "shared", "local", "tests", "function_app.py"):
        assert not [word for word in words if word in path.read_text("utf-8")], named(path)
