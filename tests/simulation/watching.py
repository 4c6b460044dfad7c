"""The services see the real time of a run, tell whose pass they make, and log into its book."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from typing import Final, Self
from unittest import mock

from shared.domain.accounts import AccountFacts
from shared.domain.application import Application
from shared.services import look_at, wake_due
from shared.services.worker_ports import WorkerPorts
from tests.simulation.moments import MINTING
from tests.simulation.world import World

_LOGGER: Final = logging.getLogger("shared")


class _Listener(logging.Handler):
    """Lines of the log, for the search in them."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        text = record.getMessage()
        self._world.book.note(text)
        if "look failed" in text and "Error at" in text and not text.startswith("look failed: Unavail"):
            self._world.trouble.say(f"           log: {text:.150}")


@contextmanager
def watched(world: World) -> Iterator[None]:
    """The services see the world's real time, tell whose pass they make, and log into the book."""
    issue = look_at.issue_pass  # type: ignore[attr-defined]  # the name under which the loop calls it

    async def issue_pass(
        application: Application, account: AccountFacts | None, ports: WorkerPorts
    ) -> object:
        token = MINTING.set(application)
        try:
            return await issue(application, account, ports)
        finally:
            MINTING.reset(token)

    class Clock(datetime):
        """Real time of the run."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            """The true instant."""
            return cls.fromtimestamp(world.now().timestamp(), tz or UTC)

    listener = _Listener(world)
    level, propagate = _LOGGER.level, _LOGGER.propagate
    _LOGGER.addHandler(listener)
    _LOGGER.propagate = False
    try:
        with (
            mock.patch.object(look_at, "issue_pass", issue_pass),
            mock.patch.object(wake_due, "datetime", Clock),
        ):
            yield
    finally:
        _LOGGER.removeHandler(listener)
        _LOGGER.setLevel(level)
        _LOGGER.propagate = propagate
