"""Every page and every mail has its files, and no page carries what the content security policy forbids."""

import inspect
import re
from pathlib import Path

import pytest

from shared.domain.card import LinkDeed
from shared.domain.mails import MailKind
from shared.presentation import templates, views
from tests.unit.presentation.sample_pages import pages

ROOM = Path(__file__).parents[2] / "shared" / "presentation"
PAGES = sorted(each for each in (ROOM / "pages").glob("*.html"))
ALL = sorted(each for folder in ("pages", "mail") for each in (ROOM / folder).rglob("*.*"))

SCRIPTS = {
    "pickup.html": "pickup.js",
    "verify_issue.html": "pickup.js",
    "verify_card.html": "wait.js",
    "verify_link.html": "wait.js",
}
"""The pages that load a script, each one."""


def named(paths: list[Path]) -> list[str]:
    return [each.relative_to(ROOM).as_posix() for each in paths]


def test_every_page_has_its_view_in_the_table_and_a_sample() -> None:
    files = {each.stem for each in PAGES if not each.stem.startswith("_")}
    table = set(re.findall(r"^(\w+)\s{2,}(?::class:|None)", inspect.getdoc(views) or "", re.MULTILINE))
    assert files == table
    assert files == {page for page, _, _ in pages().values()}


def test_every_mail_is_a_folder_with_subject_text_and_html() -> None:
    folders = {each.name: {file.name for file in each.iterdir()} for each in (ROOM / "mail").iterdir()}
    folders.pop("_base")
    of_no_case = {"given_up", "service_notice", *(f"card_{deed.value}" for deed in LinkDeed)}
    names = of_no_case | {kind.value for kind in MailKind}
    assert folders == {name: {"subject.txt", "body.txt", "body.html"} for name in names}


@pytest.mark.parametrize("folder", ["pages", "mail"])
def test_every_template_compiles(folder: str) -> None:
    environment = templates.environment(folder)
    for path in (ROOM / folder).rglob("*.*"):
        environment.get_template(path.relative_to(ROOM / folder).as_posix())


@pytest.mark.parametrize("path", PAGES, ids=named(PAGES))
def test_no_page_has_inline_script_inline_style_or_foreign_content(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<iframe|<object|<base", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert script == f'<script src="/static/{SCRIPTS[path.name]}" defer>'
    for loaded in re.findall(r'(?:src|<link[^>]*href)="([^"]*)"', source):
        assert loaded.startswith(("/static/", "/review/{{ view.token }}/photo"))


@pytest.mark.parametrize("path", ALL, ids=named(ALL))
def test_escaping_is_never_switched_off(path: Path) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", path.read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=named(PAGES))
def test_every_form_posts_to_a_path_of_ours(path: Path) -> None:
    for form in re.findall(r"<form[^>]*>", path.read_text("utf-8")):
        assert 'method="post"' in form
        assert re.search(r'action="/[a-z]', form)


@pytest.mark.parametrize("path", ALL, ids=named(ALL))
def test_no_template_speaks_by_itself(path: Path) -> None:
    """Words stand in the catalogues; only the lines of Microsoft's own screens are quoted, in English."""
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text("utf-8"), flags=re.DOTALL)
    source = re.sub(r'<q lang="en">.*?</q>', " ", source)
    spoken = re.sub(r"<[^>]*>|aria-[a-z]+=\"[^\"]*\"", " ", source)
    assert not re.search(r"[A-Za-z\u3040-\u30ff\u4e00-\u9fff]", spoken)
