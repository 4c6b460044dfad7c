"""What documents say of the code is true: pictures, paths, commands, decisions."""

import importlib.util
import re
from types import ModuleType

import pytest

from shared.domain.states import MOVES, State
from tests.fitness.source import ROOT

DOCUMENTS = sorted(
    [ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md")]
    + [*(ROOT / "docs").rglob("*.md")]
)
NAMES = [each.relative_to(ROOT).as_posix() for each in DOCUMENTS]
ROOMS = ("functions/", "shared/", "local/", "tests/", "docs/", ".ci/")
README = (ROOT / "README.md").read_text("utf-8")


def picture_maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("state_picture", ROOT / ".ci" / "state_picture.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawn_moves(mermaid: str) -> set[tuple[str, str]]:
    """The arrows of a picture; one that starts at a box stands for all states in the box."""
    boxes: dict[str, set[str]] = {}
    path: list[str] = []
    arrows: list[tuple[str, str]] = []
    for line in (each.strip() for each in mermaid.splitlines()):
        if opened := re.fullmatch(r'state ".*" as (\w+) \{', line):
            path.append(opened.group(1))
            boxes[opened.group(1)] = set()
        elif line == "}":
            path.pop()
        elif path and line:
            for box in path:
                boxes[box].add(line)
        elif arrow := re.fullmatch(r"(\w+) --> (\w+)", line):
            arrows.append((arrow.group(1), arrow.group(2)))
    return {(start, end) for box, end in arrows for start in boxes.get(box, {box})}


def test_the_picture_in_the_readme_is_made_from_the_table_of_moves() -> None:
    assert picture_maker().section() in README


def test_the_picture_s_arrows_are_the_moves_and_no_others() -> None:
    mermaid = README.split("```mermaid\nstateDiagram-v2\n")[1].split("```")[0]

    assert drawn_moves(mermaid) == {(state.value, end.value) for state in State for end in MOVES[state]}


def test_the_table_in_the_readme_has_every_state() -> None:
    section = picture_maker().table()

    assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == [state.value for state in State]


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_path_that_a_document_names_exists(document: object) -> None:
    text = (ROOT / str(document)).read_text("utf-8")
    named = {
        each.split("::")[0].rstrip("/")
        for each in re.findall(r"`([\w.\-/]+)`", text)
        if each.startswith(ROOMS)
    }

    assert not {each for each in named if not (ROOT / each).exists()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_link_between_documents_leads_somewhere(document: object) -> None:
    path = ROOT / str(document)
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        if "://" not in target and not target.startswith("#"):
            assert (path.parent / target.split("#")[0]).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_make_target_that_a_document_names_exists(document: object) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    text = (ROOT / str(document)).read_text("utf-8")
    named = set(re.findall(r"`(?:\w+=\S+ )*make ([a-z][a-z-]*)", text))
    named |= set(re.findall(r"^(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)", text, re.MULTILINE))

    assert named <= targets


def test_decisions_are_numbered_once_and_have_the_three_parts() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    numbers = [int(each.name[:4]) for each in records]

    assert numbers == list(range(1, len(records) + 1))
    for each in records:
        headings = re.findall(r"^## (.+)$", each.read_text("utf-8"), re.MULTILINE)
        assert headings == ["Decision", "Context", "Consequences"], each.name


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "adr" / "README.md").read_text("utf-8")

    assert not [each.name for each in (ROOT / "docs" / "adr").glob("[0-9]*.md") if each.name not in listed]


def test_the_modules_that_architecture_lists_are_all_there_are() -> None:
    """Each file of the domain and of the services is named on the concept list, so that it stays whole."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    files = [
        each.relative_to(ROOT).as_posix()
        for room in ("shared/domain", "shared/services")
        for each in sorted((ROOT / room).glob("[!_]*.py"))
    ]

    assert not [each for each in files if f"`{each}`" not in page]


def test_documents_do_not_speak_of_the_machine_they_were_written_on() -> None:
    for document in DOCUMENTS:
        assert not re.search(r"/work/|/home/\w|/Users/", document.read_text("utf-8")), document.name
