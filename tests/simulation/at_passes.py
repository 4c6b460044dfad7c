"""The invariants that hold whenever a pass is made, a method is removed or a link is sent."""

from typing import TYPE_CHECKING, Final

from shared.domain.accounts import AccountFacts, Method
from shared.domain.application import Application
from shared.domain.kinds import Channel, Reason
from shared.domain.states import State
from tests.simulation.book import Made
from tests.simulation.decisions import cooled, notice_at
from tests.simulation.processes import Process

if TYPE_CHECKING:
    from tests.simulation.world import World

_IN_PERSON: Final = frozenset({Channel.OFFICE, Channel.IDENTITY_VERIFICATION})


# --- when a pass is made ------------------------------------------------------------------------------


def one_pass_an_attempt(world: "World", case: Application, made: Made) -> str:
    """A claimed attempt makes one pass at most, whoever died on the way."""
    same = [
        each
        for each in world.book.made.values()
        if (each.application, each.attempt) == (made.application, made.attempt)
    ]
    return f"attempt {made.attempt} of {case.id[:6]} made {len(same)} passes" if len(same) > 1 else ""


def the_owner_was_told(world: "World", case: Application, made: Made) -> str:
    """No pass without an owner notice that the mail service took for an address on file (or the person was there)."""
    if case.channel in _IN_PERSON:
        return ""
    return (
        ""
        if notice_at(world, case) is not None
        else f"{case.id[:6]} makes a pass, and its owner knows nothing"
    )


def the_guards_passed(world: "World", case: Application, made: Made) -> str:
    """No pass for an account that no pass may be made for: at some time since it was asked for, every guard passed."""
    start = asked_at(world, case, made.attempt)
    if all(frozen for frozen in since(world.book.frozen, start)):
        return "a pass is made while the service is frozen"
    in_person = case.channel in _IN_PERSON
    if any(
        _may_have_a_pass(world, each, in_person=in_person)
        for each in since(world.book.facts[case.subject], start)
    ):
        return ""
    return f"a pass is made for {case.subject}, who may have none"


def a_pass_is_recorded_or_gone(world: "World", made: Made, maker: Process, *, in_time: bool) -> str:
    """A while after a pass was made its case has it on record, or it is gone.

    Not if something went wrong again meanwhile; nor if it was made after its claim had run out, by a process that then died.
    """
    live = world.graph.live(made.subject)
    if live is None or live.id != made.id or made.id in world.recorded:
        return ""
    if not world.machines.somebody_since(made.at + 300.0):
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
    if (
        made < world.trouble.last_strike
        or world.trouble.outage
        or not world.machines.somebody_since(made + 60.0)
    ):
        return ""
    return f"a pass that somebody else made for {application[:6]} is still alive"


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
    seen = any(
        did in {"confirm", "confirm contact"} and name == case.id for did, name, _, _ in world.book.clicks
    )
    in_person = any(did == "confirm" and name == case.id for did, name, _, _ in world.book.clicks)
    return "" if seen and (in_person or cooled(world, case)) else f"{to} gets a link to the pass"


def asked_at(world: "World", case: Application, attempt: int) -> float:
    """When the row reached the inbox that asked for this attempt."""
    found = world.book.requests.get((case.id, f"pickup:{attempt:04d}"))
    return found[0] if found is not None else world.loop.seconds


def since[T](history: list[tuple[float, T]], start: float) -> list[T]:
    """All values something had from an instant on."""
    older = [value for at, value in history if at <= start]
    return [*older[-1:], *(value for at, value in history if at > start)]


def _may_have_a_pass(world: "World", facts: AccountFacts | None, *, in_person: bool) -> bool:
    if facts is None or not facts.enabled or not facts.member or not facts.in_pass_policy:
        return False
    powerful = facts.directory_roles or facts.eligible_roles or facts.groups & world.rules.protected
    return not powerful and (in_person or bool(facts.addresses))
