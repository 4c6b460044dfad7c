"""Half a year after its end a case in the real tables says nothing of the person: every row is read as storage has it."""

from dataclasses import replace
from datetime import timedelta

from shared import names
from shared.adapters.records import Records
from shared.adapters.storage import Storage
from shared.adapters.system import SystemRandomness
from shared.domain.application import Change
from shared.domain.retention import Erasure
from shared.services.look_at import look_at
from tests.contract.storage.sample_cases import fresh_id
from tests.unit.personal import completed, personal_in
from tests.unit.world import World


async def test_no_row_of_any_table_says_whose_case_it_was(storage: Storage) -> None:
    world = World()
    kept = Records(storage, SystemRandomness())
    name = await _moved(world, await completed(world), kept)
    assert personal_in(await _dump(storage, name), world)

    await world.move(timedelta(days=181))
    worker = replace(
        world.worker,
        applications=kept.applications,
        locks=kept.locks,
        inbox=kept.inbox,
        sweep=kept.inbox,
        due=kept.due,
        heads=kept.heads,
        open_cases=kept.open_cases,
    )
    await look_at(name, worker)

    text = await _dump(storage, name)
    assert personal_in(text, world) == []
    assert text.count("data_erased") >= len(Erasure)


async def _moved(world: World, name: str, kept: Records) -> str:
    """The case of the world in the real tables, under a name of its own; the id there."""
    snapshot = world.snapshot(name)
    mine = fresh_id()
    answers = tuple(
        replace(each, request=replace(each.request, application=mine))
        for each in (world.storage.applications.answer(name, key) for key in snapshot.answered)
    )
    application = replace(snapshot.application, id=mine, chain="", head=0)
    change = Change(application, snapshot.events, snapshot.mails, answers)
    await kept.applications.save(None, change, None)
    return mine


async def _dump(storage: Storage, name: str) -> str:
    """Every row that the case or its account has."""
    found: list[str] = []
    for table in names.TABLES:
        async for row in storage.table(table).list_entities():
            text = str(row)
            if name in text or "hanako" in text:
                found.append(text)
    return "\n".join(found)
