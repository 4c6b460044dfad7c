"""The whole service without a socket: use cases over fakes, and people who press its buttons, in words."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from shared import names
from shared.domain.accounts import Method
from shared.domain.application import Application
from shared.domain.erasing import next_erasure
from shared.domain.kinds import DecisionKind, Language, Reason, ReasonCode
from shared.domain.links import LinkClaims, Purpose
from shared.domain.mails import MailState, OwedMail
from shared.domain.rules import Rules
from shared.domain.staff import StaffIdentity
from shared.ports import PortError, Snapshot, UnavailableError, UnknownOutcomeError, Wake
from shared.services import collect_pass, review_case, submit_application
from shared.services.look_at import EndlessLookError, look_at
from shared.services.park_poison import park_poison
from shared.services.wake_due import wake_due
from shared.services.web_ports import WebPorts
from shared.services.worker_ports import WorkerPorts
from tests.fakes.fixed_clock import FixedClock
from tests.fakes.hooks import Hooks
from tests.fakes.memory_graph import MemoryGraph
from tests.fakes.memory_storage import MemoryStorage
from tests.fakes.plain_composer import PlainComposer
from tests.fakes.plain_forms import PlainForms
from tests.fakes.plain_links import PlainLinks
from tests.fakes.plain_security import (
    PlainCardTokens,
    PlainFormTokens,
    PlainFreshSignIns,
    PlainPhotoLab,
    PlainSealer,
    PlainStaffTokens,
)
from tests.fakes.recording_mailer import RecordingMailer
from tests.fakes.recording_telemetry import RecordingTelemetry
from tests.fakes.seeded_randomness import SeededRandomness
from tests.unit import people
from tests.unit.observed import CrashError, Observer
from tests.unit.people import Staff
from tests.unit.university import WEDNESDAY_MORNING, rules_of

REAL = datetime(2026, 1, 1, tzinfo=UTC)
"""Real time stands still; the staff's tokens are good at it, and no request is so fresh that the timer leaves it alone."""
_TRIES = 5


