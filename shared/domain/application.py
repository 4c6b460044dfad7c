"""The application: what is known of one case. Its verbs live beside it (``reviewing``, ``issuing``, ``closing``).

Every verb takes an application and returns a :class:`Change`: the application after it, the events that happened, the
mails that are now owed and the requests that are thereby answered. The four are saved in one transaction or not at all.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.accounts import AccountFacts, Address, GuardResult, Method
from shared.domain.audit import actor_of, linked
from shared.domain.case_parts import Approval, Attempt, Decided, FlagFact, IssuedPass, Proof, PutOff
from shared.domain.errors import IllegalMoveError
from shared.domain.events import Event, EventKind, Party
from shared.domain.kinds import (
    Attention,
    CardBar,
    Channel,
    Closing,
    CounterBar,
    Flag,
    Language,
    Reason,
)
from shared.domain.mails import OwedMail
from shared.domain.photo import StoredPhoto
from shared.domain.requests import Answer, Outcome, Request
from shared.domain.retention import Erasure
from shared.domain.states import MOVES, TERMINAL, UNDONE, State, check_move


@dataclass(frozen=True, slots=True)
class Application:
    """One case. ``subject`` (object id) is the identity; names and addresses are personal data and stay in this row.

    Attributes that are not plain:
        discarded: Names of photos that are no longer wanted and not yet erased.
        round: Review round; a link, a decision and a pickup key are bound to it.
        promised_by: What the person was told about the next step (UTC).
        account: What a form's responder or a clerk named: the worker finds the ``subject`` for it.
        proof: The token that came with it, for every channel but the website.
        source: Digest of what a form sent, so that the same response with other content is noticed.
        clerk: Object id of the clerk at the counter; ``clerk_name`` for colleagues.
        counter_bar: Why the clerk cannot go on.
        checks: What the clerk ticked.
        slips: Number of the last printed slip; it is valid until ``slip_until`` (UTC).
        card_bar: Why the card gives no pass.
        linked_at: When account and card were linked (UTC); ``card`` is that card's keyed hash: this link decided, no other.
        vouched: A verified confirmation at the counter, or a verified card, said that the person was there.
        disowned: The owner said "this was not me", whatever came of it.
        contest_kept: The account's lock knows of it, so that no number of later applications makes anybody forget.
        blocks: Of a case at the office: what blocked the account when it was looked at first after the confirmation
            (``blocks_seen``: it was); ``to_lift`` is what is still to be taken off its lock, ``lifters`` are the marks of the
            operator who said so.
        sessions_to_end: Sessions are to be ended although the case is over; ``sessions_since``: since when (UTC).
        due_at: When the clock moves the present state (UTC): opening, overdue, expiry, end of the delay.
        pickup_until: Until when the pass may be collected (UTC).
        attempts: Number of the last claim; one is passed over when an operator lets the case run again, because the
            request that led there has used its number up. ``passes`` counts the claims that made a pass.
        troubles: Reports that the pass does not work; every second one goes to the operator.
        remembered: The methods registered at the first claim; what is not among them later is new.
        put_off: Why no pass is made at present, and until when.
        check_at: When the registration is looked for next (UTC).
        removals: Old methods that are still to be removed; ``removed`` names the kinds that were, ``kept`` counts the
            ones that Graph would not remove.
        events: How many events there are; ``chain`` is the hash of the last one, ``chained_at`` when it was added (UTC).
        head: Number of the last event whose hash is known to be kept in the container of heads.
        audit_differed: Another hash was kept for one of its events; the operators were told.
        salt: Makes the marks by which the trail names the person; erased with them.
        erased: What retention has erased of this case; ``erase_again_at`` is when that is done once more for what came
            later (UTC), ``erase_held_until`` until when the person is still known because a block needs it (UTC).
        trace: By which telemetry ties everything to the first request; means nothing here, decides nothing.
    """

    id: str
    reference: str
    channel: Channel
    subject: str
    language: Language
    reason: Reason
    state: State
    received_at: datetime
    entered_at: datetime
    details: str = ""
    contact_email: str = ""
    photo: StoredPhoto | None = None
    discarded: tuple[str, ...] = ()
    upn: str = ""
    display_name: str = ""
    affiliation: str = ""
    employee_id: str = ""
    addresses: tuple[Address, ...] = ()
    guards: tuple[GuardResult, ...] = ()
    flags: tuple[Flag, ...] = ()
    flag_facts: tuple[FlagFact, ...] = ()
    methods_seen: tuple[Method, ...] = ()
    round: int = 1
    needs: int = 1
    approvals: tuple[Approval, ...] = ()
    operators: tuple[str, ...] = ()
    decided: Decided | None = None
    contact_confirmed: bool = False
    account: str = ""
    proof: Proof | None = None
    source: str = ""
    clerk: str = ""
    clerk_name: str = ""
    counter_bar: CounterBar | None = None
    checks: tuple[str, ...] = ()
    slips: int = 0
    slip_until: datetime | None = None
    card_bar: CardBar | None = None
    linked_at: datetime | None = None
    card: str = ""
    vouched: bool = False
    disowned: bool = False
    contest_kept: bool = False
    blocks: tuple[str, ...] = ()
    blocks_seen: bool = False
    to_lift: tuple[str, ...] = ()
    lifters: tuple[str, ...] = ()
    sessions_to_end: bool = False
    sessions_since: datetime | None = None
    overdue: int = 0
    promised_by: datetime | None = None
    due_at: datetime | None = None
    pickup_until: datetime | None = None
    attempts: int = 0
    passes: int = 0
    attempt: Attempt | None = None
    remembered: tuple[Method, ...] | None = None
    current_pass: IssuedPass | None = None
    put_off: PutOff | None = None
    check_at: datetime | None = None
    troubles: int = 0
    stop_as: Closing | None = None
    duplicate_of: str = ""
    attention: Attention | None = None
    attention_from: State | None = None
    interventions: int = 0
    removals: tuple[Method, ...] = ()
    removed: tuple[str, ...] = ()
    kept: int = 0
    completed_at: datetime | None = None
    events: int = 0
    chain: str = ""
    chained_at: datetime | None = None
    head: int = 0
    audit_differed: bool = False
    salt: str = ""
    erased: tuple[Erasure, ...] = ()
    erase_again_at: datetime | None = None
    erase_held_until: datetime | None = None
    trace: str = ""

    @property
    def terminal(self) -> bool:
        """Whether nobody moves it any more (a completed one may still be contested)."""
        return self.state in TERMINAL

    @property
    def open(self) -> bool:
        """Whether it holds the account's lock: attention after completion does not, nor an unconfirmed counter case."""
        contested = self.state in {State.ATTENTION, State.STOPPING} and self.completed_at is not None
        return not self.terminal and not contested and not (self.at_counter and self.unconfirmed)

    @property
    def unconfirmed(self) -> bool:
        """Whether it is a mere look-up at the counter: it has no lock and touched nobody's account.

        One that ever claimed an attempt is none, whatever became of its confirmation: its pass may still be live.
        """
        return self.channel is Channel.OFFICE and not self.vouched and self.attempt is None

    @property
    def at_counter(self) -> bool:
        """Whether a clerk still compares the person with the directory, or does so once more."""
        compares = self.state in {State.SUBMITTED, State.IN_REVIEW}
        return self.channel is Channel.OFFICE and not self.vouched and compares

    @property
    def awaits_prechecks(self) -> bool:
        """Whether a clerk has confirmed, and lock and guards are still to be asked."""
        return self.vouched and self.state is State.IN_REVIEW and not self.guards

    @property
    def contact_on_file(self) -> bool:
        """Whether the typed address is one the university already trusts."""
        return any(each.value.casefold() == self.contact_email.casefold() for each in self.addresses)

    def may_move(self, target: State) -> bool:
        """Whether ``target`` follows the present state in the table of moves."""
        return target in MOVES[self.state]


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit saves: all of it or nothing."""

    application: Application
    events: tuple[Event, ...] = ()
    mails: tuple[OwedMail, ...] = ()
    answers: tuple[Answer, ...] = field(default_factory=tuple)

    def also(self, other: "Change") -> "Change":
        """This change followed by ``other``, which must start from this one's application."""
        return Change(
            application=other.application,
            events=self.events + other.events,
            mails=self.mails + other.mails,
            answers=self.answers + other.answers,
        )

    def owing(self, *mails: OwedMail) -> "Change":
        """The same change with more mails owed; one mail is never owed twice."""
        seen = {each.key for each in self.mails}
        fresh = tuple({each.key: each for each in mails if each.key not in seen}.values())
        return replace(self, mails=self.mails + fresh)

    def answering(self, request: Request, at: datetime, outcome: Outcome = Outcome.DONE) -> "Change":
        """The same change, which also answers ``request``."""
        return replace(self, answers=(*self.answers, Answer(request, outcome, at)))


