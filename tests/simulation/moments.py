"""The invariants that hold at every moment: each is asked when somebody saves, sends, makes a pass or removes a method.

They read the world's own book, never the words of the code under test, and compute hours, approvals and addresses anew.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from shared.domain.accounts import AccountFacts, Method
from shared.domain.application import Application, Approval, Change
from shared.domain.card import LinkDeed
from shared.domain.events import EventKind
from shared.domain.kinds import Channel, Flag, Reason, Role
from shared.domain.mails import MailKind, MailState
from shared.domain.requests import Outcome, RequestKind
from shared.domain.states import State
from shared.ports import NewPass, Snapshot
from tests.simulation.book import Made
from tests.simulation.graph import tokyo_time
from tests.simulation.processes import PROCESS, Process
from tests.unit.university import HOLIDAY

if TYPE_CHECKING:
    from tests.simulation.world import World

MINTING: ContextVar[Application | None] = ContextVar("minting", default=None)
"""The case whose claimed attempt this task is making a pass for."""

_ACTIVE: Final = frozenset(
    {State.HELD, State.RETURNED, State.COOLING_OFF, State.APPROVED, State.ISSUING, State.ISSUED}
)
_IN_PERSON: Final = frozenset({Channel.OFFICE, Channel.IDENTITY_VERIFICATION})
_SETTLED: Final = 1500.0
"""Seconds after which a pass is on record or gone: the deadline of a claim, a look at it, the function timeout twice."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


# --- at every save ------------------------------------------------------------------------------------


def every_change_has_its_event(
    world: "World", before: Snapshot | None, after: Snapshot, change: Change
) -> str:
    """Every change of the state has its audit event, and the trail has no gap."""
    case = after.application
    if len(after.events) != case.events:
        return f"{case.events} events counted, {len(after.events)} written"
    moved = before is None or before.application.state is not case.state
    if moved and (not change.events or change.events[-1].state is not case.state):
        return f"no event says {case.state}"
    if moved and before is not None and len([each for each in change.events if each.state is case.state]) < 1:
        return f"no event of the move to {case.state}"
    return ""


def one_open_application(world: "World", before: Snapshot | None, after: Snapshot, change: Change) -> str:
    """An account has one open application that has got past the prechecks."""
    case = after.application
    mine = world.active[case.subject]
    mine.discard(case.id)
    reviewed = case.state is State.IN_REVIEW and not case.at_counter and not case.awaits_prechecks
    if case.subject and (case.state in _ACTIVE or reviewed):
        mine.add(case.id)
    return f"{len(mine)} open applications of {case.subject}" if len(mine) > 1 else ""


def nothing_before_opening(world: "World", before: Snapshot | None, after: Snapshot, change: Change) -> str:
    """What arrived outside business hours is not released to the reviewers before the next opening."""
    case = after.application
    if case.channel in _IN_PERSON or all(each.kind is not EventKind.REVIEW_OPENED for each in change.events):
        return ""
    arrived = case.received_at
    for answer in world.storage.applications.answers(case.id).values():
        if answer.request.kind is RequestKind.PHOTO and answer.request.slot == case.round - 1:
            arrived = answer.request.received_at
    early = timedelta(seconds=world.tolerance)
    opening = _opening_after(arrived, world)
    if _open(arrived, world) or world.now() + early >= opening:
        return ""
    return f"{case.id[:6]} was released at {world.now()}, {opening - world.now()} before the opening"


def no_recorded_pass_after_the_end(
    world: "World", before: Snapshot | None, after: Snapshot, change: Change
) -> str:
    """When a case has been cancelled, rejected or has expired, no pass that it recorded is alive."""
    case = after.application
    if case.current_pass is not None:
        world.recorded[case.current_pass.id] = case.id
    if not case.terminal or case.state is State.COMPLETED:
        return ""
    live = world.graph.live(case.subject)
    if live is None or world.recorded.get(live.id) != case.id:
        return ""
    return f"{case.id[:6]} is {case.state}, and its pass is alive"


