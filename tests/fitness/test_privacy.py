"""The page about privacy names everything that is stored, and says of each field what the code does with it."""

import re
from dataclasses import fields, replace

import pytest

from shared import names
from shared.adapters.tables_applications import RESERVED
from shared.domain.application import Application
from shared.domain.erasing import erase
from shared.domain.photo import StoredPhoto
from shared.domain.retention import Erasure
from tests.contract.storage.sample_cases import AT, full
from tests.fitness.source import ROOT

_PAGE = (ROOT / "docs" / "privacy.md").read_text("utf-8")
_FIELDS = {each.name for each in fields(Application)}


def _part(name: str) -> set[str]:
    """The fields that the table names for one part."""
    row = re.search(rf"^\| `?{name}`? \| (.*) \|$", _PAGE, re.MULTILINE)
    assert row is not None
    return set(re.findall(r"`(\w+)`", row[1]))


def _rows() -> str:
    section = _PAGE[_PAGE.index("## What is kept") : _PAGE.index("## What is never kept")]
    return "\n".join(line for line in section.splitlines() if line.startswith("| "))


@pytest.mark.parametrize(
    "name", [*names.TABLES, *names.LANES, names.QUEUE_REPORTS, *names.CONTAINERS, *sorted(RESERVED)]
)
def test_every_table_queue_container_and_index_has_a_row(name: str) -> None:
    assert f"`{name}`" in _rows()


def test_every_field_of_a_case_is_either_erased_or_said_to_be_kept() -> None:
    named = [_part(each) for each in (*Erasure, "kept")]
    assert set().union(*named) == _FIELDS
    assert not _part("kept") & set().union(*named[:-1])


@pytest.mark.parametrize("part", Erasure)
def test_the_fields_that_change_are_those_that_the_page_names(part: Erasure) -> None:
    case = replace(full("0" * 32), photo=StoredPhoto("photo-1", upload="0" * 64))
    after = erase(case, (part,), 0, AT).application
    bookkeeping = {"events", "chain", "chained_at", "erased"}
    changed = {each for each in _FIELDS if getattr(after, each) != getattr(case, each)} - bookkeeping
    assert changed <= _part(part)
    assert _part(part) - changed <= _EMPTY


_EMPTY = {each.name for each in fields(Application) if not getattr(full("0" * 32), each.name)} | {"operators"}
"""Fields in which the sample case has nothing to erase."""
