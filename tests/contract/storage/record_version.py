"""Records rows and queue messages of the present version, for the test that a later one goes on with them.

``REREGISTER_TEST_STORAGE='…' python -m tests.contract.storage.record_version FOLDER`` writes them into an empty folder below
``tests/data``. What was recorded is never written anew: a version that changes the form of rows gets a folder of its own.
"""

import asyncio
import os
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from shared.adapters.storage import Storage, StorageAccount
from shared.adapters.tables_export import TableExport
from shared.adapters.tables_rows import SCHEMA
from shared.domain.kinds import DecisionKind, ReasonCode
from shared.domain.requests import RequestKind
from shared.services.ask import ask
from shared.services.back_up import ORDER
from tests.contract.storage.sample_cases import fresh_id
from tests.contract.storage.table_world import TableWorld, hired_now
from tests.unit import people


def student(world: TableWorld, number: int) -> None:
    """The short verbs are about this account now."""
    facts = replace(people.STUDENT, oid=f"student-{number}", upn=f"student-{number}@u.example")
    if facts.oid not in world.graph.accounts:
        world.graph.add(facts, people.AUTHENTICATOR, people.NUMBER, people.PASSWORD)
    world.student = facts.oid


async def played(world: TableWorld) -> None:
    """Cases in the middle of everything: waiting, sent back, approved with a request under way, issued, over."""
    student(world, 1)
    await world.apply(details="電車で失くしました", contact_email=people.TYPED)
    await world.run()
    await world.decided(DecisionKind.REJECT, ReasonCode.OTHER)
    student(world, 2)
    name = await world.apply(nonce="form-2")
    await world.run()
    await world.decided(DecisionKind.APPROVE)
    await world.pickup(name)
    student(world, 3)
    name = await world.apply(nonce="form-3")
    await world.run()
    await world.decided(DecisionKind.APPROVE)
    await world.ask_for_pass(name)
    world.storage.hints.lanes["issuance"].clear()
    student(world, 4)
    await world.apply(nonce="form-4")
    await world.run()
    await world.decided(DecisionKind.RETURN, ReasonCode.PHOTO_UNREADABLE)
    student(world, 5)
    name = await world.apply(nonce="form-5")
    await world.run()
    await ask(name, RequestKind.WITHDRAW, 0, world.web, lane="review")
    world.storage.hints.lanes["review"].clear()
    student(world, 6)
    await world.apply(nonce="form-6")
    await world.run()


async def recorded(connection_string: str) -> dict[str, list[str]]:
    """Play, and take what lies in the tables, a message of the queue, and the time: lines for each file."""
    account = StorageAccount(connection_string=connection_string)
    async with Storage(records=account, photos=account, prefix=f"v{fresh_id()[:8]}") as storage:
        await storage.ensure()
        world = TableWorld()
        world.moves_to(storage)
        hired_now(world)
        await played(world)
        tables = TableExport(storage)
        files = {f"{table}.jsonl": [line async for line in tables.lines(table)] for table in ORDER}
        await world.kept.hints.send("review", (await world.kept.all_cases.names())[0])
        messages = [str(each.content) async for each in storage.queue("review").receive_messages()]
        about = [f"schema {SCHEMA}", f"at {(world.clock.now() + timedelta(minutes=1)).isoformat()}"]
        return {**files, "messages.txt": messages, "about.txt": about}


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1])
    FOLDER.mkdir(parents=True)
    for name, lines in asyncio.run(recorded(os.environ["REREGISTER_TEST_STORAGE"])).items():
        (FOLDER / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