def somebody_will_come(world: "World", snapshot: Snapshot) -> str:
    """What is left to do has a due row that brings somebody to it in time; a parked case was told of, and waits for a human."""
    case = snapshot.application
    rows = world.storage.due_rows.rows.values()
    first = min((each.at for each in rows if each.application == case.id), default=_NEVER)
    now = world.now() + timedelta(seconds=world.tolerance)
    soon, busy = now + timedelta(minutes=1), now + timedelta(minutes=11)
    owed = any(each.state is MailState.OWED for each in snapshot.mails)
    working = case.state in {State.STOPPING, State.SUBMITTED} or (case.removals and case.state is State.COMPLETED)
    if (owed or working or case.discarded or case.sessions_to_end) and first > busy:
        return f"{case.id[:6]}, {case.state.value}: work in progress, and nobody comes before {first}"
    if not case.terminal and case.state is not State.ATTENTION and first is _NEVER:
        return f"{case.id[:6]}, {case.state.value}: nobody comes"
    due = case.due_at
    if due is not None and case.state is State.COOLING_OFF:
        notices = [each for each in snapshot.mails if each.kind is MailKind.OWNER_NOTICE and each.on_file]
        told = min((each.done_at for each in notices if each.state is MailState.SENT and each.done_at), default=due)
        due = max(due, told + world.rules.cooling_off)
    photo = case.photo
    erase_at = photo.erase_at if photo is not None and photo.erased_at is None else None
    for at in (due, case.check_at, erase_at):
        if at is not None and first > max(at + timedelta(seconds=2), soon):
            return f"{case.id[:6]}, {case.state.value}: somebody comes at {first}, and not at {at}"
    return ""


# --- when a pass is made ------------------------------------------------------------------------------


def one_pass_an_attempt(world: "World", case: Application, made: Made) -> str:
    """A claimed attempt makes one pass at most, whoever died on the way."""
    same = [
        each
        for each in world.book.made.values()
        if (each.application, each.attempt) == (made.application, made.attempt)
    ]
    return f"attempt {made.attempt} of {case.id[:6]} made {len(same)} passes" if len(same) > 1 else ""


def a_valid_decision(world: "World", case: Application, made: Made) -> str:
    """No pass without a decision that is valid by the rules of its channel, made by people who really made it."""
    match case.channel:
        case Channel.IDENTITY_VERIFICATION:
            return _by_card(world, case, made)
        case Channel.OFFICE:
            return _by_clerk(world, case)
        case _:
            return _by_reviewers(world, case, world.rules.second_approver_for)


def the_owner_was_told(world: "World", case: Application, made: Made) -> str:
    """No pass without an owner notice that the mail service took for an address on file (or the person was there)."""
    if case.channel in _IN_PERSON:
        return ""
    return "" if _notice_at(world, case) is not None else f"{case.id[:6]} makes a pass, and its owner knows nothing"


def the_guards_passed(world: "World", case: Application, made: Made) -> str:
    """No pass for an account that no pass may be made for: at some time since it was asked for, every guard passed."""
    since = _asked_at(world, case, made.attempt)
    if all(frozen for frozen in _since(world.book.frozen, since)):
        return "a pass is made while the service is frozen"
    in_person = case.channel in _IN_PERSON
    if any(_may_have_a_pass(world, each, in_person=in_person) for each in _since(world.book.facts[case.subject], since)):
        return ""
    return f"a pass is made for {case.subject}, who may have none"


def a_pass_is_recorded_or_gone(world: "World", made: Made, maker: Process, *, in_time: bool) -> str:
    """A while after a pass was made its case has it on record, or it is gone.

    Not if something went wrong again meanwhile; nor if it was made after its claim had run out, by a process that then died.
    """
    live = world.graph.live(made.subject)
    if live is None or live.id != made.id or made.id in world.recorded:
        return ""
    if made.at < world.trouble.last_strike or (not in_time and maker.dead) or world.trouble.outage:
        return ""
    return f"a pass of {made.application[:6]} is alive, and on no record"


def a_foreign_pass_is_found(world: "World", application: str, foreign: str, made: float) -> str:
    """A pass that somebody else made while the recorded one was out is found and deleted, and the person is told to ask again."""
    found = world.storage.applications.peek(application)
    if found is None or found.application.state is not State.ISSUED:
        return ""
    live = world.graph.live(found.application.subject)
    if live is None or live.id != foreign:
        return ""
    if made < world.trouble.last_strike or world.trouble.outage:
        return ""
    return f"a pass that somebody else made for {application[:6]} is still alive"


