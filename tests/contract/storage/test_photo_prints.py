"""Digests of photos: kept once, found by all who ask, gone in their time with what reminds of them."""

import secrets
from datetime import timedelta

import pytest

from shared import names
from shared.adapters import tables_rows as rows
from shared.adapters.storage import Storage
from shared.adapters.tables_photo_prints import TablePhotoPrints
from shared.ports import PhotoPrint, UnavailableError
from tests.contract.storage.conftest import Ports
from tests.contract.storage.sample_cases import AT, fresh_id


def a_print(**differs: object) -> PhotoPrint:
    """A photo that came with an application."""
    ordinary: dict[str, object] = {
        "digest": secrets.token_hex(32),
        "application": fresh_id(),
        "owner": secrets.token_hex(32),
        "at": AT,
        "erase_at": AT + timedelta(days=400),
    }
    return PhotoPrint(**(ordinary | differs))  # type: ignore[arg-type]  # every field is named above


async def test_a_photo_that_never_came_is_nowhere(ports: Ports) -> None:
    assert await ports.photo_prints.of(secrets.token_hex(32)) == []


async def test_everybody_who_sent_a_photo_is_found(ports: Ports) -> None:
    one = a_print()
    other = a_print(digest=one.digest)
    await ports.photo_prints.keep(one)
    await ports.photo_prints.keep(other)
    await ports.photo_prints.keep(a_print())
    found = await ports.photo_prints.of(one.digest)
    assert {each.application: each for each in found} == {one.application: one, other.application: other}


async def test_a_row_is_written_once_and_stays_as_it_was(ports: Ports) -> None:
    one = a_print()
    await ports.photo_prints.keep(one)
    await ports.photo_prints.keep(one)
    await ports.photo_prints.keep(a_print(digest=one.digest, application=one.application))
    assert await ports.photo_prints.of(one.digest) == [one]


async def test_it_is_gone_in_its_time_and_not_before(ports: Ports) -> None:
    one = a_print(erase_at=AT - timedelta(days=20))
    later = a_print(digest=one.digest, erase_at=one.erase_at + timedelta(milliseconds=2))
    await ports.photo_prints.keep(one)
    await ports.photo_prints.keep(later)
    await ports.photo_prints.erase_due(one.erase_at - timedelta(milliseconds=2))
    assert len(await ports.photo_prints.of(one.digest)) == 2
    assert await ports.photo_prints.erase_due(one.erase_at) == 1
    assert await ports.photo_prints.of(one.digest) == [later]
    assert await ports.photo_prints.erase_due(later.erase_at) == 1
    assert await ports.photo_prints.erase_due(later.erase_at) == 0


async def test_an_erasure_that_was_cut_off_is_finished_by_the_next(storage: Storage) -> None:
    table = storage.table(names.TABLE_PHOTO_PRINTS)
    prints, one = TablePhotoPrints(table), a_print(erase_at=AT - timedelta(days=30))
    await prints.keep(one)
    await rows.erase(table, [(one.digest, one.application)])  # and then the worker died
    assert await prints.erase_due(one.erase_at) == 1
    assert await prints.erase_due(one.erase_at) == 0


async def test_a_row_that_was_never_finished_is_erased_all_the_same(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What reminds of it is written first: the other way round a digest could stay for ever."""
    prints = TablePhotoPrints(storage.table(names.TABLE_PHOTO_PRINTS))
    one = a_print(erase_at=AT - timedelta(days=40))

    async def lost(*_given: object) -> str:
        raise UnavailableError("the worker died here")

    with monkeypatch.context() as dying:
        dying.setattr(rows, "insert", lost)
        with pytest.raises(UnavailableError):
            await prints.keep(one)
    assert await prints.erase_due(one.erase_at) == 1
