"""The process ``web`` inside the test: real handlers, settings, cookies, links and tokens; storage in memory.

Requests go through the routes that the app itself declares, so a wrong method or address finds no function, as on the platform.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import azure.functions as func
import pytest
import requests
from aiohttp import web

from functions import by_role
from local import configuration
from local.cloud import Cloud, make_app
from local.configuration import Configuration
from local.host.metadata import AuthLevel, Function, HttpTrigger
from local.host.routes import RouteTable
from shared import bootstrap
from shared.bootstrap.parts import Parts
from tests.azurite import free_ports
from tests.contract.security.conftest import Road
from tests.unit.world import World

BASE: Final = "https://mfa.example.ac.jp"
_MODULES: Final = ("bearers", "cards", "chosen", "outlets", "services", "visitors")
_NO_ROUTE: Final = ""


@dataclass(frozen=True, kw_only=True)
class _Public(Configuration):
    """The local run's settings with another public address than ``http://localhost``."""

    address: str

    @property
    def base_url(self) -> str:
        return self.address


@dataclass
class Answer:
    """What came back, and which function answered (none: the platform itself said that there is no such address)."""

    function: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def location(self) -> str:
        """Where the browser is sent on to."""
        return self.headers.get("location", "")

    @property
    def problem(self) -> str:
        """Name of the problem that a problem document tells; empty for any other answer."""
        if self.headers.get("content-type") != "application/problem+json":
            return ""
        return str(json.loads(self.body)["type"]).rpartition(":")[2]


class House:
    """One process of ``web``: send it a request, look at what is stored."""

    def __init__(self, base_url: str, cloud: Cloud, road: Road) -> None:
        self.base_url = base_url
        self.cloud = cloud
        self.road = road
        """To the issuer of tokens: what it answers can be changed on the way."""
        self.heard: list[Callable[[Answer], None]] = []
        """Each is told of every answer, so that what holds for all of them is asked of all of them."""
        self._world = World()

    @property
    def world(self) -> World:
        """People, storage and worker behind this process."""
        return self._world

    def move_in(self, world: World) -> None:
        """Stand on another world's storage."""
        self._world = world

    async def send(
        self, method: str, target: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send a request to a path with its query."""
        path, _, query = target.partition("?")
        found = routes().find(path, method)
        if found is None:
            answer = Answer(_NO_ROUTE, 404)
        else:
            route, values = found
            sent = {name.lower(): value for name, value in (headers or {}).items()}
            if method == "POST":
                sent.setdefault("content-length", str(len(body)))
            request = func.HttpRequest(
                method=method,
                url=f"{self.base_url}{target}",
                headers=sent,
                params=dict(parse_qsl(query)),
                route_params=values,
                body=body,
            )
            answer = _read(route.function.name, await handlers()[route.function.name](request))
        for each in self.heard:
            each(answer)
        return answer

    def stored(self) -> dict[str, str]:
        """All that storage holds, to be compared with itself."""
        skipped = {"hooks", "real_time", "_randomness"}
        return {
            name: repr({key: value for key, value in vars(port).items() if key not in skipped})
            for name, port in vars(self._world.storage).items()
            if name not in {"hooks", "limits"}  # that somebody knocked is counted, whatever came of it
        }

    def changed_since(self, before: Mapping[str, str]) -> set[str]:
        """Which parts of storage are not what they were."""
        return {name for name, held in self.stored().items() if held != before[name]}


def _read(name: str, answer: func.HttpResponse) -> Answer:
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for key, value in answer.headers.items():
        if key.lower() == "set-cookie":
            cookies.append(value)
        else:
            headers[key.lower()] = value
    return Answer(name, answer.status_code, headers, tuple(cookies), answer.get_body())


@cache
def _functions() -> dict[str, Any]:
    app = func.FunctionApp()
    for blueprint in by_role.blueprints("web"):
        app.register_functions(blueprint)
    return {str(each.get_function_name()): each for each in app.get_functions()}


@cache
def handlers() -> dict[str, Any]:
    """What the platform calls, by function name."""
    return {name: each.get_user_function() for name, each in _functions().items()}


@cache
def routes() -> RouteTable:
    """The app's own routes, matched as the platform matches them."""
    found = []
    for name, each in _functions().items():
        trigger = each.get_trigger()
        methods = frozenset(method.value for method in trigger.methods)
        http = HttpTrigger("req", trigger.route.strip("/"), methods, AuthLevel.ANONYMOUS)
        found.append(Function(name, name, http))
    return RouteTable(found, prefix="")


def methods_of() -> dict[str, tuple[str, frozenset[str]]]:
    """Route and methods of each function, as the app declares them."""
    return {
        name: (
            each.get_trigger().route.strip("/"),
            frozenset(method.value for method in each.get_trigger().methods),
        )
        for name, each in _functions().items()
    }


@contextmanager
def cloud_in_a_thread(address: str, scratch: Path) -> Iterator[tuple[Cloud, Configuration]]:
    """The local Entra and card provider on a port of their own, served beside the test."""
    settings = _Public(local_port=free_ports(1)[0], scratch=scratch, address=address)
    cloud = Cloud(settings)
    loop = asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        runner = web.AppRunner(make_app(cloud), shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", settings.local_port).start()
        return runner

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    try:
        yield cloud, settings
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextmanager
def open_house(address: str, scratch: Path, **own: str) -> Iterator[House]:
    """A process of ``web`` with this public address; ``own`` settings stand in place of those of the local run."""
    with cloud_in_a_thread(address, scratch) as (cloud, settings), pytest.MonkeyPatch.context() as patch:
        for name, value in (configuration.web_environment(settings) | own).items():
            patch.setenv(name, value)
        with requests.Session() as session:
            session.trust_env = False
            road = Road(port=settings.local_port)
            session.mount(configuration.AUTHORITY_ORIGIN, road)
            house = House(address, cloud, road)
            _forget_everything()
            patch.setattr("shared.bootstrap.parts._parts", Parts(http_session=lambda: session))
            real = bootstrap.web()
            patch.setattr(
                bootstrap, "web", lambda: replace(house.world.web, links=real.links, forms=real.forms)
            )
            try:
                yield house
            finally:
                _forget_everything()


def _forget_everything() -> None:
    """Of what was built of other settings nothing may stay."""
    for name in _MODULES:
        for each in vars(import_module(f"shared.bootstrap.{name}")).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()