def _by_reviewers(world: "World", case: Application, risks: frozenset[Flag]) -> str:
    approvals = [each for each in case.approvals if _genuine(world, case, each, "approve", Role.REVIEWER)]
    people = {world.person_of(each.oid) for each in approvals}
    need = 2 if risks & set(case.flags) else 1
    if len(people) >= need or (people and _cooled(world, case)):
        return ""
    return f"{case.id[:6]} ({case.channel}) makes a pass with {len(people)} of {need} approvals"


def _by_clerk(world: "World", case: Application) -> str:
    clerk = _confirmed_by(world, case)
    if not clerk:
        return f"{case.id[:6]} makes a pass that no clerk confirmed"
    groups = world.graph.accounts[clerk].facts.groups
    scope = {each for group in groups for each in world.rules.office_scopes.get(group, frozenset())}
    facts = [each for _, each in world.book.facts[case.subject] if each is not None]
    if not any(each.affiliation in scope or "*" in scope or each.groups & scope for each in facts):
        return f"{case.id[:6]} makes a pass for an account that is not the clerk's"
    if not {Flag.EARLIER_CONTEST} & set(case.flags) and not world.rules.second_approver_for & set(case.flags):
        return ""
    others = {
        world.person_of(each.oid) for each in case.approvals if _genuine(world, case, each, "approve", Role.REVIEWER)
    }
    enough = others - {world.person_of(clerk)} or _cooled(world, case)
    return "" if enough else f"{case.id[:6]} makes a pass against a risk flag"


def _confirmed_by(world: "World", case: Application) -> str:
    """The clerk who really confirmed this case, with a valid token; empty if none did."""
    for answer in world.storage.applications.answers(case.id).values():
        asked = answer.request
        if asked.kind is not RequestKind.CONFIRM or answer.outcome is not Outcome.DONE or asked.stamped_at is None:
            continue
        oid = world.token_holder(asked.evidence)
        said = Approval(oid, "", "", asked.slot, asked.evidence, asked.stamped_at)
        if _genuine(world, case, said, "confirm", Role.OFFICE_CLERK):
            return oid
    return ""


def _by_card(world: "World", case: Application, made: Made) -> str:
    answer = world.storage.applications.answers(case.id).get(f"pickup:{made.attempt:04d}")
    token = world.card_tokens._made.get(answer.request.evidence) if answer is not None else None
    if answer is None or token is None or token[1] != answer.request.body.get("verification"):
        return f"{case.id[:6]} makes a pass without a card"
    if answer.request.stamped_at is None or answer.request.stamped_at > token[2] + timedelta(minutes=10):
        return f"{case.id[:6]} makes a pass by an old verification"
    card = token[0].card
    records = [each for each in world.storage.card_links.history.values() if each.card == card]
    linked = [each for each in records if each.subject == case.subject and each.deed is LinkDeed.LINKED]
    if not linked:
        return f"{case.id[:6]} makes a pass for an account that the card was never linked to"
    ripe = min(each.at for each in linked) + world.rules.link_cooling
    if world.now() + timedelta(seconds=world.tolerance) < ripe:
        return f"{case.id[:6]} makes a pass by a link that is too young"
    if _issued_by_card(world, case.subject) >= world.rules.card_passes_per_day:
        return f"{case.subject} gets more passes by card than a day has"
    return ""


def _issued_by_card(world: "World", subject: str) -> int:
    since = world.now() - timedelta(days=1) + timedelta(seconds=world.tolerance)
    count = 0
    for name in world.storage.applications.ids():
        each = world.storage.applications.peek(name)
        if each is None or each.application.channel is not Channel.IDENTITY_VERIFICATION:
            continue
        if each.application.subject == subject:
            count += sum(1 for one in each.events if one.kind is EventKind.PASS_ISSUED and one.at > since)
    return count


