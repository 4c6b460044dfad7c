"""The fakes' hooks: a call that never arrives, an answer that is lost, one that waits while another overtakes it."""

import asyncio

import pytest

from shared.domain.events import EventKind
from shared.ports import StaleError, UnavailableError, UnknownOutcomeError
from tests.contract.storage.sample_cases import fresh_id, happened, sparse
from tests.fakes.memory_storage import MemoryStorage


async def test_an_error_before_is_a_call_that_never_arrived() -> None:
    memory, application = MemoryStorage(), fresh_id()

    async def before(port: str, method: str) -> None:
        if (port, method) == ("applications", "save"):
            raise UnavailableError("cut")

    memory.hooks.before = before
    with pytest.raises(UnavailableError):
        await memory.applications.save(None, happened(sparse(application)), None)
    assert memory.applications.peek(application) is None


async def test_an_error_after_is_an_answer_that_got_lost() -> None:
    memory, application = MemoryStorage(), fresh_id()

    async def after(port: str, method: str) -> None:
        if (port, method) == ("applications", "save"):
            raise UnknownOutcomeError("cut")

    memory.hooks.after = after
    with pytest.raises(UnknownOutcomeError):
        await memory.applications.save(None, happened(sparse(application)), None)
    assert memory.applications.peek(application) is not None


async def test_a_call_that_waits_is_overtaken() -> None:
    memory, application = MemoryStorage(), fresh_id()
    start = await memory.applications.save(None, happened(sparse(application)), None)
    go_on = asyncio.Event()
    waiting = iter([go_on.wait()])

    async def before(_port: str, method: str) -> None:
        for each in waiting:
            await each
            break

    memory.hooks.before = before
    slow = asyncio.create_task(
        memory.applications.save(start, happened(start.application, EventKind.HELD), None)
    )
    await asyncio.sleep(0)
    await memory.applications.save(start, happened(start.application, EventKind.CANCELLED), None)
    go_on.set()
    with pytest.raises(StaleError):
        await slow
    kept = memory.applications.peek(application)
    assert kept is not None
    assert kept.events[-1].kind is EventKind.CANCELLED


async def test_every_call_of_every_port_is_seen() -> None:
    memory = MemoryStorage()
    seen: list[tuple[str, str]] = []

    async def before(port: str, method: str) -> None:
        seen.append((port, method))

    memory.hooks.before = before
    await memory.locks.read("oid-1")
    await memory.photos.put("photo-1", b"jpeg")
    await memory.due_rows.erase([])
    await memory.hints.send("review", "abc")
    assert seen == [("locks", "read"), ("photos", "put"), ("due", "erase"), ("hints", "send")]
