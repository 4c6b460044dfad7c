"""The local mail service's HTTP door: the two calls of Azure Communication Services e-mail, and faults."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from local.mail.scanner import scan
from local.mail.signature import is_signed
from local.mail.store import MAXIMUM_BYTES, REPEATABILITY, SERVICE, MailError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from local.faults import Switch
    from local.mail.reports import Courier
    from local.mail.store import MailStore

_log = logging.getLogger(__name__)


def routes(store: MailStore, courier: Courier | None = None) -> list[web.RouteDef]:
    """Return the routes ``POST /emails:send`` and ``GET /emails/operations/{id}``; a courier brings delivery reports."""
    door = _Door(store, courier)
    return [web.post("/emails:send", door.send), web.get("/emails/operations/{id}", door.operation)]


@dataclass(frozen=True)
class _Remembered:
    """An answer kept for a ``Repeatability-Request-ID``."""

    at: datetime
    status: int
    body: dict[str, Any]
    headers: dict[str, str]


class _DroppedError(Exception):
    """The connection was closed on purpose."""


class _Door:
    """Both endpoints over one store."""

    def __init__(self, store: MailStore, courier: Courier | None) -> None:
        self._store = store
        self._courier = courier
        self._remembered: dict[str, _Remembered] = {}
        self._scans: set[asyncio.Task[None]] = set()

    async def send(self, request: web.Request) -> web.Response:
        """Accept one mail: 202 with ``Operation-Location``."""
        return await self._answered(request, "POST emails:send", self._send)

    async def operation(self, request: web.Request) -> web.Response:
        """Answer the state of one send."""

        async def read(_body: bytes) -> web.Response:
            return web.json_response(self._store.operation(request.match_info["id"]))

        return await self._answered(request, "GET operations", lambda _request, body: read(body))

    async def _answered(
        self, request: web.Request, kind: str, act: Callable[[web.Request, bytes], Awaitable[web.Response]]
    ) -> web.Response:
        self._store.calls.add(SERVICE, kind)
        fault = self._store.faults.take(SERVICE, operation=kind) or {}
        try:
            body = await _body(request)
            self._admit(request, body)
            response = await self._with_fault(fault, request, lambda: act(request, body))
        except MailError as error:
            response = _refusal(error)
        except _DroppedError:
            response = web.Response(status=500)  # goes nowhere: the connection is closed
        _log.info("mail %s status=%d", kind, response.status)
        return response

    def _admit(self, request: web.Request, body: bytes) -> None:
        if not is_signed(request, body, key=self._store.key):
            raise MailError("Denied by the resource provider.", status=401, code="Denied")
        if not request.query.get("api-version"):
            raise MailError("The api-version is missing.", status=400, code="BadRequest")

    async def _with_fault(
        self, fault: Switch, request: web.Request, act: Callable[[], Awaitable[web.Response]]
    ) -> web.Response:
        slow, done = fault.get("slow"), bool(fault.get("done"))
        pause = float(slow) if isinstance(slow, int | float) else 0.0
        if not done:
            await asyncio.sleep(pause)
            if fault.get("drop") == "before":
                _drop(request)
            if "status" in fault:
                return _fault_answer(fault)
        response = await act()
        if done:
            await asyncio.sleep(pause)
        if "drop" in fault:
            _drop(request)
        return _fault_answer(fault) if "status" in fault else response

    async def _send(self, request: web.Request, body: bytes) -> web.Response:
        repeated = self._repeated(request)
        if repeated is not None:
            return web.json_response(repeated.body, status=repeated.status, headers=repeated.headers)
        message = _message(body)
        number, mail = self._store.send(message, operation=_operation_id(request))
        if mail is not None and self._store.scanner and mail.delivery == "Delivered":
            task = asyncio.create_task(scan(mail))
            self._scans.add(task)
            task.add_done_callback(self._scans.discard)
        if mail is not None and self._courier is not None:
            self._courier.accepted(mail)
        version = request.query["api-version"]
        headers = {
            "Operation-Location": f"{request.url.origin()}/emails/operations/{number}?api-version={version}",
            "Operation-Id": number,
        }
        answer = {"id": number, "status": "Running", "error": None}
        request_id = request.headers.get("Repeatability-Request-ID")
        if request_id:
            headers["Repeatability-Result"] = "accepted"
            self._remembered[request_id] = _Remembered(datetime.now(UTC), 202, answer, headers)
        return web.json_response(answer, status=202, headers=headers)

    def _repeated(self, request: web.Request) -> _Remembered | None:
        request_id = request.headers.get("Repeatability-Request-ID")
        first_sent = request.headers.get("Repeatability-First-Sent")
        if not request_id and not first_sent:
            return None
        try:
            first = parsedate_to_datetime(first_sent or "")
        except ValueError as error:
            raise MailError("Invalid Repeatability headers.", status=400, code="BadRequest") from error
        if not request_id or datetime.now(UTC) - first > REPEATABILITY:
            raise MailError("The request was first sent too long ago.", status=412, code="PreconditionFailed")
        return self._remembered.get(request_id)


async def _body(request: web.Request) -> bytes:
    # Read by hand: the application's own limit is not this service's limit.
    parts: list[bytes] = []
    size = 0
    async for chunk in request.content.iter_chunked(64 * 1024):
        size += len(chunk)
        if size <= MAXIMUM_BYTES:
            parts.append(chunk)
    # Read to the end all the same: a caller whose connection breaks while sending sees no answer.
    if size > MAXIMUM_BYTES:
        raise MailError("The request is too large.", status=413, code="RequestEntityTooLarge")
    return b"".join(parts)


def _message(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except ValueError as error:
        raise MailError("The body is no JSON.", status=400, code="BadRequest") from error
    if not isinstance(message, dict):
        raise MailError("The body is no JSON object.", status=400, code="BadRequest")
    return message


def _operation_id(request: web.Request) -> str | None:
    given = request.headers.get("Operation-Id")
    if given is None:
        return None
    try:
        return str(uuid.UUID(given))
    except ValueError as error:
        raise MailError("Operation-Id is no GUID.", status=400, code="BadRequest") from error


def _drop(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
    raise _DroppedError


def _fault_answer(fault: Switch) -> web.Response:
    status = int(str(fault["status"]))
    response = _refusal(MailError("A switch of the local mail service.", status=status, code="Switched"))
    if "retry_after" in fault:
        response.headers["Retry-After"] = str(fault["retry_after"])
    return response


def _refusal(error: MailError) -> web.Response:
    response = web.json_response(
        {"error": {"code": error.code, "message": error.message}}, status=error.status
    )
    response.headers["x-ms-error-code"] = error.code
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response
