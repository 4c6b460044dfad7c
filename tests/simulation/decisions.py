"""Whether a pass rests on a decision that is valid by the rules of its channel: worked out anew from what people really did."""

from datetime import timedelta
from typing import TYPE_CHECKING

from shared.domain.application import Application
from shared.domain.card import LinkDeed
from shared.domain.case_parts import Approval
from shared.domain.events import EventKind
from shared.domain.kinds import Channel, Flag, Role
from shared.domain.requests import Outcome, RequestKind
from tests.simulation.book import Made

if TYPE_CHECKING:
    from tests.simulation.world import World


def a_valid_decision(world: "World", case: Application, made: Made) -> str:
    """No pass without a decision that is valid by the rules of its channel, made by people who really made it."""
    match case.channel:
        case Channel.IDENTITY_VERIFICATION:
            return _by_card(world, case, made)
        case Channel.OFFICE:
            return _by_clerk(world, case)
        case _:
            return _by_reviewers(world, case, world.rules.second_approver_for)


def _by_reviewers(world: "World", case: Application, risks: frozenset[Flag]) -> str:
    approvals = [each for each in case.approvals if _genuine(world, case, each, "approve", Role.REVIEWER)]
    people = {world.person_of(each.oid) for each in approvals}
    need = 2 if risks & set(case.flags) else 1
    if len(people) >= need or (people and cooled(world, case)):
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
    asking = world.rules.second_approver_for - {Flag.REPEATED_APPLICATIONS} | {Flag.EARLIER_CONTEST}
    if not asking & set(case.flags):
        return ""
    others = {
        world.person_of(each.oid)
        for each in case.approvals
        if _genuine(world, case, each, "approve", Role.REVIEWER)
    }
    enough = others - {world.person_of(clerk)} or cooled(world, case)
    return "" if enough else f"{case.id[:6]} makes a pass against a risk flag"


def _confirmed_by(world: "World", case: Application) -> str:
    """The clerk who really confirmed this case, with a valid token; empty if none did."""
    for answer in world.storage.applications.answers(case.id).values():
        asked = answer.request
        if (
            asked.kind is not RequestKind.CONFIRM
            or answer.outcome is not Outcome.DONE
            or asked.stamped_at is None
        ):
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
    if _issued_by_card(world, case, made) >= world.rules.card_passes_per_day:
        return f"{case.subject} gets more passes by card than a day has"
    return ""


def _issued_by_card(world: "World", case: Application, made: Made) -> int:
    """Passes by card of the last day, but for those of later attempts than this one (which then comes late)."""
    since = world.now() - timedelta(days=1) + timedelta(seconds=world.tolerance)
    count = 0
    for name in world.storage.applications.ids():
        each = world.storage.applications.peek(name)
        if each is None or each.application.channel is not Channel.IDENTITY_VERIFICATION:
            continue
        if each.application.subject != case.subject:
            continue
        for one in each.events:
            later = each.application.id == case.id and int(one.detail.get("attempt", 0)) > made.attempt
            count += one.kind is EventKind.PASS_ISSUED and one.at > since and not later
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


def cooled(world: "World", case: Application) -> bool:
    """Whether the security delay has passed since the case was told to wait, and since its owner was told."""
    notice = notice_at(world, case)
    if not _delayed(world, case):
        return False
    return (
        notice is not None
        and world.loop.seconds + world.tolerance >= notice + world.rules.cooling_off.total_seconds()
    )


def _delayed(world: "World", case: Application) -> bool:
    found = world.storage.applications.peek(case.id)
    over = world.now() + timedelta(seconds=world.tolerance) - world.rules.cooling_off
    began = [each.at for each in found.events if each.kind is EventKind.COOLING_OFF_STARTED] if found else []
    return any(each <= over for each in began)


def notice_at(world: "World", case: Application) -> float | None:
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