def _genuine(world: "World", case: Application, approval: Approval, what: str, role: Role) -> bool:
    """Whether this person really said so, with a valid token of the right role, and may decide this case."""
    identity, start, end = world.tokens._made.get(approval.evidence, (None, None, None))
    if identity is None or start is None or end is None or identity.oid != approval.oid:
        return False
    valid = role.value in identity.roles and start <= approval.stamped_at <= end
    clicked = (what, case.id, approval.round, approval.oid) in world.book.clicks
    person = world.person_of(approval.oid)
    trail = world.storage.applications.peek(case.id)
    operated = {
        world.person_of(each.actor)
        for each in (trail.events if trail else ())
        if each.kind is EventKind.RUN_AGAIN
    }
    return valid and clicked and person != world.person_of(case.subject) and person not in operated


def _cooled(world: "World", case: Application) -> bool:
    notice = _notice_at(world, case)
    return notice is not None and world.loop.seconds + world.tolerance >= notice + world.rules.cooling_off.total_seconds()


def _notice_at(world: "World", case: Application) -> float | None:
    """When the mail service first took an owner notice of this case for an address that was on file."""
    trusted = {
        address.value
        for _, facts in world.book.facts[case.subject]
        if facts is not None
        for address in facts.addresses
    }
    return min(
        (
            each.at
            for address in trusted
            for each in world.book.sendings.get((address, f"owner_notice {case.id}"), ())
        ),
        default=None,
    )


def _asked_at(world: "World", case: Application, attempt: int) -> float:
    found = world.book.requests.get((case.id, f"pickup:{attempt:04d}"))
    return found[0] if found is not None else world.loop.seconds


def _since[T](history: list[tuple[float, T]], since: float) -> list[T]:
    """All values something had from an instant on."""
    older = [value for at, value in history if at <= since]
    return [*older[-1:], *(value for at, value in history if at > since)]


def _may_have_a_pass(world: "World", facts: AccountFacts | None, *, in_person: bool) -> bool:
    if facts is None or not facts.enabled or not facts.member or not facts.in_pass_policy:
        return False
    powerful = facts.directory_roles or facts.eligible_roles or facts.groups & world.rules.protected
    return not powerful and (in_person or bool(facts.addresses))


# --- when a method is removed, a mail is sent -----------------------------------------------------------


def old_methods_stay_until_there_is_a_new_one(world: "World", subject: str, method: Method) -> str:
    """A method is removed only if a new one was registered since the first claim, or the person said that it was stolen."""
    for name in world.storage.applications.ids():
        found = world.storage.applications.peek(name)
        case = found.application if found else None
        if case is None or case.subject != subject or case.remembered is None:
            continue
        before = {each.identity for each in case.remembered}
        if method.identity not in before:
            continue
        if case.reason is Reason.STOLEN and case.attempts:
            return ""
        if any(each.kind.is_mfa and each.identity not in before for _, each in world.book.methods[subject]):
            return ""
    return f"{method.kind} {method.id} of {subject} was removed, and nothing is in its place"


def links_go_to_trusted_addresses(world: "World", to: str, case: Application | None) -> str:
    """A link to the pass goes to an address on file, or to one that somebody confirmed and that had its delay."""
    if case is None:
        return "a link for a case that does not exist"
    trusted = {
        address.value
        for _, facts in world.book.facts[case.subject]
        if facts is not None
        for address in facts.addresses
    }
    if to in trusted:
        return ""
    seen = any(did in {"confirm", "confirm contact"} and name == case.id for did, name, _, _ in world.book.clicks)
    in_person = any(did == "confirm" and name == case.id for did, name, _, _ in world.book.clicks)
    return "" if seen and (in_person or _cooled(world, case)) else f"{to} gets a link to the pass"


# --- business hours, by other means --------------------------------------------------------------------


def _open(at: datetime, world: "World") -> bool:
    local = tokyo_time(at)
    working = local.isoweekday() <= 5 and local.date() != HOLIDAY and local.date() not in world.closures
    return working and time(9) <= local.time() < time(17)


def _opening_after(at: datetime, world: "World") -> datetime:
    local = tokyo_time(at)
    day = local.replace(hour=9, minute=0, second=0, microsecond=0)
    while day <= local or not _open(day - timedelta(hours=9), world):
        day += timedelta(days=1)
    return (day - timedelta(hours=9)).replace(tzinfo=at.tzinfo)


