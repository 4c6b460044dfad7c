"""Microsoft Graph with read-after-write lag: what was written is there at once, what is listed may be older."""

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from shared.domain.accounts import AccountFacts, LivePass, Method, MethodKind
from shared.ports import MissingError, NewPass
from tests.fakes.hooks import Hooks, call
from tests.fakes.memory_graph import (
    Account,
    MemoryDirectory,
    MemoryGraph,
    MemoryMethods,
    MemoryPasses,
    MemorySignInSessions,
    StoredPass,
)

if TYPE_CHECKING:
    from tests.simulation.world import World


class SimulatedGraph(MemoryGraph):
    """The directory, methods, passes and sessions; ``world`` is told of every change."""

    def __init__(self, world: "World", hooks: Hooks, dice: Random) -> None:
        super().__init__(clock=world, randomness=world.chance, hooks=hooks)
        self.world = world
        self.dice = dice
        self.history: dict[str, list[tuple[float, tuple[Method, ...], StoredPass | None]]] = {}
        self.directory = MemoryDirectory(self)
        self.methods = LaggingMethods(self)
        self.passes = LaggingPasses(self)
        self.sessions = MemorySignInSessions(self)

    def add(self, facts: AccountFacts, *methods: Method) -> Account:
        """A new account."""
        account = super().add(facts, *methods)
        self.changed(facts.oid)
        self.world.book.facts[facts.oid].append((self.world.loop.seconds, facts))
        self.world.book.methods[facts.oid] += [(-1.0, each) for each in methods]
        return account

    def change(self, facts: AccountFacts) -> None:
        """An administrator changes an account."""
        self.accounts[facts.oid].facts = facts
        self.world.book.facts[facts.oid].append((self.world.loop.seconds, facts))

    def register(self, oid: str, method: Method) -> None:
        """The person registers a method."""
        self.accounts[oid].methods.append(method)
        self.world.book.methods[oid].append((self.world.loop.seconds, method))
        self.changed(oid)

    def changed(self, oid: str) -> None:
        """Remember how methods and pass of an account are now, for readers who see it late."""
        account = self.accounts[oid]
        rows = self.history.setdefault(oid, [])
        rows.append((self.world.loop.seconds, tuple(account.methods), account.current_pass))

    def seen(self, oid: str) -> tuple[tuple[Method, ...], StoredPass | None]:
        """What a list shows now."""
        if oid not in self.accounts:
            raise MissingError("there is no such account")
        rows = self.history[oid]
        lag = self.world.weather.lag
        if not lag or len(rows) == 1:
            return rows[-1][1:]
        at = self.world.loop.seconds - self.dice.random() * lag
        for row in reversed(rows):
            if row[0] <= at:
                return row[1:]
        return rows[0][1:]

    def live(self, oid: str) -> StoredPass | None:
        """The pass with which somebody could sign in now."""
        made = self.accounts[oid].current_pass if oid in self.accounts else None
        if made is None or not made.starts_at <= self.world.now() < made.expires_at:
            return None
        return None if made.one_time and made.used else made

    def make_foreign_pass(self, oid: str) -> None:
        """An administrator makes a pass by hand."""
        made = StoredPass(self.world.chance.token(), "foreign", self.world.now(), 60, one_time=True)
        self.accounts[oid].current_pass = made
        self.changed(oid)
        self.world.book.foreign.add(oid)
        self.world.witness.foreign(oid)


class LaggingMethods(MemoryMethods):
    """The port ``Methods``."""

    _graph: SimulatedGraph

    @call
    async def registered(self, subject: str) -> list[Method]:
        methods, made = self._graph.seen(subject)
        passes = [Method(MethodKind.TEMPORARY_ACCESS_PASS, made.id, made.starts_at)] if made else []
        return [*methods, *passes]

    @call
    async def remove(self, subject: str, method: Method) -> bool:
        before = list(self._graph.account(subject).methods)
        done = await MemoryMethods.remove.__wrapped__(self, subject, method)  # type: ignore[attr-defined]
        if self._graph.account(subject).methods != before:
            self._graph.changed(subject)
            self._graph.world.witness.removed(subject, method)
        return bool(done)


class LaggingPasses(MemoryPasses):
    """The port ``Passes``."""

    _graph: SimulatedGraph

    @call
    async def listed(self, subject: str) -> list[LivePass]:
        _, made = self._graph.seen(subject)
        if made is None:
            return []
        now = self._graph.clock.now()
        usable = made.starts_at <= now < made.expires_at and not (made.one_time and made.used)
        return [LivePass(made.id, usable, made.starts_at, made.expires_at)]

    @call
    async def create(self, subject: str, *, minutes: int, one_time: bool) -> NewPass:
        made: NewPass = await MemoryPasses.create.__wrapped__(  # type: ignore[attr-defined]
            self, subject, minutes=minutes, one_time=one_time
        )
        self._graph.changed(subject)
        self._graph.world.witness.created(subject, made)
        return made

    @call
    async def delete(self, subject: str, pass_id: str) -> None:
        await MemoryPasses.delete.__wrapped__(self, subject, pass_id)  # type: ignore[attr-defined]
        if subject in self._graph.accounts:
            self._graph.changed(subject)


def tokyo_time(at: datetime) -> datetime:
    """The same instant with the digits that a clock in Tokyo shows, and no zone: for the invariants' own arithmetic."""
    return (at + timedelta(hours=9)).replace(tzinfo=None)
