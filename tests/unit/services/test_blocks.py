"""Once the owner said "this was not me": website, form and card give the account nothing until that was looked into."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.kinds import Closing, Flag, Guard, LiftReason
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import AccountLock, UnavailableError
from shared.services import answer_owner_notice, link_card, submit_application, verify_card, watch_blocks
from shared.services.ask import ask
from shared.services.refusals import Refusal, RefusedError
from tests.unit import cards, people
from tests.unit.counters import look_up, respond, vouched
from tests.unit.observed import Fault
from tests.unit.reaching import lift, not_me, operate, reach, send_past_the_door, withdraw
from tests.unit.university import WEDNESDAY_MORNING
from tests.unit.world import REAL, World

_MINUTE = timedelta(minutes=1)


async def _lock(world: World) -> AccountLock:
    lock = await world.storage.locks.read(world.student)
    assert lock is not None
    return lock


async def _blocked(state: State = State.CANCELLED) -> tuple[World, str]:
    """A world in which the owner said "not me" of a case in this state, and all is quiet since."""
    world, name = await reach(state)
    await not_me(world, name)
    await world.move(timedelta(minutes=5))
    assert (await _lock(world)).blocked_by == (name,)
    world.mailer.sent.clear()
    return world, name


async def _by_website(world: World) -> str:
    return await send_past_the_door(world, contact_email=people.TYPED)


async def _by_form(world: World) -> str:
    return await respond(world, contact_email=people.TYPED)


async def _by_card(world: World) -> str:
    await cards.has_link(world)
    return await cards.verify(world, 7)


_CLOSED_WAYS = [_by_website, _by_form, _by_card]


# --- what is blocked ----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", _CLOSED_WAYS)
async def test_a_blocked_account_gets_nothing_by_this_way_and_every_address_on_file_hears_of_it(
    way: Callable[[World], Awaitable[str]],
) -> None:
    world, _ = await _blocked()
    before = (await _lock(world)).application
    name = await way(world)
    await world.run()
    case = world.case(name)
    assert (case.state, case.stop_as) == (State.CANCELLED, Closing.BLOCKED)
    assert [(each.guard, each.passed) for each in case.guards] == [(Guard.NOT_BLOCKED, False)]
    assert world.graph.account(world.student).passes_made == []
    told = [world.subjects(each) for each in (people.OUTSIDE, people.OWN_MAILBOX, people.TYPED)]
    assert told == [["closed"], ["closed"], []]
    assert (await _lock(world)).application == before, "what ends at once does not hold the lock"
    assert await world.storage.open_cases.names() == []


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.COOLING_OFF, State.ISSUED, State.REJECTED])
async def test_not_me_blocks_the_account_whatever_becomes_of_the_case(state: State) -> None:
    world, name = await _blocked(state)
    lock = await _lock(world)
    assert (lock.contested, lock.blocked_by) == (True, (name,))
    assert lock.blocked_at is not None
    assert await world.storage.locks.blocked() == [world.student]


async def test_after_completion_the_block_stands_although_the_case_is_stopped() -> None:
    world, name = await _blocked(State.COMPLETED)
    await operate(world, name, "stop")
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.CANCELLED
    assert (await _lock(world)).blocked


async def test_a_case_that_is_open_beside_ends_with_the_block() -> None:
    """Only the row of the old case is there: a web process that was taken over would not ask for more."""
    world, old = await reach(State.CANCELLED)
    open_now = await world.apply(nonce="again")
    await world.run()
    await world.decide()
    await world.run()
    await world.pickup(open_now)
    await ask(old, RequestKind.NOT_ME, 0, world.web)
    await world.move(timedelta(minutes=5))
    assert world.case(open_now).stop_as is Closing.BLOCKED
    assert world.case(open_now).state is State.CANCELLED
    assert world.live_pass == ""


async def test_what_a_clerk_confirmed_in_person_is_not_ended_by_an_older_case() -> None:
    world, old = await reach(State.CANCELLED)
    at_counter = await vouched(world)
    await ask(old, RequestKind.NOT_ME, 0, world.web)
    await world.move(timedelta(minutes=5))
    assert (await _lock(world)).blocked_by == (old,)
    assert world.case(at_counter).state is State.APPROVED


async def test_a_block_that_comes_after_the_decision_is_seen_before_the_pass() -> None:
    world, name = await reach(State.APPROVED)
    await world.storage.locks.mark(replace(await _lock(world), contested=True, blocked_by=("of-another",)))
    await world.ask_for_pass(name)
    await world.run()
    assert (world.case(name).state, world.case(name).stop_as) == (State.CANCELLED, Closing.BLOCKED)
    assert world.graph.account(world.student).passes_made == []


async def test_a_no_that_is_not_written_down_yet_blocks_already() -> None:
    world, old = await reach(State.CANCELLED)
    world.seen.faults.append(Fault("locks", "mark", UnavailableError("slow"), times=1))
    await not_me(world, old)
    assert not (await _lock(world)).blocked
    name = await send_past_the_door(world)
    await world.run()
    assert world.case(name).stop_as is Closing.BLOCKED


async def test_a_case_that_was_parked_and_runs_again_meets_the_block() -> None:
    world = World(WEDNESDAY_MORNING)
    world.graph.account(world.student).facts = people.account("hanako", enabled=False)
    parked = await world.apply()
    await world.run()
    assert world.case(parked).state is State.ATTENTION
    await world.storage.locks.mark(replace(await _lock(world), contested=True, blocked_by=("of-another",)))
    world.graph.account(world.student).facts = people.STUDENT
    await operate(world, parked, "run again")
    assert world.case(parked).stop_as is Closing.BLOCKED


# --- the doors ----------------------------------------------------------------------------------------


async def test_the_website_says_so_before_anything_is_sent() -> None:
    world, _ = await _blocked()
    before = set(world.storage.photos.blobs)
    with pytest.raises(RefusedError) as form:
        await submit_application.application_in_the_way(world.student, world.web)
    with pytest.raises(RefusedError) as sent:
        await submit_application.submit_application(world.submission(nonce="again"), world.web)
    for refused in (form, sent):
        assert (refused.value.refusal, refused.value.link) == (Refusal.ACCOUNT_BLOCKED, "/ways/office")
    assert set(world.storage.photos.blobs) == before
    assert len(world.storage.inbox) == 0


async def test_nobody_else_learns_of_the_block() -> None:
    world, _ = await _blocked()
    other = await submit_application.submit_application(world.submission(subject="somebody-else"), world.web)
    assert isinstance(other, submit_application.Accepted)


def _holder(world: World, number: int) -> verify_card.CardHolder:
    name = cards.verification(number)
    proof = cards.token(world, name)
    return verify_card.CardHolder(name, cards.CARD, cards.NAME, proof, "session-1", counts=True)


async def test_the_card_s_page_says_so_and_issues_nothing() -> None:
    world, _ = await _blocked()
    await cards.has_link(world)
    holder = _holder(world, 7)
    assert (await verify_card.show_card(holder, world.web)).blocked
    with pytest.raises(RefusedError) as refused:
        await verify_card.issue(
            verify_card.Item.PASS, holder, "key of session-1", world.submission().language, world.web
        )
    assert refused.value.refusal is Refusal.ACCOUNT_BLOCKED
    assert len(world.storage.inbox) == 0


async def test_who_collects_by_card_is_told_why_there_is_nothing() -> None:
    world, _ = await _blocked()
    name = await _by_card(world)
    await world.run()
    with pytest.raises(RefusedError) as refused:
        await verify_card.collect(replace(_holder(world, 7), application=name), world.web)
    assert refused.value.refusal is Refusal.ACCOUNT_BLOCKED


async def test_a_blocked_account_is_linked_with_no_card() -> None:
    world, _ = await _blocked()
    linker = link_card.Linker(world.student, "hanako@u.example", "Hanako", "token")
    with pytest.raises(RefusedError) as refused:
        await link_card.link(linker, _holder(world, 7), world.submission().language, world.web)
    assert refused.value.refusal is Refusal.ACCOUNT_BLOCKED
    await cards.ask_to_link(world, 8)
    await world.run()
    assert world.storage.card_links.rows() == {}
    assert len(world.storage.inbox) == 0


# --- an operator lifts it -----------------------------------------------------------------------------


async def test_an_operator_lifts_it_and_the_owner_is_told_at_every_address() -> None:
    world, name = await _blocked()
    await lift(world, name)
    lock = await _lock(world)
    assert (lock.blocked_by, lock.blocked_at, lock.lifted) == ((), None, (name,))
    event = next(each for each in world.snapshot(name).events if each.kind.value == "block_lifted")
    assert (event.party.value, event.actor, event.detail) == ("operator", "ope", {"why": "owner_identified"})
    told = [world.subjects(each) for each in (people.OUTSIDE, people.OWN_MAILBOX)]
    assert told == [["block_lifted"], ["block_lifted"]]
    assert await world.storage.locks.blocked() == []
    again = await world.apply(nonce="again")
    await world.run()
    assert world.case(again).state is State.IN_REVIEW
    assert Flag.EARLIER_CONTEST in world.case(again).flags, "a reviewer still learns of it"


async def test_it_can_be_lifted_from_the_page_of_any_case_of_the_account() -> None:
    world, _ = await _blocked()
    ended = await send_past_the_door(world)
    await world.run()
    await lift(world, ended)
    assert not (await _lock(world)).blocked


@pytest.mark.parametrize("who", ["forged", "reviewer", "the owner", "the owner's other account", "old role"])
async def test_nobody_else_lifts_it(who: str) -> None:
    world, name = await _blocked()
    staff = world.staff["rei" if who in {"reviewer", "old role"} else "ope"]
    token = "forged" if who == "forged" else staff.token
    if who == "the owner":
        token = world.tokens.make(world.student, "Hanako", "Operator", at=REAL)
    if who == "the owner's other account":
        account = world.graph.account(world.student)
        account.facts = people.account("hanako", employee_id="employee-ope")
    body = {"reason_code": "other", "seen": name}
    slot = world.case(name).interventions
    await ask(name, RequestKind.LIFT_BLOCK, slot, world.web, body=body, evidence=token)
    await world.run()
    assert (await _lock(world)).blocked
    assert "block_lifted" not in world.events(name)
    await world.move(_MINUTE)
    assert len(world.storage.inbox) == 0
    assert world.case(name).interventions == slot + 1, "the next press is a new one"


async def test_the_console_refuses_one_s_own_and_what_is_not_blocked() -> None:
    world, name = await _blocked()
    reason = LiftReason.OTHER
    own = replace(world.staff["ope"].identity, oid=world.student)
    with pytest.raises(RefusedError) as refused:
        await watch_blocks.lift_block(name, reason, own, "token", world.web, seen=(name,))
    assert refused.value.refusal is Refusal.OWN_CASE
    await lift(world, name)
    with pytest.raises(RefusedError) as late:
        await watch_blocks.lift_block(
            name, reason, world.staff["ope"].identity, "token", world.web, seen=(name,)
        )
    assert late.value.refusal is Refusal.TOO_LATE


async def test_who_lifted_a_block_decides_nothing_about_that_account() -> None:
    world, name = await _blocked()
    await lift(world, name, by="both")
    again = await world.apply(nonce="again")
    await world.run()
    with pytest.raises(RefusedError) as refused:
        await world.decide(by="both")
    assert refused.value.refusal is Refusal.FORBIDDEN
    await world.decide(by="rei")
    await world.run()
    assert [each.oid for each in world.case(again).approvals] == ["rei"]


async def test_a_later_no_blocks_again_and_a_lifted_one_never_does() -> None:
    world, name = await _blocked()
    await lift(world, name)
    await answer_owner_notice.answer_not_mine(_link(world, name), world.web)
    await world.move(timedelta(minutes=2))
    assert not (await _lock(world)).blocked, "the same no counts once"
    again = await world.apply(nonce="again")
    await world.run()
    await not_me(world, again)
    await world.move(timedelta(minutes=5))
    assert (await _lock(world)).blocked_by == (again,)
    await lift(world, name)
    assert (await _lock(world)).lifted == (again, name)


def _link(world: World, name: str) -> LinkClaims:
    return LinkClaims(Purpose.NOT_ME, name, "owner", 1, world.clock.now() + timedelta(days=1))


async def test_two_presses_lift_once() -> None:
    world, name = await _blocked()
    staff = world.staff["ope"]
    reason = LiftReason.OTHER
    for _ in range(2):
        await watch_blocks.lift_block(name, reason, staff.identity, staff.token, world.web, seen=(name,))
    await world.run()
    assert world.events(name).count("block_lifted") == 1
    assert len(world.storage.inbox) == 0


# --- the office lifts it ------------------------------------------------------------------------------


async def _at_office(world: World, *, second: bool = True) -> str:
    name = await vouched(world)
    assert world.case(name).needs == 2
    if second:
        await world.decide()
        await world.run()
    else:
        await world.until(lambda: world.case(name).state is State.APPROVED)
    await world.pickup(name)
    world.register()
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.COMPLETED
    return name


async def test_the_office_with_a_second_person_and_a_registration_lifts_it() -> None:
    world, old = await _blocked()
    name = await vouched(world)
    await world.decide()
    await world.run()
    await world.pickup(name)
    assert (await _lock(world)).blocked, "a pass alone proves nothing"
    world.register()
    await world.move(timedelta(minutes=5))
    lock = await _lock(world)
    assert (lock.blocked_by, lock.lifted, lock.lifters) == ((), (old,), ())
    assert world.events(name).count("block_lifted") == 1
    assert world.subjects(people.OUTSIDE).count("block_lifted") == 1
    assert world.case(name).to_lift == ()


async def test_without_the_second_person_it_stays() -> None:
    world, _ = await _blocked()
    await _at_office(world, second=False)
    assert (await _lock(world)).blocked


async def test_an_office_case_of_which_the_owner_says_no_lifts_nothing() -> None:
    world, old = await _blocked()
    name = await vouched(world)
    await not_me(world, name)
    await world.move(timedelta(minutes=5))
    assert (await _lock(world)).blocked_by == (old, name)
    assert world.case(name).state is State.CANCELLED


async def test_a_no_that_comes_while_the_person_is_at_the_counter_is_not_lifted_with_the_older_one() -> None:
    world, old = await _blocked()
    name = await vouched(world)
    await world.storage.locks.mark(replace(await _lock(world), blocked_by=(old, "newer")))
    await world.decide()
    await world.run()
    await world.pickup(name)
    world.register()
    await world.move(timedelta(minutes=5))
    assert (await _lock(world)).blocked_by == ("newer",)


async def test_a_look_up_at_the_counter_does_not_meet_the_block() -> None:
    world, _ = await _blocked()
    name = await look_up(world)
    await world.run()
    assert world.case(name).state is State.IN_REVIEW


# --- every combination has a way out ------------------------------------------------------------------


async def _after_completion(world: World) -> str:
    _, name = await reach(State.COMPLETED, world)
    return name


async def _withdrawn(world: World) -> str:
    _, name = await reach(State.IN_REVIEW, world)
    await withdraw(world, name)
    return name


async def _of_a_form(world: World) -> str:
    name = await respond(world)
    await world.run()
    return name


async def _of_a_card(world: World) -> str:
    await cards.has_link(world)
    name = await cards.verify(world)
    await world.run()
    await cards.obtain(world, name)
    return name


async def _of_the_office(world: World) -> str:
    return await vouched(world)


@pytest.mark.parametrize(
    "case",
    [_after_completion, _withdrawn, _of_a_form, _of_a_card, _of_the_office],
    ids=lambda each: each.__name__,
)
@pytest.mark.parametrize("then", ["once", "twice", "then mine", "lifted first"])
async def test_every_no_blocks_and_can_be_lifted(case: Callable[[World], Awaitable[str]], then: str) -> None:
    world = World(WEDNESDAY_MORNING)
    name = await case(world)
    await not_me(world, name)
    if then == "twice":
        await not_me(world, name)
    if then == "then mine":
        await answer_owner_notice.answer_mine(_link(world, name), world.web)
    await world.move(timedelta(minutes=5))
    assert (await _lock(world)).blocked_by == (name,)
    if then == "lifted first":
        await lift(world, name)
    if world.case(name).state is State.ATTENTION:
        await operate(world, name, "stop")
        await world.move(timedelta(minutes=5))
    if then != "lifted first":
        await lift(world, name)
    assert not (await _lock(world)).blocked
    assert world.case(name).state is State.CANCELLED
    assert world.live_pass == ""
    again = await world.apply(nonce="again")
    await world.run()
    assert world.case(again).state is State.IN_REVIEW
    await world.move(timedelta(days=1))
    assert len(world.storage.inbox) == 0
