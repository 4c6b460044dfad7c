"""Storage, Graph and mail as the checks of an environment see them: all is well until a test says what is wrong."""

import asyncio
from datetime import timedelta

from shared.domain.health import GraphCall, SignInAs
from shared.ports import PassPolicy, PortError


class MemoryStorageProbe:
    """The port ``StorageProbe``. ``trouble`` names tables, queues and containers that answer with an error."""

    def __init__(self) -> None:
        self.trouble: dict[str, Exception] = {}
        self.waiting: dict[str, int] = {}
        self.ahead = timedelta()
        self.changed: list[str] = []

    async def read_table(self, name: str) -> None:
        self._answer(name)

    async def change_table(self, name: str) -> None:
        self.changed.append(name)
        self._answer(f"change {name}")

    async def messages(self, queue: str) -> int:
        self._answer(queue)
        return self.waiting.get(queue, 0)

    async def read_container(self, name: str) -> None:
        self._answer(name)

    async def change_container(self, name: str) -> None:
        self.changed.append(name)
        self._answer(f"change {name}")

    async def clock_ahead(self) -> timedelta:
        self._answer("clock")
        return self.ahead

    def _answer(self, name: str) -> None:
        if name in self.trouble:
            raise self.trouble[name]


class MemoryGraphProbe:
    """The port ``GraphProbe``. ``hangs`` never answers."""

    def __init__(self) -> None:
        self.trouble: dict[GraphCall, PortError] = {}
        self.enabled = True
        self.hangs: GraphCall | None = None

    async def ask(self, call: GraphCall) -> None:
        if call is self.hangs:
            await asyncio.Event().wait()
        if call in self.trouble:
            raise self.trouble[call]

    async def pass_policy(self) -> PassPolicy:
        await self.ask(GraphCall.PASS_POLICY)
        return PassPolicy(enabled=self.enabled)


class MemoryMailProbe:
    """The port ``MailProbe``."""

    def __init__(self) -> None:
        self.trouble: PortError | None = None

    async def ask(self) -> None:
        if self.trouble is not None:
            raise self.trouble


class MemorySignInProbe:
    """The port ``SignInProbe``. ``held``: it answers once that is set; ``begun`` says that both registrations were asked for."""

    def __init__(self) -> None:
        self.trouble: dict[SignInAs, PortError] = {}
        self.held: asyncio.Event | None = None
        self.asked: list[SignInAs] = []
        self.begun = asyncio.Event()

    async def ask(self, registration: SignInAs) -> None:
        self.asked.append(registration)
        if len(self.asked) == len(SignInAs):
            self.begun.set()
        if self.held is not None:
            await self.held.wait()
        if registration in self.trouble:
            raise self.trouble[registration]