class Moments:
    """Asks the invariants of every moment, and writes the book."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.at_save: list[Callable[["World", Snapshot | None, Snapshot, Change], str]] = [
            every_change_has_its_event,
            one_open_application,
            nothing_before_opening,
            no_recorded_pass_after_the_end,
        ]
        self.at_pass: list[Callable[["World", Application, Made], str]] = [
            one_pass_an_attempt,
            a_valid_decision,
            the_owner_was_told,
            the_guards_passed,
        ]

    def saved(self, before: Snapshot | None, after: Snapshot, change: Change) -> None:
        """A case was saved."""
        world = self._world
        case = after.application
        if before is None or before.application.state is not case.state:
            world.book.reached[f"{case.channel.value} {case.state.value}"] += 1
            world.trouble.say(f"           {case.id[:6]} {case.channel.value} is {case.state.value}")
            for looker in world.lookers:
                looker(case)
        for ask in self.at_save:
            self._hold(ask.__name__, ask(world, before, after, change))
        self._hold(somebody_will_come.__name__, somebody_will_come(world, after))
        world.book.note(change)

    def marked(self, after: Snapshot) -> None:
        """Mails of a case were marked."""
        self._hold(somebody_will_come.__name__, somebody_will_come(self._world, after))

    def erased(self, application: str) -> None:
        """A due row was erased."""
        found = self._world.storage.applications.peek(application)
        if found is not None:
            self._hold(somebody_will_come.__name__, somebody_will_come(self._world, found))

    def created(self, subject: str, made: NewPass) -> None:
        """Graph made a pass for this service."""
        world = self._world
        case = MINTING.get()
        if case is None or case.attempt is None:
            world.broken(one_pass_an_attempt.__name__, "a pass is made outside of an attempt")
            return
        written = Made(case.id, case.attempt.number, subject, made.id, made.code, world.loop.seconds)
        world.book.made[made.id] = written
        world.book.codes.append(made.code)
        world.trouble.say(f"           pass {made.id[:6]} is made for {case.id[:6]}")
        for ask in self.at_pass:
            self._hold(ask.__name__, ask(world, case, written))
        deadline = (case.attempt.deadline - world.now()).total_seconds()
        in_time = deadline > world.tolerance + world.weather.lag
        maker = PROCESS.get()
        world.loop.at(world.loop.seconds + _SETTLED, lambda: self._settled(written, maker, in_time=in_time))

    def _settled(self, made: Made, maker: Process, *, in_time: bool) -> None:
        self._hold(
            a_pass_is_recorded_or_gone.__name__,
            a_pass_is_recorded_or_gone(self._world, made, maker, in_time=in_time),
        )

    def foreign(self, subject: str) -> None:
        """An administrator made a pass by hand."""
        world = self._world
        mine = [world.storage.applications.peek(each) for each in world.active[subject]]
        case = next((each.application for each in mine if each and each.application.current_pass), None)
        live = world.graph.live(subject)
        if case is None or live is None or case.current_pass is None or case.state is not State.ISSUED:
            return
        age = (world.now() - case.current_pass.issued_at).total_seconds()
        at = world.loop.seconds + max(300.0, age) + 240.0 + world.tolerance + world.weather.lag
        made = world.loop.seconds
        world.loop.at(
            at,
            lambda: self._hold(
                a_foreign_pass_is_found.__name__, a_foreign_pass_is_found(world, case.id, live.id, made)
            ),
        )

    def removed(self, subject: str, method: Method) -> None:
        """A method was removed."""
        said = old_methods_stay_until_there_is_a_new_one(self._world, subject, method)
        self._hold(old_methods_stay_until_there_is_a_new_one.__name__, said)

    def link_sent(self, to: str, application: str) -> None:
        """A link to the pass was sent."""
        found = self._world.storage.applications.peek(application)
        said = links_go_to_trusted_addresses(self._world, to, found.application if found else None)
        self._hold(links_go_to_trusted_addresses.__name__, said)

    def _hold(self, name: str, said: str) -> None:
        if said:
            self._world.broken(name, said)
