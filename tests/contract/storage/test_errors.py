"""What the SDKs raise becomes the ports' words: above all, what is not known must not be called known."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from shared import names
from shared.adapters.blob_photos import BlobPhotos
from shared.adapters.queue_hints import QueueHints
from shared.adapters.storage import Storage, StorageAccount
from shared.adapters.system import SystemRandomness
from shared.adapters.tables_applications import TableApplications
from shared.adapters.tables_due import TableDueRows
from shared.adapters.tables_inbox import TableInbox
from shared.adapters.tables_locks import TableAccountLocks
from shared.adapters.tables_switches import TableSwitches
from shared.ports import (
    AccountLock,
    ForbiddenError,
    PortError,
    Snapshot,
    StaleError,
    UnavailableError,
    UnknownOutcomeError,
)
from tests.azurite import connection_string, free_ports
from tests.contract.storage.sample_cases import AT, fresh_id, happened, mail, sparse, submit

type Answering = Callable[[bytes], bytes]
type Call = Callable[[Storage], Awaitable[object]]


def _http(status: str, code: str, *, headers: str = "") -> bytes:
    body = f'{{"odata.error":{{"code":"{code}","message":{{"lang":"en-us","value":"{code}"}}}}}}'
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nx-ms-error-code: {code}\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


@asynccontextmanager
async def _storage(answer: bytes | None) -> AsyncIterator[tuple[Storage, list[bytes]]]:
    """Storage that answers every request with the same bytes; None hangs up once it has read the request."""
    requests: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                body = await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
                requests.append(head + body)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    account = StorageAccount(connection_string=connection_string(port, port, port))
    async with server, Storage(records=account, photos=account) as storage:
        yield storage, requests


def _save(storage: Storage) -> Awaitable[object]:
    change = happened(sparse(fresh_id())).owing(mail())
    return TableApplications(storage.table(names.TABLE_APPLICATIONS)).save(None, change, None)


def _save_over(storage: Storage) -> Awaitable[object]:
    change = happened(sparse(fresh_id()))
    before = Snapshot(change.application, 'W/"1"', None)
    return TableApplications(storage.table(names.TABLE_APPLICATIONS)).save(before, change, None)


def _read(storage: Storage) -> Awaitable[object]:
    return TableApplications(storage.table(names.TABLE_APPLICATIONS)).read(fresh_id())


def _mark(storage: Storage) -> Awaitable[object]:
    change = happened(sparse(fresh_id()))
    owed = mail()
    before = Snapshot(change.application, 'W/"1"', None, mails=(owed,), mail_versions={owed.key: 'W/"1"'})
    return TableApplications(storage.table(names.TABLE_APPLICATIONS)).mark_mails(before, [owed.sent(AT)])


def _put(storage: Storage) -> Awaitable[object]:
    return TableInbox(storage.table(names.TABLE_REQUESTS)).put(submit(fresh_id()))


def _due(storage: Storage) -> Awaitable[object]:
    return TableDueRows(storage.table(names.TABLE_DUE), randomness=SystemRandomness()).insert(
        AT, "a", "review"
    )


def _take_over(storage: Storage) -> Awaitable[object]:
    lock = AccountLock("oid-1", "app-1", (), 'W/"1"')
    return TableAccountLocks(storage.table(names.TABLE_LOCKS)).replace(lock, "app-2")


def _frozen(storage: Storage) -> Awaitable[object]:
    return TableSwitches(storage.table(names.TABLE_LOCKS)).frozen()


def _hint(storage: Storage) -> Awaitable[object]:
    return QueueHints(storage).send("review", "abc")


def _photo(storage: Storage) -> Awaitable[object]:
    return BlobPhotos(storage).get(fresh_id())


SAVES = [_save, _save_over]
OTHERS = [_read, _mark, _put, _due, _take_over, _frozen, _hint, _photo]
ONCE = [_mark, _put]
"""What nobody may repeat by itself."""
BY_VERSION = [_take_over]
"""What the SDK sends once; the transport sends a PUT (and a GET) once more when the connection is lost."""


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own pauses between tries."""
    real = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds, *rest: real(min(seconds, 0), *rest))


async def _error(storage: Storage, call: Call) -> PortError:
    with pytest.raises(PortError) as caught:
        await call(storage)
    return caught.value


