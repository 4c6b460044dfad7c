"""Links between accounts and cards: one each way, both or none, removed only as they were read, remembered for good."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from shared import names
from shared.adapters.storage import Storage
from shared.adapters.tables_card_links import TableCardLinks
from shared.domain.card import CardLink, LinkDeed, LinkRecord
from shared.ports import ConflictError, PortError, StaleError, UnavailableError
from tests.contract.storage.conftest import Ports
from tests.contract.storage.sample_cases import AT, fresh_id


def _new(**differs: str) -> CardLink:
    ordinary = {"subject": fresh_id(), "card": fresh_id(), "name": "見本　花子", "verification": fresh_id()}
    return CardLink(**(ordinary | differs), linked_at=AT)


async def _read(ports: Ports, link: CardLink) -> CardLink:
    found = await ports.card_links.by_account(link.subject)
    assert found is not None
    return found


async def test_a_link_is_found_from_both_sides(ports: Ports) -> None:
    link = _new()
    assert await ports.card_links.by_account(link.subject) is None
    assert await ports.card_links.by_card(link.card) is None
    await ports.card_links.link(link)
    found = await _read(ports, link)
    assert found.version
    assert found == await ports.card_links.by_card(link.card)
    assert replace(found, version="") == link


@pytest.mark.parametrize("side", ["subject", "card"])
async def test_neither_side_is_ever_linked_twice(ports: Ports, side: str) -> None:
    link = _new()
    await ports.card_links.link(link)
    second = _new(**{side: getattr(link, side)})
    with pytest.raises(ConflictError):
        await ports.card_links.link(second)
    assert replace(await _read(ports, link), version="") == link
    if side == "subject":
        assert await ports.card_links.by_card(second.card) is None
    else:
        assert await ports.card_links.by_account(second.subject) is None
    assert await ports.card_links.record(second.verification, LinkDeed.LINKED) is None


async def test_of_two_links_of_one_card_one_is_made(ports: Ports) -> None:
    card = fresh_id()
    links = [_new(card=card) for _ in range(2)]
    results = await asyncio.gather(*map(ports.card_links.link, links), return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["ConflictError", "NoneType"]
    made = await ports.card_links.by_card(card)
    assert made is not None
    lost = next(each for each in links if each.subject != made.subject)
    assert await ports.card_links.by_account(lost.subject) is None


async def test_a_link_is_removed_from_both_sides_and_both_are_free_again(ports: Ports) -> None:
    link = _new()
    await ports.card_links.link(link)
    await ports.card_links.unlink(await _read(ports, link), verification=fresh_id(), at=AT)
    assert await ports.card_links.by_account(link.subject) is None
    assert await ports.card_links.by_card(link.card) is None
    await ports.card_links.link(_new(subject=link.subject))
    await ports.card_links.link(_new(card=link.card))


async def test_only_a_link_as_it_was_read_is_removed(ports: Ports) -> None:
    link = _new()
    await ports.card_links.link(link)
    old = await _read(ports, link)
    await ports.card_links.unlink(old, verification=fresh_id(), at=AT)
    with pytest.raises(StaleError):
        await ports.card_links.unlink(old, verification=fresh_id(), at=AT)
    again = replace(link, verification=fresh_id())
    await ports.card_links.link(again)
    for wrong in (old, link):  # an older one, one that was never read
        with pytest.raises(StaleError):
            await ports.card_links.unlink(wrong, verification=fresh_id(), at=AT)
    assert replace(await _read(ports, link), version="") == again


async def test_of_two_who_remove_a_link_one_does(ports: Ports) -> None:
    link = _new()
    await ports.card_links.link(link)
    found = await _read(ports, link)
    results = await asyncio.gather(
        *(ports.card_links.unlink(found, verification=fresh_id(), at=AT) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in results) == ["NoneType", "StaleError"]


async def test_what_was_done_is_remembered_with_ids_only(ports: Ports) -> None:
    link, undoing, later = _new(), fresh_id(), AT + timedelta(days=1)
    await ports.card_links.link(link)
    await ports.card_links.unlink(await _read(ports, link), verification=undoing, at=later)
    assert await ports.card_links.record(link.verification, LinkDeed.LINKED) == LinkRecord(
        LinkDeed.LINKED, link.verification, link.subject, link.card, AT
    )
    assert await ports.card_links.record(undoing, LinkDeed.UNLINKED) == LinkRecord(
        LinkDeed.UNLINKED, undoing, link.subject, link.card, later
    )
    assert await ports.card_links.record(undoing, LinkDeed.LINKED) is None
    assert await ports.card_links.record(link.verification, LinkDeed.UNLINKED) is None


async def test_who_was_told_of_a_deed_is_noted_with_its_line(ports: Ports) -> None:
    link = _new()
    await ports.card_links.link(link)
    record = await ports.card_links.record(link.verification, LinkDeed.LINKED)
    assert record is not None
    assert record.told == ()
    await ports.card_links.note_told(replace(record, told=("operation-1", "operation-2")))
    noted = await ports.card_links.record(link.verification, LinkDeed.LINKED)
    assert noted == replace(record, told=("operation-1", "operation-2"))


async def test_a_verification_makes_one_link_and_no_second_after_it_was_removed(ports: Ports) -> None:
    link = _new()
    await ports.card_links.link(link)
    await ports.card_links.unlink(await _read(ports, link), verification=fresh_id(), at=AT)
    with pytest.raises(ConflictError):
        await ports.card_links.link(link)
    assert await ports.card_links.by_account(link.subject) is None


async def test_a_request_removes_one_link_and_no_second(ports: Ports) -> None:
    """The line of the history is part of the transaction: the second link stays whole."""
    link, undoing = _new(), fresh_id()
    await ports.card_links.link(link)
    await ports.card_links.unlink(await _read(ports, link), verification=undoing, at=AT)
    again = replace(link, verification=fresh_id())
    await ports.card_links.link(again)
    with pytest.raises(PortError):
        await ports.card_links.unlink(await _read(ports, link), verification=undoing, at=AT)
    assert replace(await _read(ports, link), version="") == again


@pytest.mark.parametrize("bad", ["a/b", "a?b", "x" * 300])
async def test_a_key_that_storage_does_not_take_is_refused_before(ports: Ports, bad: str) -> None:
    link = _new()
    for wrong in (replace(link, subject=bad), replace(link, card=bad), replace(link, verification=bad)):
        with pytest.raises(ValueError, match="not a key"):
            await ports.card_links.link(wrong)
    assert await ports.card_links.by_account(link.subject) is None


async def test_half_a_link_is_never_read_as_one(storage: Storage) -> None:
    """Rows that do not belong together (read while somebody links anew, or by hand) give no answer at all."""
    table = storage.table(names.TABLE_LOCKS)
    links, link = TableCardLinks(table), _new()
    await links.link(link)
    await table.delete_entity("card-link", f"card:{link.card}")
    with pytest.raises(UnavailableError):
        await links.by_account(link.subject)
