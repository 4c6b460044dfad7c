"""The local Graph's HTTP door: tokens, app roles, faults, paging and Graph's error envelope."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from aiohttp import web

from local.graph.errors import GraphError, bad_request, forbidden, unauthenticated
from local.graph.journal import JournalEntry
from local.graph.operations import OPERATIONS, UNKNOWN, Answer, Call, Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.faults import Switch
    from local.graph.store import GraphStore

_log = logging.getLogger(__name__)
_MAXIMUM_PAGE: Final = 999
_STATUS_WORDS: Final = {
    400: "badRequest", 401: "InvalidAuthenticationToken", 403: "accessDenied", 404: "itemNotFound",
    409: "conflict", 429: "activityLimitReached", 503: "serviceNotAvailable", 504: "gatewayTimeout",
}  # fmt: skip


class Verifier(Protocol):
    """Checks a bearer token (signature, audience, expiry) and returns its claims, or None."""

    def verify(self, token: str) -> Mapping[str, Any] | None:
        """Return the claims of a good token."""
        ...


def routes(store: GraphStore, verifier: Verifier) -> list[web.RouteDef]:
    """Return the routes under ``/v1.0`` and ``/beta``; a path that Graph does not know is its 404."""
    known = [web.route(op.method, op.path, _endpoint(store, verifier, op)) for op in OPERATIONS]
    return [*known, web.route(UNKNOWN.method, UNKNOWN.path, _endpoint(store, verifier, UNKNOWN))]


def _endpoint(
    store: GraphStore, verifier: Verifier, operation: Operation
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def endpoint(request: web.Request) -> web.StreamResponse:
        return await _Exchange(store, verifier, operation, request).run()

    return endpoint


class _DroppedError(Exception):
    """The connection was closed on purpose."""


class _Exchange:
    """One request from token to journal."""

    def __init__(
        self, store: GraphStore, verifier: Verifier, operation: Operation, request: web.Request
    ) -> None:
        self._store = store
        self._verifier = verifier
        self._operation = operation
        self._request = request
        self._id = str(uuid.uuid4())
        self._client_id = request.headers.get("client-request-id")
        self._acted = False

    async def run(self) -> web.StreamResponse:
        """Answer; every request is counted and journalled, a refused one too."""
        self._store.calls.add("graph", self._operation.name)
        fault = self._store.faults.take("graph", operation=self._operation.name)
        response: web.StreamResponse | None = None
        try:
            response = await self._respond(fault)
        except GraphError as error:
            response = self._refusal(error)
        except _DroppedError:
            return web.Response(status=500)  # goes nowhere: the connection is closed
        finally:
            status = response.status if response is not None else 0
            self._store.journal.append(
                JournalEntry(
                    operation=self._operation.name,
                    status=status,
                    acted=self._acted,
                    retry_attempt=self._request.headers.get("Retry-Attempt"),
                    client_request_id=self._client_id,
                )
            )
            _log.info("graph %s status=%d request-id=%s", self._operation.name, status, self._id)
        return response

    async def _respond(self, fault: Switch | None) -> web.StreamResponse:
        roles = self._authorised()
        # Read first: a request that has arrived is acted upon even if its caller gives up meanwhile.
        body = await self._body()
        if fault is None:
            return self._write(self._act(roles, body))
        slow, done = fault.get("slow"), bool(fault.get("done"))
        pause = float(slow) if isinstance(slow, int | float) else 0.0
        if not done:
            await asyncio.sleep(pause)
            if fault.get("drop") == "before":
                self._drop()
            if "status" in fault:
                return self._fault_answer(fault)
        answer = self._act(roles, body)
        if done:
            await asyncio.sleep(pause)
        if "drop" in fault:
            self._drop()
        if "status" in fault:
            return self._fault_answer(fault)
        response = self._write(answer)
        if fault.get("truncate") and isinstance(response.body, bytes):
            response.body = response.body[: len(response.body) // 2]
        return response

    def _authorised(self) -> frozenset[str]:
        scheme, _, token = self._request.headers.get("Authorization", "").partition(" ")
        claims = self._verifier.verify(token) if scheme.lower() == "bearer" and token else None
        if claims is None:
            raise unauthenticated()
        return frozenset(claims.get("roles", ()))

    def _act(self, roles: frozenset[str], body: dict[str, Any]) -> Answer:
        operation = self._operation
        if operation is not UNKNOWN and not roles & operation.roles:
            raise forbidden()
        query = dict(self._request.query)
        if not operation.odata and {name for name in query if name.startswith("$")} - {"$skiptoken"}:
            message = "Query options are not supported on this resource."
            raise bad_request(message)
        call = Call(
            path=dict(self._request.match_info),
            query=query,
            headers={name.lower(): value for name, value in self._request.headers.items()},
            body=body,
            roles=roles,
        )
        answer = operation.handler(self._store, call)
        self._acted = True
        return answer

    async def _body(self) -> dict[str, Any]:
        raw = await self._request.read()
        if not raw:
            return {}
        if self._request.content_type != "application/json":
            message = "Unsupported media type."
            raise GraphError(message, status=415, code="invalidRequest")
        try:
            body = json.loads(raw)
        except ValueError as error:
            message = "Unable to read JSON request payload."
            raise bad_request(message) from error
        if not isinstance(body, dict):
            message = "Unable to read JSON request payload."
            raise bad_request(message)
        return body

    def _headers(self) -> dict[str, str]:
        headers = {"request-id": self._id}
        if self._client_id:
            headers["client-request-id"] = self._client_id
        return headers

    def _write(self, answer: Answer) -> web.Response:
        if answer.status == 204:
            return web.Response(status=204, headers=self._headers())
        context = f"{self._request.url.origin()}/v1.0/$metadata#{self._operation.name.split()[-1]}"
        body = self._page(answer.items) if answer.items is not None else answer.document or {}
        return web.json_response(
            {"@odata.context": context, **body}, status=answer.status, headers=self._headers()
        )

    def _page(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        query = self._request.query
        size = min(int(self._store.switches.number("page_size", 4)), int(query.get("$top", _MAXIMUM_PAGE)))
        token = query.get("$skiptoken")
        start = int(token or 0)
        size = 0 if token is None and self._store.switches.on("empty_first_page") else size
        page: dict[str, Any] = {}
        if "$count" in query:
            page["@odata.count"] = len(items)
        if start + size < len(items) or (size == 0 and token is None):
            following = self._request.url.update_query({"$skiptoken": str(start + size)})
            page["@odata.nextLink"] = str(following)
        return page | {"value": items[start : start + size]}

    def _fault_answer(self, fault: Switch) -> web.Response:
        status = int(str(fault["status"]))
        word = _STATUS_WORDS.get(status, "generalException")
        response = self._refusal(GraphError("A switch of the local Graph.", status=status, code=word))
        if "retry_after" in fault:
            response.headers["Retry-After"] = str(fault["retry_after"])
        return response

    def _refusal(self, error: GraphError) -> web.Response:
        inner = {"date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"), "request-id": self._id}
        inner["client-request-id"] = self._client_id or self._id
        document = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
        return web.json_response(document, status=error.status, headers=self._headers())

    def _drop(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()
        raise _DroppedError
