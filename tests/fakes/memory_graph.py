"""The directory, methods, passes and sessions of accounts in memory: it refuses and allows what Graph does."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.accounts import AccountFacts, LivePass, Method, MethodKind
from shared.ports import Clock, ForbiddenError, MissingError, NewPass, Randomness
from tests.fakes.hooks import Hooks, call

_LEFT_ALONE = frozenset(
    {
        MethodKind.PASSWORD,
        MethodKind.EMAIL,
        MethodKind.HARDWARE_OATH,
        MethodKind.TEMPORARY_ACCESS_PASS,
        MethodKind.UNKNOWN,
    }
)
_MINUTES = range(10, 43_201)


@dataclass
class StoredPass:
    """A pass as Graph keeps it, with the code that only the answer to its creation holds."""

    id: str
    code: str
    starts_at: datetime
    minutes: int
    one_time: bool
    used: bool = False

    @property
    def expires_at(self) -> datetime:
        """When its life ends (UTC)."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass
class Account:
    """One account; tests change it as the person or an administrator would."""

    facts: AccountFacts
    methods: list[Method] = field(default_factory=list)
    default_method: str = ""
    current_pass: StoredPass | None = None
    passes_made: list[StoredPass] = field(default_factory=list)
    revocations: int = 0


class MemoryGraph:
    """The ports ``Directory``, ``Methods``, ``Passes`` and ``SignInSessions`` over one set of accounts.

    It makes passes for administrators and disabled accounts too, as Graph does: only our own guards protect them.
    """

    def __init__(self, *, clock: Clock, randomness: Randomness, hooks: Hooks | None = None) -> None:
        """Start without accounts."""
        self.hooks = hooks or Hooks()
        self.clock = clock
        self.randomness = randomness
        self.accounts: dict[str, Account] = {}
        self.directory = MemoryDirectory(self)
        self.methods = MemoryMethods(self)
        self.passes = MemoryPasses(self)
        self.sessions = MemorySignInSessions(self)

    def add(self, facts: AccountFacts, *methods: Method) -> Account:
        """A new account."""
        account = Account(facts, list(methods))
        self.accounts[facts.oid] = account
        return account

    def account(self, subject: str) -> Account:
        """An account by object id; MissingError if there is none."""
        if subject not in self.accounts:
            raise MissingError("there is no such account")
        return self.accounts[subject]


class MemoryDirectory:
    """The port ``Directory``."""

    port = "directory"

    def __init__(self, graph: MemoryGraph) -> None:
        self.hooks = graph.hooks
        self._graph = graph

    @call
    async def facts(self, subject: str) -> AccountFacts | None:
        account = self._graph.accounts.get(subject)
        return account.facts if account else None

    @call
    async def find(self, account: str) -> str | None:
        wanted = account.casefold()
        known = [each.facts for each in self._graph.accounts.values()]
        return next((each.oid for each in known if wanted in {each.upn.casefold(), each.oid}), None)

    @call
    async def employee_id(self, subject: str) -> str:
        account = self._graph.accounts.get(subject)
        return account.facts.employee_id if account else ""


class MemoryMethods:
    """The port ``Methods``."""

    port = "methods"

    def __init__(self, graph: MemoryGraph) -> None:
        self.hooks = graph.hooks
        self._graph = graph

    @call
    async def registered(self, subject: str) -> list[Method]:
        account = self._graph.account(subject)
        made = account.current_pass
        passes = [Method(MethodKind.TEMPORARY_ACCESS_PASS, made.id, made.starts_at)] if made else []
        return [*account.methods, *passes]

    @call
    async def remove(self, subject: str, method: Method) -> bool:
        if method.kind in _LEFT_ALONE:
            return False
        account = self._graph.account(subject)
        others = [each for each in account.methods if each.kind.is_mfa and each.id != method.id]
        if method.id == account.default_method and others:
            return False
        account.methods = [
            each for each in account.methods if (each.kind, each.id) != (method.kind, method.id)
        ]
        return True


class MemoryPasses:
    """The port ``Passes``: one pass an account, a new one replaces the old."""

    port = "passes"

    def __init__(self, graph: MemoryGraph) -> None:
        self.hooks = graph.hooks
        self._graph = graph

    @call
    async def listed(self, subject: str) -> list[LivePass]:
        made = self._graph.account(subject).current_pass
        if made is None:
            return []
        now = self._graph.clock.now()
        usable = made.starts_at <= now < made.expires_at and not (made.one_time and made.used)
        return [LivePass(made.id, usable, made.starts_at, made.expires_at)]

    @call
    async def create(self, subject: str, *, minutes: int, one_time: bool) -> NewPass:
        account = self._graph.accounts.get(subject)
        if account is None or minutes not in _MINUTES:
            raise ForbiddenError("Graph refuses for good")
        made = StoredPass(
            id=self._graph.randomness.token(),
            code=f"<{self._graph.randomness.token()[:12]}&+!",
            starts_at=self._graph.clock.now(),
            minutes=minutes,
            one_time=one_time,
        )
        account.current_pass = made
        account.passes_made.append(made)
        return NewPass(made.id, made.expires_at, made.code)

    @call
    async def delete(self, subject: str, pass_id: str) -> None:
        account = self._graph.accounts.get(subject)
        if account and account.current_pass and account.current_pass.id == pass_id:
            account.current_pass = None


class MemorySignInSessions:
    """The port ``SignInSessions``."""

    port = "sessions"

    def __init__(self, graph: MemoryGraph) -> None:
        self.hooks = graph.hooks
        self._graph = graph

    @call
    async def revoke(self, subject: str) -> None:
        self._graph.account(subject).revocations += 1
