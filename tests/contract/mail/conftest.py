"""The local mail service on a free port, and the shipped mailer talking to it through the real SDK."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from azure.core.credentials import AzureKeyCredential

from local.calls import Calls
from local.configuration import MAIL_SENDER
from local.faults import Faults
from local.mail.app import routes
from local.mail.store import ACCESS_KEY, MailStore
from shared.adapters.acs_mail import AcsMailer


@dataclass
class Post:
    """The local mail service, running; its clock stands still until it is moved."""

    faults: Faults
    calls: Calls
    at: datetime = datetime(2026, 10, 9, 12, 0, tzinfo=UTC)
    url: str = ""
    visited: list[tuple[str, str]] = field(default_factory=list)
    arrived: asyncio.Queue[None] = field(default_factory=asyncio.Queue)
    opened: list[AcsMailer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = MailStore(lambda: self.at, self.faults, self.calls)

    def pass_time(self, **amount: float) -> None:
        self.at += timedelta(**amount)

    def mailer(
        self, *, sender: str = MAIL_SENDER, key: str = ACCESS_KEY, timeout: float = 10, url: str = ""
    ) -> AcsMailer:
        mailer = AcsMailer(url or self.url, AzureKeyCredential(key), sender=sender, timeout=timeout)
        self.opened.append(mailer)
        return mailer


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    running = Post(faults=Faults(), calls=Calls())

    async def visited(request: web.Request) -> web.Response:
        running.visited.append((request.method, request.path_qs))
        running.arrived.put_nowait(None)
        return web.Response()

    app = web.Application()
    app.add_routes([*routes(running.store), web.route("*", "/link/{rest:.*}", visited)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    running.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield running
    for mailer in running.opened:
        await mailer.close()
    await runner.cleanup()
