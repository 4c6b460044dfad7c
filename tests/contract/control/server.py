"""The local cloud on a free port, in a thread of its own: so that blocking clients (MSAL, requests) can call it."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import requests
from aiohttp import web

from local import configuration
from local.cloud import Cloud, make_app
from local.configuration import Configuration
from tests.azurite import free_ports


class Rewriting(requests.adapters.HTTPAdapter):
    """Sends what is meant for https://entra.localhost to the local cloud (reference: MSAL insists on https)."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, **how: object) -> requests.Response:  # type: ignore[override]
        """Rewrite the origin, then send."""
        assert request.url is not None
        request.url = request.url.replace(configuration.AUTHORITY_ORIGIN, self._url, 1)
        return super().send(request, **how)  # type: ignore[arg-type]


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Cloud]:
    """A cloud that answers at its `settings.local_url` until the block ends."""
    cloud = Cloud(Configuration(local_port=free_ports(1)[0], scratch=folder))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    runner = web.AppRunner(make_app(cloud), access_log=None, shutdown_timeout=0.2)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", cloud.settings.local_port).start()

    try:
        asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield cloud
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
