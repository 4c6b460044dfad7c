"""What the checks ask of storage: that what is never there is not found, whether it is set up, and what time it is.

Whether a role is missing cannot be tried here: the emulator knows one key, which may do everything.
"""

from datetime import timedelta

import pytest
from aiohttp import web

from shared import names
from shared.adapters.storage import Storage, StorageAccount
from shared.adapters.storage_probe import StorageCalls
from shared.ports import ForbiddenError, MissingError, UnavailableError

_KEY = "a2V5"


async def test_whatever_the_service_uses_answers_and_nothing_is_changed(storage: Storage) -> None:
    probe = StorageCalls(storage)
    row = {"PartitionKey": "a", "RowKey": "b"}
    await storage.table(names.TABLE_DUE).upsert_entity(row)
    for table in names.TABLES:
        await probe.read_table(table)
        await probe.change_table(table)
    for container in names.CONTAINERS:
        await probe.read_container(container)
        await probe.change_container(container)
    assert (await storage.table(names.TABLE_DUE).get_entity("a", "b"))["RowKey"] == "b"
    await storage.table(names.TABLE_DUE).delete_entity("a", "b")


async def test_messages_are_counted_and_stay(storage: Storage) -> None:
    queue = names.POISON_QUEUES[0]
    assert await StorageCalls(storage).messages(queue) == 0
    await storage.queue(queue).send_message("one")
    assert await StorageCalls(storage).messages(queue) == 1
    await storage.queue(queue).clear_messages()


async def test_what_is_not_set_up_is_told_apart_from_what_is_never_there(storage: Storage) -> None:
    probe = StorageCalls(storage)
    for ask in (probe.read_table, probe.messages, probe.read_container, probe.change_container):
        with pytest.raises(MissingError):
            await ask("nothere")


async def test_two_clocks_of_one_machine_agree(storage: Storage) -> None:
    assert abs(await StorageCalls(storage).clock_ahead()) <= timedelta(seconds=20)


@pytest.mark.parametrize(
    ("status", "error"), [(403, ForbiddenError), (401, ForbiddenError), (500, UnavailableError)]
)
async def test_a_missing_role_is_told_apart_from_a_storage_that_is_down(
    status: int, error: type[Exception]
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", refuse)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    ends = "".join(f"{each}Endpoint=http://127.0.0.1:{port}/me;" for each in ("Table", "Queue", "Blob"))
    account = StorageAccount(
        connection_string=f"DefaultEndpointsProtocol=http;AccountName=me;AccountKey={_KEY};{ends}"
    )
    try:
        async with Storage(records=account, photos=account) as opened:
            probe = StorageCalls(opened)
            calls = (
                probe.read_table, probe.change_table, probe.messages, probe.read_container, probe.change_container
            )  # fmt: skip
            for ask in calls if error is ForbiddenError else calls[:1]:
                with pytest.raises(error):
                    await ask("one")
    finally:
        await runner.cleanup()