class World:
    """One university. ``student`` is the account that the short verbs are about."""

    def __init__(self, now: datetime = WEDNESDAY_MORNING, rules: Rules | None = None) -> None:
        """Everybody is there, nothing has happened."""
        self.clock = FixedClock(now)
        self.rules = rules or rules_of()
        hooks = Hooks()
        randomness = SeededRandomness()
        self.storage = MemoryStorage(hooks, randomness=randomness, real_time=lambda: REAL)
        self.graph = MemoryGraph(clock=self.clock, randomness=randomness, hooks=hooks)
        self.mailer = RecordingMailer(hooks)
        self.telemetry = RecordingTelemetry()
        self.tokens = PlainStaffTokens(hooks)
        self.card_tokens = PlainCardTokens(hooks)
        self.sign_ins = PlainFreshSignIns(hooks)
        self.form_tokens = PlainFormTokens(hooks)
        self.links = PlainLinks()
        self.seen = Observer(self.storage, self.clock.now)
        self.student = people.STUDENT.oid
        self._facts = people.STUDENT
        self.graph.add(people.STUDENT, people.AUTHENTICATOR, people.NUMBER, people.PASSWORD)
        self.staff = {oid: self._hire(oid, roles) for oid, roles in people.staff_roles().items()}
        self.web = self._web(hooks, randomness)
        self.worker = self._worker()
        self.messages_come_back = False
        self._tries: dict[tuple[str, str], int] = {}

    def _hire(self, oid: str, roles: tuple[str, ...]) -> Staff:
        self.graph.add(people.staff_account(oid))
        name = f"Name of {oid}"
        token = self.tokens.make(oid, name, *roles, at=REAL)
        return Staff(StaffIdentity(oid, name, frozenset(roles)), token)

    def _web(self, hooks: Hooks, randomness: SeededRandomness) -> WebPorts:
        kept = self.storage
        return WebPorts(
            rules=self.rules,
            clock=self.clock,
            telemetry=self.telemetry,
            randomness=randomness,
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
            photo_lab=PlainPhotoLab(hooks),
            hints=kept.hints,
            poison=kept.poison,
            accesses=kept.accesses,
            links=self.links,
            sealer=PlainSealer(),
            forms=PlainForms(),
        )

    def _worker(self) -> WorkerPorts:
        kept, graph = self.storage, self.graph
        return WorkerPorts(
            rules=self.rules,
            clock=self.clock,
            telemetry=self.telemetry,
            randomness=SeededRandomness(2),
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
            composer=PlainComposer(),
            links=self.links,
            staff_tokens=self.tokens,
            card_tokens=self.card_tokens,
            fresh_sign_ins=self.sign_ins,
            form_tokens=self.form_tokens,
            sealer=PlainSealer(),
        )

    # --- an account that no guard lets through --------------------------------------------------------------

    def bar_account(self) -> None:
        """The pass policy does not cover the student any more: a case that asks is parked."""
        account = self.graph.account(self.student)
        self._facts = account.facts
        account.facts = replace(account.facts, in_pass_policy=False)

    def clear_account(self) -> None:
        """It does again."""
        self.graph.account(self.student).facts = self._facts

    # --- the machines ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Take every hint there is; a message whose look failed comes back later, at last into the poison queue."""
        back: list[tuple[str, str]] = []
        for lane in (names.LANE_ISSUANCE, names.LANE_REVIEW, names.LANE_MAIL):
            while (name := self.storage.hints.take(lane)) is not None:
                if not await self.survives(partial(look_at, name, self.worker)):
                    back.append((lane, name))
        for lane, name in back:
            self._tries[lane, name] = self._tries.get((lane, name), 0) + 1
            if self._tries[lane, name] < _TRIES:
                self.storage.hints.lanes[lane].append(name)
            else:
                del self._tries[lane, name]
                await self.survives(partial(park_poison, lane, name, self.worker))

    async def survives(self, work: Callable[[], Awaitable[object]]) -> bool:
        """Do the worker's work: a crash is followed by a new process that knows nothing; False if it must be done again."""
        done = True
        try:
            await work()
        except* CrashError:
            done = not self.messages_come_back
        except* (PortError, EndlessLookError):
            done = False
        return done

    async def tick(self) -> None:
        """The timer, and whatever the queues hold."""
        await self.survives(lambda: wake_due(self.worker))
        await self.run()

    async def move(self, to: datetime | timedelta) -> None:
        """Let time pass; the timer runs whenever something has become due on the way, and at the end."""
        end = self.clock.now() + to if isinstance(to, timedelta) else to
        await self.tick()
        while (coming := self._next_minute()) is not None and coming < end:
            self.clock.move_to(coming)
            await self.tick()
        self.clock.move_to(end)
        await self.tick()

    async def until(self, reached: Callable[[], bool], within: timedelta = timedelta(days=14)) -> None:
        """Let time pass until something is so; fail if it never is."""
        end = self.clock.now() + within
        await self.tick()
        while not reached():
            coming = self._next_minute()
            assert coming is not None, "nothing will ever happen"
            assert coming <= end, "it did not happen in time"
            self.clock.move_to(coming)
            await self.tick()

    def needless_wakes(self) -> list[Wake]:
        """Due rows that wait for nothing: what is left when all is over is to erase what is known, in its time."""
        now = self.clock.now()
        return [
            each for each in self.storage.due_rows.rows.values() if each.at <= now or not self._keeps(each)
        ]

    def _keeps(self, wake: Wake) -> bool:
        found = self.storage.applications.peek(wake.application)
        return found is not None and next_erasure(found.application, self.rules) is not None

    def _next_minute(self) -> datetime | None:
        """When the timer will next find something: at the next due row, or in a minute while the inbox holds anything."""
        now = self.clock.now()
        times = [each.at for each in self.storage.due_rows.rows.values()]
        if len(self.storage.inbox) or any(self.storage.hints.lanes.values()):
            times.append(now)
        return max(min(times), now + timedelta(minutes=1)) if times else None

    # --- the people -----------------------------------------------------------------------------------

    async def person[T](self, act: Callable[[], Awaitable[T]]) -> T:
        """Somebody presses a button; an error page makes them press it again."""
        for _ in range(3):
            try:
                return await act()
            except (CrashError, UnavailableError, UnknownOutcomeError):
                continue
        return await act()

    def submission(self, **differs: object) -> submit_application.Submission:
        """What the student sends; ``differs`` names fields."""
        ordinary: dict[str, object] = {
            "subject": self.student,
            "reason": Reason.LOST,
            "details": "",
            "language": Language.JA,
            "contact_email": "",
            "photo": b"photo of the card",
            "nonce": "form-1",
            "keep_doubts": False,
        }
        return submit_application.Submission(**(ordinary | differs))  # type: ignore[arg-type]  # all fields named

    async def apply(self, **differs: object) -> str:
        """The student applies; the id of the application."""
        sent = self.submission(**differs)
        accepted = await self.person(lambda: submit_application.submit_application(sent, self.web))
        assert isinstance(accepted, submit_application.Accepted)
        return accepted.id

    async def decide(
        self,
        kind: DecisionKind = DecisionKind.APPROVE,
        by: str = "rei",
        *,
        claims: LinkClaims | None = None,
        reason: ReasonCode | None = None,
        confirm_contact: bool = False,
    ) -> Application:
        """A reviewer follows the newest link and decides."""
        form = review_case.DecisionForm(kind, reason, "message", confirm_contact)
        link = claims or self.link(Purpose.REVIEW, people.REVIEWERS[0])
        staff = self.staff[by]
        return await self.person(
            lambda: review_case.decide(link, staff.identity, staff.token, form, self.web)
        )

    def collector(self, session: str = "session-1", to: str = people.OUTSIDE) -> collect_pass.Collector:
        """The student with the newest pickup link."""
        return collect_pass.Collector(self.student, session, self.link(Purpose.PICKUP, to).round)

    async def ask_for_pass(self, application: str, session: str = "session-1") -> None:
        """The student presses the button on the pickup page."""
        collector = self.collector(session)
        await self.person(
            lambda: collect_pass.ask_for_pass(application, collector, f"key of {session}", self.web)
        )

    async def collect(self, application: str, session: str = "session-1") -> str | None:
        """What the page decrypts; None while the pass is being made."""
        got = await self.person(
            lambda: collect_pass.collect_pass(application, self.collector(session), self.web)
        )
        return (
            None
            if isinstance(got, collect_pass.Pending)
            else got.sealed.removeprefix(f"sealed for key of {session}: ")
        )

    async def show(self, application: str, session: str = "session-1") -> None:
        """The page says that it shows the pass."""
        await self.person(lambda: collect_pass.confirm_shown(application, self.collector(session), self.web))

    async def pickup(self, application: str, session: str = "session-1") -> str:
        """Ask, wait for the worker, collect, show: the pass."""
        await self.ask_for_pass(application, session)
        await self.run()
        code = await self.collect(application, session)
        assert code is not None
        await self.show(application, session)
        return code

    def register(self, method: Method = people.NEW_METHOD) -> None:
        """The student signs in with the pass and registers a new method."""
        account = self.graph.account(self.student)
        if account.current_pass is not None:
            account.current_pass.used = True
        account.methods.append(method)

    # --- what is seen ---------------------------------------------------------------------------------

    def snapshot(self, application: str) -> Snapshot:
        """A case with its rows."""
        found = self.storage.applications.peek(application)
        assert found is not None
        return found

    def case(self, application: str) -> Application:
        """A case."""
        return self.snapshot(application).application

    def events(self, application: str) -> list[str]:
        """What happened, in order."""
        return [each.kind.value for each in self.snapshot(application).events]

    def owed(self, application: str) -> list[OwedMail]:
        """Mails that are still to be sent."""
        return [each for each in self.snapshot(application).mails if each.state is MailState.OWED]

    def subjects(self, address: str) -> list[str]:
        """Kinds of the mails that somebody got (of a digest: of each of its lines), oldest first."""
        lines: list[str] = []
        for each in self.mailer.to(address):
            lines += each.text.splitlines() if each.subject.startswith("digest") else [each.subject]
        return [line.split()[0] for line in lines]

    def link(self, purpose: Purpose, to: str) -> LinkClaims:
        """The newest link of a purpose that an address got."""
        wanted = "not_me=" if purpose is Purpose.NOT_ME else "action="
        for mail in reversed(self.mailer.to(to)):
            for word in reversed(mail.text.split()):
                token = word.removeprefix(wanted)
                if word.startswith(wanted) and token.startswith(f"{purpose.value}~"):
                    return self.links.read(purpose, token)
        raise AssertionError(f"{to} got no {purpose.value} link")

    @property
    def live_pass(self) -> str:
        """Id of the student's pass in Graph, empty if there is none."""
        made = self.graph.account(self.student).current_pass
        return made.id if made else ""
