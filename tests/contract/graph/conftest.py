"""The local Graph on a free port, and connections of the shipped adapters to it through the real SDK."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from aiohttp import web
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential

from local import configuration
from local.calls import Calls
from local.entra.keys import KeyRing
from local.entra.registrations import WORKER_GRAPH_ROLES
from local.entra.tokens import GRAPH_AUDIENCE, TokenMint, TokenVerifier
from local.faults import Faults
from local.graph.app import routes
from local.graph.store import GraphStore
from local.people import PEOPLE, Person
from shared.adapters.graph_client import GraphConnection

KEYS = KeyRing()
MINT = TokenMint(
    keys=KEYS, issuer=configuration.ISSUER, tenant_id=configuration.TENANT_ID, minutes=lambda: None
)
VERIFIER = TokenVerifier(keys=KEYS, issuer=configuration.ISSUER, tenant_id=configuration.TENANT_ID)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The SDK's generated modules warn of their own old classes while the first call imports them."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore:GetQueryParameters:DeprecationWarning"))


@dataclass
class TestClock:
    """A business clock that stands still until it is moved."""

    __test__ = False
    at: datetime = datetime(2026, 10, 9, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_time(self, **amount: float) -> None:
        self.at += timedelta(**amount)


class AppCredential:
    """An identity with the given app roles: what azure-identity is in the cloud."""

    def __init__(self, roles: tuple[str, ...], *, audience: str = GRAPH_AUDIENCE) -> None:
        self.token = MINT.app_token(
            audience=audience, client_id=configuration.WORKER_IDENTITY_ID, roles=roles
        )

    async def get_token(self, *scopes: str, **_options: object) -> AccessToken:
        return AccessToken(self.token, 4_102_444_800)


@dataclass
class Graph:
    """The local Graph, running."""

    store: GraphStore
    faults: Faults
    calls: Calls
    clock: TestClock
    url: str
    opened: list[GraphConnection] = field(default_factory=list)

    def connection(
        self,
        *,
        roles: tuple[str, ...] = WORKER_GRAPH_ROLES,
        timeout: float = 20,
        credential: AppCredential | None = None,
        url: str = "",
        hosts: tuple[str, ...] = ("127.0.0.1",),
    ) -> GraphConnection:
        connection = GraphConnection(
            url or self.url,
            cast("AsyncTokenCredential", credential or AppCredential(roles)),
            allowed_hosts=hosts,
            timeout=timeout,
        )
        self.opened.append(connection)
        return connection

    def requests(self, operation: str) -> int:
        return sum(entry.operation == operation for entry in self.store.journal)


@pytest.fixture
async def graph() -> AsyncIterator[Graph]:
    clock, faults, calls = TestClock(), Faults(), Calls()
    store = GraphStore(PEOPLE, clock.now, faults, calls)
    app = web.Application()
    app.add_routes(routes(store, VERIFIER))
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    running = Graph(store=store, faults=faults, calls=calls, clock=clock, url=f"http://127.0.0.1:{port}/v1.0")
    yield running
    for connection in running.opened:
        await connection.close()
    await runner.cleanup()


@pytest.fixture
def person() -> Callable[..., Person]:
    """A sample person of a kind."""

    def find(kind: str, number: int = 0) -> Person:
        return [each for each in PEOPLE if each.kind == kind][number]

    return find
