"""One run: a university drawn from the seed, its machines, its people, its weather, and what became of all of them."""

import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from shared.adapters.no_telemetry import NoTelemetry
from shared.domain.accounts import AccountFacts
from shared.domain.kinds import Flag
from shared.domain.mails import MailLimits
from shared.domain.requests import Request
from shared.domain.retention import Retention
from shared.domain.rules import Removal, Rules
from shared.domain.surge import SurgeLimits
from shared.logs import frames
from shared.ports import Randomness
from shared.services.web_ports import WebPorts
from shared.services.worker_ports import WorkerPorts
from tests.fakes.plain_forms import PlainForms
from tests.fakes.plain_links import PlainLinks
from tests.fakes.plain_security import (
    PlainCardTokens,
    PlainFormTokens,
    PlainFreshSignIns,
    PlainPhotoLab,
    PlainStaffTokens,
)
from tests.fakes.seeded_randomness import SeededRandomness
from tests.simulation import weather as skies
from tests.simulation.book import Book
from tests.simulation.doubles import (
    Seal,
    SimulatedComposer,
    SimulatedMailer,
    WatchedDueRows,
    WatchedLocks,
    WatchedMeters,
    WatchedPhotos,
    WatchedSwitches,
)
from tests.simulation.graph import SimulatedGraph
from tests.simulation.loop import VirtualLoop
from tests.simulation.machines import Machines
from tests.simulation.moments import Moments
from tests.simulation.processes import Process, Trouble
from tests.simulation.storage import (
    SimulatedHints,
    SimulatedStorage,
    ValueApplications,
    WatchedApplications,
    WatchedInbox,
)
from tests.simulation.weather import Weather
from tests.unit.university import rules_of, tokyo

