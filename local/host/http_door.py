"""HTTP: finds the function, checks the key, calls it, and answers as the platform's host would.

Limits and rules: azure-functions-host (WebScriptHostHttpRoutesManager, ExceptionMiddleware) and
learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger.
"""

import asyncio
import logging
import time
from collections.abc import Mapping

from aiohttp import web

from local.host.admin import AdminDoor
from local.host.http_message import body_of, headers_of, query_of, to_client, to_runtime, url_of
from local.host.invocation import Invoker
from local.host.keys import Keys
from local.host.metadata import AuthLevel
from local.host.routes import Route, RouteTable
from local.host.worker import Outcome

log = logging.getLogger(__name__)

BODY_LIMIT = 104_857_600
URL_LIMIT = 4096
HEADER_LIMIT = 32_768
# The cloud's load balancer gives up then, while the function goes on.
ANSWER_WITHIN_SECONDS = 230.0


class HttpDoor:
    """Serves the app's HTTP functions and the admin endpoints."""

    def __init__(
        self,
        routes: RouteTable,
        *,
        keys: Keys,
        invoker: Invoker,
        admin: AdminDoor,
        environment: Mapping[str, str],
    ) -> None:
        """`FUNCTIONS_REQUEST_BODY_SIZE_LIMIT` in `environment` sets another body limit, in bytes."""
        self._routes = routes
        self._keys = keys
        self._invoker = invoker
        self._admin = admin
        self._body_limit = int(environment.get("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT") or BODY_LIMIT)
        self._calls: set[asyncio.Task[Outcome]] = set()

    def runner(self, *, stop_within: float) -> web.AppRunner:
        """Give the server, not yet listening."""
        app = web.Application(client_max_size=self._body_limit + 1)
        app.router.add_route("*", "/{tail:.*}", self._answer)
        app.on_response_prepare.append(_hide_server)
        return web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=stop_within,
            max_line_size=HEADER_LIMIT,
            max_field_size=HEADER_LIMIT,
        )

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        began = time.perf_counter()
        name, response = await self._serve(request)
        elapsed = round((time.perf_counter() - began) * 1000, 1)
        # Neither path nor query: both may carry a link's token.
        fields = {"method": request.method, "function": name, "status": response.status, "ms": elapsed}
        log.info("request", extra={"fields": fields})
        return response

    async def _serve(self, request: web.Request) -> tuple[str, web.Response]:
        if (status := self._oversize(request)) is not None:
            return "", web.Response(status=status)
        headers, query = headers_of(request), query_of(request)
        if request.path.lower().startswith("/admin/"):
            if not self._keys.admit(AuthLevel.ADMIN, headers=headers, query=query):
                return "admin", web.Response(status=401)
            return "admin", await self._admin.answer(request)
        found = self._routes.find(request.rel_url.raw_path, request.method)
        if found is None:
            return "", web.Response(status=404)
        route, values = found
        if not self._keys.admit(route.trigger.auth_level, headers=headers, query=query):
            return route.function.name, web.Response(status=401)
        body = await body_of(request)
        data = to_runtime(request, headers=headers, query=query, route=values, body=body)
        call = asyncio.create_task(
            self._invoker.invoke(route.function, data, trace_parent=headers.get("traceparent"))
        )
        return route.function.name, await self._await_answer(route, call)

    def _oversize(self, request: web.Request) -> int | None:
        if len(url_of(request)) > URL_LIMIT:
            return 414
        return 413 if (request.content_length or 0) > self._body_limit else None

    async def _await_answer(self, route: Route, call: asyncio.Task[Outcome]) -> web.Response:
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        try:
            done, _ = await asyncio.wait({call}, timeout=ANSWER_WITHIN_SECONDS)
        except asyncio.CancelledError:
            call.cancel()
            raise
        if not done:
            return web.Response(status=502)
        outcome = call.result()
        if not outcome.succeeded:
            return web.Response(status=500)
        try:
            return to_client(outcome.value)
        except Exception:  # a header or cookie that cannot be sent is the app's fault: 500, like any other
            log.exception("unusable answer", extra={"fields": {"function": route.function.name}})
            return web.Response(status=500)


async def _hide_server(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.popall("Server", None)
