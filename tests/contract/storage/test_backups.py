"""Tables as lines and the container of exports: fake and Azurite keep the same promises."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import pytest
from azure.data.tables import EdmType, EntityProperty

from shared import names
from shared.adapters.blob_backups import BlobBackups
from shared.adapters.storage import Storage, StorageAccount
from shared.adapters.tables_export import TableExport, line_of, row_of
from shared.ports import ConflictError, MissingError
from shared.ports.backup import Backups, TableRows
from tests.contract.storage.sample_cases import fresh_id
from tests.fakes.memory_backups import MemoryBackups, MemoryTables

TABLE = names.TABLE_REQUESTS


@dataclass
class Both:
    tables: TableRows
    files: Backups


@pytest.fixture(params=["fake", "azurite"])
async def both(request: pytest.FixtureRequest) -> AsyncIterator[Both]:
    if request.param == "fake":
        yield Both(MemoryTables(), MemoryBackups())
        return
    account = StorageAccount(connection_string=request.getfixturevalue("storage_account"))
    async with Storage(records=account, photos=account, prefix=f"b{fresh_id()[:8]}") as opened:
        await opened.ensure()
        yield Both(TableExport(opened), BlobBackups(opened))


def _line(part: str, row: str, **fields: object) -> str:
    return json.dumps({"PartitionKey": part, "RowKey": row} | fields, ensure_ascii=False, sort_keys=True)


async def _lines(*lines: str) -> AsyncIterator[str]:
    for each in lines:
        yield each


async def _all(lines: AsyncIterator[str]) -> list[str]:
    return [each async for each in lines]


async def test_rows_come_out_as_they_went_in(both: Both) -> None:
    lines = [
        _line("p0", "a", slot=3, frozen=False, body='{"x": "氏名，\\n二行目"}'),
        _line("p0", "b", text="", long="字" * 30_000),
        *(_line("p1", f"{number:04d}", text="x") for number in range(250)),
    ]
    assert await both.tables.is_empty(TABLE)
    await both.tables.insert(TABLE, lines)
    assert not await both.tables.is_empty(TABLE)
    assert await _all(both.tables.lines(TABLE)) == lines
    with pytest.raises(ConflictError):
        await both.tables.insert(TABLE, [_line("p0", "a")])


async def test_a_large_partition_is_written_in_parts_that_storage_takes(both: Both) -> None:
    lines = [_line("p0", f"{number:04d}", one="x" * 30_000, two="x" * 30_000) for number in range(120)]
    await both.tables.insert(TABLE, lines)
    assert await _all(both.tables.lines(TABLE)) == lines


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"RowKey": "a"}', "not json"])
async def test_what_is_no_row_is_refused(both: Both, line: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        await both.tables.insert(TABLE, [line])
    assert await both.tables.is_empty(TABLE)


_KINDS: Final = {
    "Edm.Double": "1.5",
    "Edm.DateTime": "2026-11-24T06:17:00.1234567Z",
    "Edm.Int64": "1099511627776",
    "Edm.Guid": "6b1fca2d-7f5e-4c1b-9d0a-000000000000",
    "Edm.Binary": "AAH+/w==",
}
"""The kinds of values that storage has and the service never writes."""


async def test_a_row_of_other_kinds_of_values_comes_out_as_it_went_in(both: Both) -> None:
    lines = [
        _line("p0", kind.removeprefix("Edm."), schema=1, body={kind: value}) for kind, value in _KINDS.items()
    ]
    lines += [_line("p1", number, body={"Edm.Double": number}) for number in ("NaN", "-Infinity")]
    lines = [*sorted(lines[:5]), *sorted(lines[5:])]
    await both.tables.insert(TABLE, lines)
    found = await _all(both.tables.lines(TABLE))
    assert [json.loads(each)["RowKey"] for each in found] == [json.loads(each)["RowKey"] for each in lines]
    again = [line_of(row_of(each)) for each in found]
    assert again == found
    assert {kind for each in found for kind in json.loads(each)["body"]} == set(_KINDS)
    assert [
        each for each in found if "1099511627776" in each or "AAH+/w==" in each or "06:17:00.1234567" in each
    ]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1.5, "Edm.Double"),
        (float("inf"), "Edm.Double"),
        (datetime(2026, 11, 24, 6, 17, tzinfo=UTC), "Edm.DateTime"),
        (EntityProperty(2**40, EdmType.INT64), "Edm.Int64"),
        (UUID(_KINDS["Edm.Guid"]), "Edm.Guid"),
        (b"\x00\xff", "Edm.Binary"),
    ],
)
def test_a_value_of_another_kind_keeps_its_kind(value: object, kind: str) -> None:
    line = line_of({"PartitionKey": "p", "RowKey": "r", "x": value})
    assert list(json.loads(line)["x"]) == [kind]
    assert line_of(row_of(line)) == line


async def test_a_row_that_nobody_can_write_is_left_out_and_that_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class _Table:
        async def list_entities(self) -> AsyncIterator[dict[str, object]]:
            found: list[dict[str, object]] = [
                {"PartitionKey": "p", "RowKey": "1", "x": ["secret"]},
                {"PartitionKey": "p", "RowKey": "2"},
            ]
            for each in found:
                yield each

    class _Storage:
        def table(self, _: str) -> _Table:
            return _Table()

    export = TableExport(_Storage())  # type: ignore[arg-type]  # storage gives no such row
    assert await _all(export.lines(TABLE)) == [_line("p", "2")]
    assert "a row was left out of an export" in caplog.text
    assert "secret" not in caplog.text


async def test_files_are_written_listed_read_and_erased(both: Both) -> None:
    lines = ["一", "", "x" * 5_000_000, '{"a": "\\n"}']
    await both.files.write("20260101T000000Z/requests.jsonl", _lines(*lines))
    await both.files.write("20260101T000000Z/manifest.json", _lines("old"))
    await both.files.write("20260101T000000Z/manifest.json", _lines("new"))
    await both.files.write("20260102T000000Z/due.jsonl", _lines())

    assert await both.files.names() == [
        "20260101T000000Z/manifest.json",
        "20260101T000000Z/requests.jsonl",
        "20260102T000000Z/due.jsonl",
    ]
    assert await _all(both.files.read("20260101T000000Z/requests.jsonl")) == lines
    assert await _all(both.files.read("20260101T000000Z/manifest.json")) == ["new"]
    assert await _all(both.files.read("20260102T000000Z/due.jsonl")) == []
    for _ in range(2):
        await both.files.erase("20260101T000000Z/requests.jsonl")
    with pytest.raises(MissingError):
        await _all(both.files.read("20260101T000000Z/requests.jsonl"))
