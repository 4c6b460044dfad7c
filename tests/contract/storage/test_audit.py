"""The container of heads, the list of all cases, and a chain that comes back from storage as it went in."""

import asyncio
from datetime import timedelta

import pytest

from shared import names
from shared.adapters.blob_heads import BlobHeads
from shared.adapters.storage import Storage
from shared.adapters.tables_all_cases import TableAllCases
from shared.adapters.tables_applications import TableApplications
from shared.domain import audit
from shared.domain.application import note
from shared.domain.audit import AuditHead, Trail
from shared.domain.events import EventKind, Party
from shared.ports import ConflictError, StoredTrail
from tests.contract.storage.conftest import Ports
from tests.contract.storage.sample_cases import AT, fresh_id, happened, sparse

_ONE, _TWO = "1" * 64, "2" * 64


async def test_a_head_is_kept_once_and_the_same_again_is_no_harm(ports: Ports) -> None:
    case = fresh_id()
    await ports.heads.keep(AuditHead(case, 3, _ONE), at=AT)
    await ports.heads.keep(AuditHead(case, 3, _ONE), at=AT + timedelta(days=1))

    assert await ports.heads.of(case) == [AuditHead(case, 3, _ONE)]


async def test_another_hash_for_the_same_event_is_refused_and_the_first_stays(ports: Ports) -> None:
    case = fresh_id()
    await ports.heads.keep(AuditHead(case, 3, _ONE), at=AT)
    with pytest.raises(ConflictError):
        await ports.heads.keep(AuditHead(case, 3, _TWO), at=AT)

    assert await ports.heads.of(case) == [AuditHead(case, 3, _ONE)]


async def test_of_two_workers_at_once_one_wins(ports: Ports) -> None:
    case = fresh_id()
    tries = (ports.heads.keep(AuditHead(case, 1, each), at=AT) for each in (_ONE, _TWO))
    results = await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(each).__name__ for each in results) == ["ConflictError", "NoneType"]


async def test_heads_come_by_number_and_of_one_case_only(ports: Ports) -> None:
    case, other = fresh_id(), fresh_id()
    for number in (10, 9, 100):
        await ports.heads.keep(AuditHead(case, number, _ONE), at=AT)
    await ports.heads.keep(AuditHead(other, 1, _TWO), at=AT)

    assert [each.number for each in await ports.heads.of(case)] == [9, 10, 100]
    assert await ports.heads.of(fresh_id()) == []


async def test_the_cases_that_have_a_head_are_named_once(ports: Ports) -> None:
    case = fresh_id()
    for number in (1, 2):
        await ports.heads.keep(AuditHead(case, number, _ONE), at=AT)

    found = await ports.heads.applications()
    assert found.count(case) == 1
    assert found == sorted(found)


async def test_all_cases_are_listed_and_nothing_that_is_none(ports: Ports) -> None:
    ids = [fresh_id(), fresh_id()]
    for each in ids:
        await ports.applications.save(None, happened(sparse(each)), None)
        await ports.open_cases.add(each)
    await ports.open_cases.drop(ids[0])

    found = await ports.all_cases.names()
    assert set(ids) <= set(found)
    assert found == sorted(found)
    assert "open" not in found


async def test_a_chain_comes_back_from_storage_as_it_went_in(ports: Ports) -> None:
    case = sparse(fresh_id())
    first = note(case, EventKind.SUBMITTED, AT, party=Party.APPLICANT, actor="oid-1", channel="website")
    second = first.also(note(first.application, EventKind.HELD, AT + timedelta(microseconds=1), again="1"))
    saved = await ports.applications.save(None, second, None)
    third = note(saved.application, EventKind.REVIEW_OPENED, AT + timedelta(days=1), round="1")
    await ports.applications.save(saved, third, None)

    found = await ports.all_cases.trail(case.id)
    whole = await ports.applications.read(case.id)
    assert found.application is not None
    assert whole is not None
    assert (found.application, found.events) == (whole.application, whole.events)
    verdict = audit.verify(Trail(case.id, found.events, found.application.events, found.application.chain))
    assert (verdict.broken, verdict.events, verdict.unchained) == (None, 3, 0)


async def test_a_case_that_is_not_there_has_no_trail(ports: Ports) -> None:
    assert await ports.all_cases.trail(fresh_id()) == StoredTrail(None, ())


async def test_an_altered_row_hides_no_other(storage: Storage) -> None:
    table = storage.table(names.TABLE_APPLICATIONS)
    case = sparse(fresh_id())
    first = happened(case)
    await TableApplications(table).save(None, first.also(note(first.application, EventKind.HELD, AT)), None)
    await table.upsert_entity({"PartitionKey": case.id, "RowKey": "event:000001", "data": "{"})
    await table.upsert_entity({"PartitionKey": case.id, "RowKey": "app", "data": "{"})

    found = await TableAllCases(table).trail(case.id)
    assert found.application is None
    assert [each and each.kind for each in found.events] == [None, EventKind.HELD]


async def test_a_head_that_is_no_head_counts_as_changed(storage: Storage) -> None:
    """Whoever could write there writes what they like: it is given as a head without a hash, and fits nothing."""
    case = fresh_id()
    container = storage.container(names.CONTAINER_HEADS)
    await container.upload_blob(f"{case}/000001", b"not json")
    await container.upload_blob(f"{case}/000002", b"[]")

    heads = BlobHeads(storage)
    assert await heads.of(case) == [AuditHead(case, 1, ""), AuditHead(case, 2, "")]


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b"])
async def test_what_is_no_id_of_a_case_names_no_blob(storage: Storage, name: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        await BlobHeads(storage).keep(AuditHead(name, 1, _ONE), at=AT)