@pytest.mark.parametrize("call", SAVES)
async def test_a_save_without_an_answer_is_unknown(call: Call) -> None:
    async with _storage(None) as (storage, requests):
        assert type(await _error(storage, call)) is UnknownOutcomeError
        assert len(requests) == 1


@pytest.mark.parametrize("call", SAVES)
@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Busy", "504 Timeout"])
async def test_a_save_answered_with_a_server_s_trouble_is_unknown(call: Call, status: str) -> None:
    async with _storage(_http(status, "OperationTimedOut")) as (storage, requests):
        assert type(await _error(storage, call)) is UnknownOutcomeError
        assert len(requests) == 1


@pytest.mark.parametrize("call", OTHERS)
async def test_everything_else_is_unavailable(call: Call) -> None:
    async with _storage(_http("503 Busy", "ServerBusy")) as (storage, requests):
        assert type(await _error(storage, call)) is UnavailableError
        assert len(requests) == (1 if call in [*ONCE, *BY_VERSION] else 3)
    async with _storage(None) as (storage, requests):
        assert type(await _error(storage, call)) is UnavailableError
        assert call not in ONCE or len(requests) == 1
        assert call not in BY_VERSION or len(requests) == 2


@pytest.mark.parametrize("call", [*SAVES, *OTHERS])
async def test_when_nobody_listens_surely_nothing_was_done(call: Call) -> None:
    (port,) = free_ports(1)
    account = StorageAccount(connection_string=connection_string(port, port, port))
    async with Storage(records=account, photos=account) as storage:
        assert type(await _error(storage, call)) is UnavailableError


@pytest.mark.parametrize("call", SAVES)
async def test_throttling_did_nothing_and_says_how_long_to_wait(call: Call) -> None:
    async with _storage(_http("429 Slow down", "TooManyRequests", headers="Retry-After: 7\r\n")) as (
        storage,
        _,
    ):
        error = await _error(storage, call)
        assert isinstance(error, UnavailableError)
        assert error.retry_after == 7


@pytest.mark.parametrize("call", [_save, _read, _put, _hint])
async def test_a_refusal_is_for_good(call: Call) -> None:
    async with _storage(_http("400 Bad Request", "InvalidInput")) as (storage, _):
        assert type(await _error(storage, call)) is ForbiddenError


@pytest.mark.parametrize("call", [_save, _read, _put, _hint])
async def test_a_role_that_has_not_reached_everywhere_is_a_matter_of_time(call: Call) -> None:
    async with _storage(_http("403 Forbidden", "AuthorizationPermissionMismatch")) as (storage, _):
        assert type(await _error(storage, call)) is UnavailableError


@pytest.mark.parametrize(
    ("call", "code"), [(_read, "TableNotFound"), (_save, "TableNotFound"), (_hint, "QueueNotFound")]
)
async def test_storage_that_is_not_set_up_is_unavailable_and_no_missing_case(call: Call, code: str) -> None:
    async with _storage(_http("404 Not Found", code)) as (storage, _):
        assert type(await _error(storage, call)) is UnavailableError


async def test_a_lock_that_is_gone_is_stale() -> None:
    async with _storage(_http("404 Not Found", "ResourceNotFound")) as (storage, _):
        assert type(await _error(storage, _take_over)) is StaleError


async def test_no_error_names_what_it_was_about() -> None:
    async with _storage(_http("403 Forbidden", "AuthorizationFailure")) as (storage, requests):
        error = await _error(storage, lambda each: BlobPhotos(each).get("photo-of-somebody"))
        assert requests
        assert "somebody" not in str(error)


async def test_probing_says_whether_storage_answers(storage: Storage) -> None:
    await storage.probe()
    await storage.ensure()  # twice is the same as once
    unlistened = socket.socket()
    try:
        unlistened.bind(("127.0.0.1", 0))
        port = unlistened.getsockname()[1]
        account = StorageAccount(connection_string=connection_string(port, port, port))
        async with Storage(records=account, photos=account) as gone:
            with pytest.raises(UnavailableError):
                await gone.probe()
    finally:
        unlistened.close()


def test_no_representation_holds_the_account_s_key() -> None:
    account = StorageAccount(connection_string=connection_string(1, 2, 3))
    assert "AccountKey" not in repr(account)
