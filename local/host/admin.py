"""The host's own endpoints under `/admin`, for holders of the master key."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence

from aiohttp import web

from local.host.invocation import Invoker
from local.host.metadata import Function, HttpTrigger, TimerTrigger
from local.host.protos import TypedData
from local.host.timer_listener import TimerListener

log = logging.getLogger(__name__)

_FUNCTIONS = "/admin/functions/"
_SETTLE_SECONDS = 60.0


class AdminDoor:
    """Answers `/admin` requests whose key has been checked.

    - `POST /admin/functions/{name}` with `{"input": "text"}` or `{}` starts a timer or queue function: 202; a body
      that is no JSON object 400; no such function 404. Source: azure-functions-host FunctionsController.cs.
    - `GET /admin/host/status`.
    - `POST /admin/local/timers`, of this host only: runs the timers that are due by now; `{"ran": [names]}` when
      they have finished, 504 when that takes over a minute.
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        *,
        invoker: Invoker,
        timers: Sequence[TimerListener],
        host_id: str,
    ) -> None:
        """`functions` by name, disabled ones included."""
        self._functions = {name.lower(): function for name, function in functions.items()}
        self._invoker = invoker
        self._timers = timers
        self._host_id = host_id

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        path = request.path.lower().rstrip("/")
        match request.method, path:
            case "GET", "/admin/host/status":
                return web.json_response(
                    {"id": self._host_id, "state": "Running", "version": "4.0.0.0-local"}
                )
            case "POST", "/admin/local/timers":
                return await self._settle_timers()
            case "POST", _ if path.startswith(_FUNCTIONS):
                return await self._start_function(path.removeprefix(_FUNCTIONS), request)
            case _:
                return web.Response(status=404)

    async def _start_function(self, name: str, request: web.Request) -> web.Response:
        function = self._functions.get(name)
        if function is None:
            return web.Response(status=404)
        try:
            document = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400)
        # HTTP functions have their route; firing them here would need a second form of request.
        if not isinstance(document, dict) or isinstance(function.trigger, HttpTrigger):
            return web.Response(status=400)
        self._invoker.start(function, _input(function, document.get("input")))
        return web.Response(status=202)

    async def _settle_timers(self) -> web.Response:
        try:
            async with asyncio.timeout(_SETTLE_SECONDS):
                ran = await asyncio.gather(*(timer.settle() for timer in self._timers))
        except TimeoutError:
            log.warning("timers took longer than %s s", _SETTLE_SECONDS)
            return web.Response(status=504)
        return web.json_response(
            {"ran": [timer.name for timer, did_run in zip(self._timers, ran, strict=True) if did_run]}
        )


def _input(function: Function, given: object) -> TypedData:
    if isinstance(function.trigger, TimerTrigger):
        payload = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None, "IsPastDue": False}
        return TypedData(json=json.dumps(payload))
    if given is None:
        return TypedData(string="")
    return TypedData(string=given if isinstance(given, str) else json.dumps(given))
