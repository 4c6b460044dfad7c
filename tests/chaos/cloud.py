"""`python -m tests.chaos.cloud`: the local cloud alone, so that storage and hosts beside it can be killed.

Prints ``CLOUD READY``; ends with SIGTERM. Settings are those of ``python -m local`` and ``CHAOS_CARD_KEY``, the service's private
key at the card provider.
"""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from local.cloud import Cloud, make_app
from local.configuration import Configuration, from_environment


async def _serve(settings: Configuration) -> None:
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    runner = web.AppRunner(make_app(Cloud(settings)), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", settings.local_port).start()
    print("CLOUD READY", flush=True)
    await over.wait()
    await runner.cleanup()


if __name__ == "__main__":
    known = from_environment(os.environ, scratch=Path(os.environ["REREGISTER_DATA"]))
    asyncio.run(_serve(replace(known, card_client_key=os.environ["CHAOS_CARD_KEY"])))