_STARTS: Final = (
    tokyo(7, 15, 10),
    tokyo(7, 15, 16, 50),
    tokyo(7, 17, 20),
    tokyo(7, 21, 8, 58),
)
"""A morning, the end of a day, the evening before a long weekend, just before an opening."""
_RISKS: Final = (
    Flag.METHODS_STILL_REGISTERED,
    Flag.METHODS_STILL_REGISTERED,
    Flag.METHODS_STILL_REGISTERED,
    Flag.CONTACT_NOT_ON_FILE,
    Flag.NO_PHOTO,
    Flag.EARLIER_APPLICATIONS,
)
_FORGETFUL: Final[dict[str, Any]] = {
    "contest_for": timedelta(days=2),
    "retention": Retention(timedelta(days=1), timedelta(days=3), timedelta(hours=12)),
}
"""Some runs keep what is known of people for days instead of months, so that faults meet the erasures too."""
_APART: Final = 1_000_003
_LOGGER: Final = logging.getLogger("shared")


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that did not hold."""

    invariant: str
    what: str
    at: str


class World:
    """Everything of one run; ``seed`` decides everything."""

    def __init__(self, seed: int, *, trace: bool = False, through_text: bool = False) -> None:
        self.seed = seed
        self.dice = Random(seed)
        self.loop = VirtualLoop()  # type: ignore[abstract]  # what a loop of sockets has besides is never asked for
        self.chance: Randomness = SeededRandomness(seed)
        self.salts: Randomness = SeededRandomness(seed + 1)
        self.book = Book()
        self.broken_ones: list[Broken] = []
        self.start = self.dice.choice(_STARTS)
        self.weather: Weather = skies.draw(self.dice)
        self.tolerance = 2 * self.weather.skew + 0.5
        self.closures: frozenset[date] = (
            frozenset({date(2026, 7, 22)}) if self.dice.random() < 0.2 else frozenset()
        )
        self.rules = self._rules()
        self.active: dict[str, set[str]] = defaultdict(set)
        self.recorded: dict[str, str] = {}
        self.probes: dict[str, str] = {}
        self.calm = False
        self.last_put = 0.0
        self.trouble = Trouble(self.loop, self.dice, self.weather, self.start)
        self.trouble.trace = [] if trace else None
        self.witness = Moments(self)
        self.graph = SimulatedGraph(self, self.trouble, self.dice)
        self.links = PlainLinks()
        self.tokens = PlainStaffTokens(self.trouble)
        self.card_tokens = PlainCardTokens(self.trouble)
        self.sign_ins = PlainFreshSignIns(self.trouble)
        self.form_tokens = PlainFormTokens(self.trouble)
        self.mailer = SimulatedMailer(self, self.trouble)
        self.storage = self._storage(through_text=through_text)
        self.readers: list[Any] = []
        self.lookers: list[Any] = []
        self.machines = Machines(self, webs=self.dice.choice((1, 2)), workers=self.dice.choice((1, 2, 2, 3)))

    # --- how it is made -------------------------------------------------------------------------------

    def _rules(self) -> Rules:
        dice = self.dice
        some = dice.random
        rules = rules_of(
            removal=Removal.KEEP if some() < 0.2 else Removal.REMOVE_AFTER_REGISTRATION,
            second_approver_for=frozenset({dice.choice(_RISKS)}) if some() < 0.35 else frozenset(),
            one_time_pass=some() < 0.8,
            mail_limits=MailLimits(per_minute=6, per_hour=24) if some() < 0.15 else MailLimits(),
            max_attempts=dice.choice((2, 5)),
            card_passes_per_day=dice.choice((1, 3)),
            **(_FORGETFUL if some() < 0.25 else {}),
            **self._policy(),
        )
        return replace(rules, calendar=replace(rules.calendar, closures=self.closures))

    def _policy(self) -> dict[str, Any]:
        """What flags ask for, and how many passes the service makes; drawn apart, so that the rest of a run is what it was."""
        dice = Random(self.seed + _APART)
        policy: dict[str, Any] = {}
        if dice.random() < 0.1:
            policy["office_for"] = frozenset({dice.choice(_RISKS)})
        if dice.random() < 0.15:
            policy["cooling_off_for"] = frozenset({dice.choice(_RISKS)})
        if dice.random() < 0.12:
            policy["surge"] = SurgeLimits(per_hour=dice.choice((1, 1, 2)), per_day=dice.choice((2, 400)))
        return policy

    def _storage(self, *, through_text: bool) -> SimulatedStorage:
        kept = SimulatedStorage(self.trouble, randomness=self.chance, real_time=self.now)
        cases = WatchedApplications if through_text else ValueApplications
        kept.applications = cases(self.trouble, self.witness)
        kept.inbox = WatchedInbox(self.trouble, real_time=self.now)
        kept.inbox.witness = self
        kept.inbox.woken = self._wake
        rows = WatchedDueRows(self.trouble, randomness=self.chance)
        rows.world = self
        kept.due_rows = rows
        locks = WatchedLocks(self.trouble)
        locks.world = self
        kept.locks = locks
        switches = WatchedSwitches(self.trouble)
        switches.world = self
        kept.switches = switches
        meters = WatchedMeters(self.trouble)
        meters.world = self
        kept.meters = meters
        photos = WatchedPhotos(self.trouble)
        photos.world = self
        kept.photos = photos
        kept.hints = SimulatedHints(self.trouble, self._deliver)
        return kept

    def _wake(self) -> None:
        self.machines.wake()

    def _deliver(self, lane: str, text: str) -> None:
        self.machines.deliver(lane, text)

    def web_ports(self, process: Process) -> WebPorts:
        """What a process of web reaches."""
        kept = self.storage
        return WebPorts(
            rules=self.rules,
            clock=process,
            telemetry=NoTelemetry(),
            randomness=self.chance,
            applications=kept.applications,
            open_cases=kept.open_cases,
            all_cases=kept.all_cases,
            heads=kept.heads,
            inbox=kept.inbox,
            locks=kept.locks,
            card_links=kept.card_links,
            switches=kept.switches,
            limits=kept.limits,
            photos=kept.photos,
            photo_lab=PlainPhotoLab(self.trouble),
            hints=kept.hints,
            poison=kept.poison,
            accesses=kept.accesses,
            links=self.links,
            sealer=Seal(self.book),
            forms=PlainForms(),
        )

    def worker_ports(self, process: Process) -> WorkerPorts:
        """What a worker reaches."""
        kept, graph = self.storage, self.graph
        return WorkerPorts(
            rules=self.rules,
            clock=process,
            telemetry=NoTelemetry(),
            randomness=self.salts,
            applications=kept.applications,
            heads=kept.heads,
            open_cases=kept.open_cases,
            inbox=kept.inbox,
            sweep=kept.inbox,
            due=kept.due_rows,
            locks=kept.locks,
            card_links=kept.card_links,
            switches=kept.switches,
            budgets=kept.budgets,
            meters=kept.meters,
            limits_sweep=kept.limits,
            photos=kept.photos,
            photo_prints=kept.photo_prints,
            hints=kept.hints,
            poison=kept.poison,
            directory=graph.directory,
            methods=graph.methods,
            passes=graph.passes,
            sessions=graph.sessions,
            mailer=self.mailer,
            sent_mails=kept.sent_mails,
            composer=SimulatedComposer(),
            links=self.links,
            staff_tokens=self.tokens,
            card_tokens=self.card_tokens,
            fresh_sign_ins=self.sign_ins,
            form_tokens=self.form_tokens,
            sealer=Seal(self.book),
        )

    # --- what everybody asks of it --------------------------------------------------------------------

    def now(self) -> datetime:
        """The true time (UTC): that of Graph, of storage and of people."""
        return self.start + timedelta(seconds=self.loop.seconds)

    def person_of(self, oid: str) -> str:
        """Who an account belongs to, by employee id."""
        account = self.graph.accounts.get(oid)
        return account.facts.employee_id if account and account.facts.employee_id else oid

    def token_holder(self, token: str) -> str:
        """Whose staff token it is; empty if it is none."""
        made = self.tokens._made.get(token)
        return made[0].oid if made else ""

    def facts(self, oid: str) -> AccountFacts:
        """What the directory says now."""
        return self.graph.accounts[oid].facts

    def put(self, request: Request) -> None:
        """A row reached the inbox."""
        self.last_put = self.loop.seconds
        self.book.requests[request.application, request.key] = (self.loop.seconds, request)
        self.book.note(request)

    def read_mail(self, to: str, line: str) -> None:
        """Somebody finds a mail."""
        for reader in self.readers:
            reader(to, line)

    def broken(self, invariant: str, what: str) -> None:
        """An invariant does not hold; after the end nobody asks any more."""
        if self.trouble.over:
            return
        self.trouble.say(f"BROKEN     {invariant}: {what}")
        self.broken_ones.append(Broken(invariant, what, f"{self.now():%m-%d %H:%M:%S}"))
        self.loop.stopped = True

    def unexpected(self, errors: BaseException) -> None:
        """Something was raised that no port raises."""
        inner = errors
        while isinstance(inner, BaseExceptionGroup):
            inner = inner.exceptions[0]
        self.broken("no unexpected error", f"{inner!r:.200} at {frames(inner)}")
