"""`python -m local.host`: run one function app on this machine (see docs/local-host.md)."""

import argparse
import asyncio
import importlib
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.host.host import Host, HostArguments, system_clock
from local.host.keys import Keys
from local.host.logs import set_up_logging
from local.host.metadata import IndexingError
from local.host.queue_listener import LEASE
from local.host.routes import describe
from local.host.worker import FunctionWorker

log = logging.getLogger("local.host")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the host until SIGINT or SIGTERM; 0 after a stop, 1 when the app cannot be run."""
    options = _parser().parse_args(argv)
    set_up_logging()
    # The platform runs in UTC and has no time zone setting; neither has this host.
    os.environ["TZ"] = "UTC"
    time.tzset()
    folder = options.app.resolve()
    inject = _named(options.inject) if options.inject else None
    if options.routes:
        return asyncio.run(_print_routes(folder, inject))
    arguments = HostArguments(
        folder=folder,
        port=options.port,
        keys=Keys(options.master_key, options.function_key, checked=not options.no_keys),
        inject=inject,
        clock=_named(options.clock) if options.clock else system_clock,
        queue_lease=timedelta(seconds=options.queue_lease),
    )
    return asyncio.run(_serve(Host(arguments, environment=os.environ)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.host", description=__doc__)
    parser.add_argument("--app", type=Path, required=True, help="folder with function_app.py and host.json")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--master-key", help="key of /admin and of every function")
    parser.add_argument("--function-key", help="key of the functions of level FUNCTION")
    parser.add_argument("--no-keys", action="store_true", help="check no keys")
    parser.add_argument("--inject", metavar="MODULE:FUNCTION", help="called before the app is imported")
    parser.add_argument(
        "--clock", metavar="MODULE:FUNCTION", help="answers the time that timers go by (aware, UTC)"
    )
    parser.add_argument(
        "--queue-lease",
        type=int,
        default=int(LEASE.total_seconds()),
        metavar="SECONDS",
        help="how long a message is leased; for tests",
    )
    parser.add_argument("--routes", action="store_true", help="print the app's functions as JSON and end")
    return parser


def _named(reference: str) -> Callable[[], Any]:
    module, _, name = reference.partition(":")
    function: Callable[[], Any] = getattr(importlib.import_module(module), name)
    return function


async def _print_routes(folder: Path, inject: Callable[[], object] | None) -> int:
    worker = FunctionWorker(folder, inject=inject)
    try:
        functions = await worker.start()
    except IndexingError as error:
        return _refuse(error)
    finally:
        await worker.stop(within=1)
    sys.stdout.write(json.dumps(describe(functions), indent=1) + "\n")
    return 0


async def _serve(host: Host) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Explicit, because a shell may have left them ignored. A second signal finds the event set: no effect.
        loop.add_signal_handler(number, stopping.set)
    starting = asyncio.create_task(host.start())
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    error: BaseException | None = None
    if not starting.done():
        starting.cancel()
        await asyncio.wait({starting})
    elif (error := starting.exception()) is None:
        sys.stdout.write(f"HOST READY port={host.port} functions={len(host.functions)}\n")
        sys.stdout.flush()
        await stopped
    stopped.cancel()
    clean = await host.stop()
    code = 0 if error is None else _refuse(error)
    log.info("stopped")
    if not clean:
        # A function still blocks its thread, which nothing can end; waiting for it would hang the exit.
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)
    return code


def _refuse(error: BaseException) -> int:
    if not isinstance(error, (IndexingError, OSError)):
        raise error
    sys.stderr.write(f"the app cannot be run:\n{error}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
