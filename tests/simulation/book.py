"""What really happened in a run, written down outside the system: invariants are held against this, not its own word."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from shared.domain.accounts import AccountFacts, Method
from shared.domain.requests import Request


@dataclass(frozen=True, slots=True)
class Made:
    """A pass that this service made, and for which claimed attempt of which case."""

    application: str
    attempt: int
    subject: str
    id: str
    code: str
    at: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A pass that a browser decrypted; ``live`` if it was the account's pass at some time since the page had asked for it."""

    application: str
    code: str
    at: float
    live: bool


@dataclass(frozen=True, slots=True)
class Sending:
    """A message that reached the mail service, by which of the tasks."""

    operation: str
    to: str
    subject: str
    at: float
    task: int


@dataclass
class Book:
    """The truth.

    Attributes:
        asked: Applications that people asked for and whose row reached the inbox, with the time.
        clicks: What members of staff really did: (what, application, round, object id).
        made: Passes this service made, by id.
        codes: All codes, for the search in what is stored.
        keys: Sealed text to (public key, code): only who holds the key can open it.
        shown: Passes that browsers decrypted.
        sendings: Mails that reached the mail service, by address and what they are about.
        facts: What the directory said of each account, with the time from which.
        frozen: When the service was frozen and set free, with the time from which.
        methods: Every method an account ever had, with the time from which.
        removed: Methods that this service removed.
        requests: Rows that reached the inbox, by application and key.
        records: Lines of the log.
        written: What was stored or sent since the first pass was made, to be searched for codes at the end.
        blocked: Whether an account's lock said that it is blocked, with the time from which.
        not_mine: Cases of which a lock ever said that the owner did not know them.
        places: Places taken among the passes of the hour: when the meter was read, and when it was written.
        own_places: How many of them were taken for a case; ``claims``: how many attempts were claimed.
        owner: Whose case it is, by id: the case itself forgets it in time.
        foreign: Accounts for which an administrator made a pass by hand.
        photos: When each photo was stored.
        residue: What happened that is known and left: each kind is told in docs/reliability.md.
        reached: States that cases reached.
    """

    asked: dict[str, float] = field(default_factory=dict)
    clicks: set[tuple[str, str, int, str]] = field(default_factory=set)
    made: dict[str, Made] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)
    sendings: dict[tuple[str, str], list[Sending]] = field(default_factory=lambda: defaultdict(list))
    facts: dict[str, list[tuple[float, AccountFacts | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    frozen: list[tuple[float, bool]] = field(default_factory=lambda: [(0.0, False)])
    methods: dict[str, list[tuple[float, Method]]] = field(default_factory=lambda: defaultdict(list))
    removed: list[tuple[str, Method, float]] = field(default_factory=list)
    requests: dict[tuple[str, str], tuple[float, Request]] = field(default_factory=dict)
    records: list[str] = field(default_factory=list)
    written: list[object] = field(default_factory=list)
    reached: Counter[str] = field(default_factory=Counter)
    blocked: dict[str, list[tuple[float, bool]]] = field(default_factory=lambda: defaultdict(list))
    not_mine: set[str] = field(default_factory=set)
    places: list[tuple[float, float]] = field(default_factory=list)
    own_places: int = 0
    claims: int = 0
    owner: dict[str, str] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    photos: dict[str, float] = field(default_factory=dict)
    residue: Counter[str] = field(default_factory=Counter)

    def note(self, thing: object) -> None:
        """Remember something that was stored or sent, once there is a code that could be in it."""
        if self.codes:
            self.written.append(thing)