def note(
    application: Application,
    kind: EventKind,
    at: datetime,
    *,
    party: Party = Party.SYSTEM,
    actor: str = "",
    **detail: str,
) -> Change:
    """Something happened that leaves the state as it is: one more link of the audit chain, never to be altered afterwards."""
    number = application.events + 1
    by = actor_of(actor, party, subject=application.subject, salt=application.salt)
    said = Event(kind, at, party, application.state, by, detail)
    event = linked(application.id, said, number=number, previous=application.chain)
    return Change(replace(application, events=number, chain=event.hash, chained_at=at), (event,))


def move(
    application: Application,
    target: State,
    kind: EventKind,
    at: datetime,
    *,
    party: Party = Party.SYSTEM,
    actor: str = "",
    **detail: str,
) -> Change:
    """Go to another state with the one audit event that says so.

    Raises:
        IllegalMoveError: the table of moves does not have it, or it ends a case whose pass may be live without ``stopping``.
    """
    check_move(application.state, target)
    if target in UNDONE and application.attempt is not None and application.state is not State.STOPPING:
        raise IllegalMoveError(application.state.value, target.value)
    moved = replace(application, state=target, entered_at=at)
    return note(moved, kind, at, party=party, actor=actor, **detail)


def with_facts(application: Application, facts: AccountFacts) -> Application:
    """The application with what the directory says of its account."""
    return replace(
        application,
        upn=facts.upn,
        display_name=facts.display_name,
        affiliation=facts.affiliation,
        employee_id=facts.employee_id,
        addresses=facts.addresses,
    )
