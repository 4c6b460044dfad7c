"""Harmless calls to storage that show whether the identity of this process may do what it must.

Each asks for what is never there: "not found" is the good answer. The other adapters turn 403 into "not available now", since a
new role assignment takes minutes to reach everywhere; here it is what is looked for.
https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from shared import names
from shared.adapters.storage import Storage
from shared.adapters.storage_errors import port_error
from shared.ports import ForbiddenError, MissingError, UnavailableError

_NEVER: Final = "never-there"
_REFUSED: Final = frozenset({401, 403})
_GONE: Final = 404
_NOT_SET_UP: Final = frozenset({"tablenotfound", "queuenotfound", "containernotfound"})


class StorageCalls:
    """The port ``StorageProbe`` over the accounts of this process."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def read_table(self, name: str) -> None:
        """Read a row that is never there."""
        async with _plain("read a table"):
            await self._storage.table(name).get_entity(_NEVER, _NEVER)

    async def change_table(self, name: str) -> None:
        """Delete a row that is never there; the SDK itself takes "not found" for done, whichever was not found."""
        async with _plain("change a table"):
            await self._storage.table(name).delete_entity(_NEVER, _NEVER)

    async def messages(self, queue: str) -> int:
        """About how many messages wait: the service's own estimate, never less than what is there."""
        async with _plain("look at a queue"):
            properties = await self._storage.queue(queue).get_queue_properties()
            return int(properties.approximate_message_count or 0)
        raise MissingError("look at a queue: not found")

    async def read_container(self, name: str) -> None:
        """Read a blob that is never there."""
        async with _plain("read a container"):
            await self._storage.container(name).get_blob_client(_NEVER).get_blob_properties()

    async def change_container(self, name: str) -> None:
        """Delete a blob that is never there."""
        async with _plain("change a container"):
            await self._storage.container(name).get_blob_client(_NEVER).delete_blob()

    async def clock_ahead(self) -> timedelta:
        """How far this machine's clock is ahead of the storage service's: the ``Date`` of an answer against real time."""
        dates: list[str] = []

        def note(answer: Any) -> None:  # noqa: ANN401 - the SDK's response
            dates.append(str(answer.http_response.headers.get("Date", "")))

        async with _plain("read the clock of storage"):
            await self._storage.table(names.TABLE_LOCKS).get_entity(_NEVER, _NEVER, raw_response_hook=note)
        try:
            theirs = parsedate_to_datetime(dates[-1])
        except (IndexError, ValueError) as error:
            raise UnavailableError("read the clock of storage: no date") from error
        return datetime.now(UTC) - theirs.replace(tzinfo=theirs.tzinfo or UTC)


@asynccontextmanager
async def _plain(what: str) -> AsyncIterator[None]:
    """Let "not found" pass, unless it is the table, queue or container itself."""
    from azure.core.exceptions import AzureError, HttpResponseError

    try:
        yield
    except HttpResponseError as error:
        code = getattr(error, "error_code", None)
        name = str(getattr(code, "value", code) or "").casefold()
        if error.status_code in _REFUSED:
            raise ForbiddenError(f"{what}: refused") from error
        if error.status_code == _GONE and name in _NOT_SET_UP:
            raise MissingError(f"{what}: not set up") from error
        if error.status_code != _GONE:
            raise port_error(error, what) from error
    except AzureError as error:
        raise port_error(error, what) from error
