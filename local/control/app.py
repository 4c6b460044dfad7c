"""The JSON door (DESIGN section 10), the sample cards, and the routes of the pages."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from local import cards, people
from local.control.form import FormPage
from local.control.pages import Pages
from local.control.problems import ProblemError, json_object
from local.faults import UnknownSwitchError
from local.graph.errors import GraphError
from local.mail.reports import FAILURES
from local.people import Person

if TYPE_CHECKING:
    from local.cloud import Cloud

PROCESSES = ("azurite", "worker", "web")
type _Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes(cloud: "Cloud") -> list[web.RouteDef]:
    """All routes of the control door."""
    door = _Door(cloud)
    pages = Pages(cloud)
    form = FormPage(cloud)
    return [
        web.get("/", pages.home),
        web.get("/mailbox", pages.mailbox),
        web.get("/mailbox/{id}", pages.one_mail),
        web.get("/form", form.show),
        web.post("/form", form.send),
        web.get("/people/{upn}/card.jpg", _answering(door.card)),
        web.get("/api/people", _answering(door.people)),
        web.post("/api/people", _answering(door.add_person)),
        web.get("/api/mailbox", _answering(door.mailbox)),
        web.delete("/api/mailbox", _answering(door.clear_mailbox)),
        web.post("/api/mailbox/{id}/report", _answering(door.report)),
        web.get("/api/clock", _answering(door.clock)),
        web.put("/api/clock", _answering(door.set_clock)),
        web.delete("/api/clock", _answering(door.reset_clock)),
        web.get("/api/graph/users/{upn}", _answering(door.graph_user)),
        web.post("/api/graph/users/{upn}/methods", _answering(door.register_method)),
        web.post("/api/graph/users/{upn}/passes", _answering(door.make_pass)),
        web.get("/api/faults", _answering(door.faults)),
        web.put("/api/faults", _answering(door.set_faults)),
        web.get("/api/faults/known", _answering(door.known_faults)),
        web.get("/api/calls", _answering(door.calls)),
        web.delete("/api/calls", _answering(door.reset_calls)),
        web.post("/api/entra/rotate-keys", _answering(door.rotate_keys)),
        web.route("*", "/api/{rest:.*}", _answering(door.nothing)),
    ]


def _answering(handler: _Handler) -> _Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ProblemError as problem:
            return problem.response()

    return handle


def _json(value: object, *, status: int = 200) -> web.Response:
    return web.json_response(value, status=status, dumps=lambda found: json.dumps(found, ensure_ascii=False))


def _person(request: web.Request) -> Person:
    found = people.find(request.match_info["upn"])
    if found is None:
        raise ProblemError(404, "There is no such sample person: see /api/people.")
    return found


class _Door:
    def __init__(self, cloud: "Cloud") -> None:
        self._cloud = cloud
        self._moving = asyncio.Lock()

    async def nothing(self, request: web.Request) -> web.Response:
        raise ProblemError(404, f"There is no {request.method} {request.path} here: see docs/local.md.")

    async def people(self, _request: web.Request) -> web.Response:
        return _json([described(person) for person in people.everyone()])

    async def add_person(self, request: web.Request) -> web.Response:
        wanted = await json_object(request)
        kind, name, methods = (str(wanted.get(key, "")) for key in ("kind", "name", "methods"))
        try:
            person = self._cloud.add_person(kind, name=name, methods=methods)
        except ValueError as problem:
            raise ProblemError(
                400, "`kind` is needed, one of those of GET /api/people; `methods` are letters of APE."
            ) from problem
        return _json(described(person), status=201)

    async def card(self, request: web.Request) -> web.Response:
        picture = await asyncio.to_thread(cards.jpeg, _person(request))
        return web.Response(body=picture, content_type="image/jpeg")

    async def mailbox(self, request: web.Request) -> web.Response:
        return _json(self._cloud.mail.messages(request.query.get("to")))

    async def clear_mailbox(self, _request: web.Request) -> web.Response:
        self._cloud.mail.clear()
        return web.Response(status=204)

    async def report(self, request: web.Request) -> web.Response:
        """As Event Grid would: this mail came back, even if somebody has read it by now."""
        mail = self._cloud.mail.find(request.match_info["id"])
        if mail is None:
            raise ProblemError(404, "There is no such mail: see /api/mailbox.")
        status = (await json_object(request)).get("status")
        if status not in FAILURES:
            raise ProblemError(400, f"`status` is needed, one of {', '.join(FAILURES)}.")
        await self._cloud.courier.report(mail, str(status))
        return web.Response(status=202)

    async def clock(self, _request: web.Request) -> web.Response:
        return _json({"now": self._cloud.now().isoformat()})

    async def set_clock(self, request: web.Request) -> web.Response:
        moment = _moment((await json_object(request)).get("now"))
        return await self._moved(lambda: self._cloud.clock.set_now(moment))

    async def reset_clock(self, _request: web.Request) -> web.Response:
        return await self._moved(self._cloud.clock.reset)

    async def _moved(self, move: Callable[[], None]) -> web.Response:
        """Move the clock, let what has become due run, and answer when it has finished."""
        async with self._moving:
            move()
            try:
                await self._cloud.run_timers()
            except RuntimeError as problem:
                raise ProblemError(
                    502, f"The clock was moved, but the timers did not finish: {problem}"
                ) from problem
        return _json({"now": self._cloud.now().isoformat()})

    async def graph_user(self, request: web.Request) -> web.Response:
        return _json(self._cloud.graph.describe(_person(request).upn))

    async def register_method(self, request: web.Request) -> web.Response:
        person = _person(request)
        wanted = await json_object(request)
        kind = wanted.pop("kind", None)
        if not isinstance(kind, str):
            raise ProblemError(400, "`kind` is needed, for example microsoftAuthenticator.")
        try:
            made = self._cloud.graph.register_method(person.upn, kind, **wanted)
        except (GraphError, TypeError) as problem:
            raise ProblemError(400, f"This method cannot be registered: {problem}") from problem
        return web.json_response(made, status=201)

    async def make_pass(self, request: web.Request) -> web.Response:
        """As an administrator would, past this service."""
        made = self._cloud.graph.create_pass(_person(request).upn)
        return _json({"id": made["id"], "value": made["temporaryAccessPass"]}, status=201)

    async def faults(self, _request: web.Request) -> web.Response:
        return _json(self._cloud.faults.document())

    async def known_faults(self, _request: web.Request) -> web.Response:
        return _json(self._cloud.faults.known())

    async def set_faults(self, request: web.Request) -> web.Response:
        try:
            self._cloud.faults.put(await json_object(request))
        except UnknownSwitchError as problem:
            raise ProblemError(400, str(problem)) from problem
        for name in PROCESSES:
            await self._cloud.switch_process(name, self._cloud.faults.setting(name, "stopped", default=False))
        return _json(self._cloud.faults.document())

    async def calls(self, _request: web.Request) -> web.Response:
        return _json(self._cloud.calls.counts())

    async def reset_calls(self, _request: web.Request) -> web.Response:
        self._cloud.calls.reset()
        return web.Response(status=204)

    async def rotate_keys(self, request: web.Request) -> web.Response:
        kid = self._cloud.entra.keys.rotate(forget=request.query.get("forget") == "true")
        return _json({"kid": kid})


def described(person: Person) -> dict[str, object]:
    """A sample person as `/api/people` shows them."""
    return {
        "upn": person.upn,
        "oid": person.oid,
        "name": person.name,
        "name_en": person.name_en,
        "password": person.password,
        "kind": person.kind,
        "roles": list(person.roles),
        "mail": list(person.mail),
        "faculty": person.faculty,
        "employee_id": person.employee_id,
    }


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise ProblemError(400, '`now` is needed: {"now": "2026-03-20T09:00:00+09:00"}.')
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as problem:
        raise ProblemError(400, f"`now` is not ISO 8601: {value!r}.") from problem
    if moment.tzinfo is None:
        raise ProblemError(400, "`now` needs a zone, for example +09:00 or Z.")
    try:
        return moment.astimezone(UTC)
    except OverflowError as problem:
        raise ProblemError(400, "`now` is out of range.") from problem
