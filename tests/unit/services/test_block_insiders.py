"""One insider, or one late press, does not open what the owner's "not me" closed."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from shared.domain.kinds import Attention, Closing, LiftReason
from shared.domain.links import LinkClaims, Purpose
from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.ports import UnavailableError
from shared.services import answer_owner_notice, watch_blocks
from shared.services.ask import ask
from shared.services.look_at import look_at
from shared.services.refusals import Refusal, RefusedError
from tests.unit import people
from tests.unit.counters import confirm, look_up, vouched
from tests.unit.observed import Fault
from tests.unit.reaching import blocks_of, lift, not_me, operate, reach, send_past_the_door
from tests.unit.university import WEDNESDAY_MORNING
from tests.unit.world import World

_MINUTE = timedelta(minutes=1)


async def _blocked(state: State = State.CANCELLED, world: World | None = None) -> tuple[World, str]:
    world, name = await reach(state, world)
    await not_me(world, name)
    await world.move(5 * _MINUTE)
    assert await blocks_of(world) == (name,)
    world.mailer.sent.clear()
    return world, name


async def _press(world: World, name: str, by: str, *seen: str) -> None:
    """A row past the door: whoever may not is refused by the worker too."""
    body = {"reason_code": "other", "seen": ",".join(seen or (name,))}
    slot = world.case(name).interventions
    evidence = world.staff[by].token
    await ask(name, RequestKind.LIFT_BLOCK, slot, world.web, body=body, evidence=evidence)
    await world.run()


# --- who lifted decides nothing afterwards, who decided lifts nothing ------------------------------------


async def test_who_lifted_a_block_confirms_nobody_at_the_counter() -> None:
    world, old = await _blocked()
    await lift(world, old, by="all")
    name = await vouched(world, by="all")
    case = world.case(name)
    assert (case.vouched, case.approvals) == (False, ())
    assert "decision_refused" in world.events(name)
    await world.move(timedelta(days=2))
    assert world.case(name).stop_as is Closing.NOT_CONFIRMED
    other = await vouched(world, nonce="2")
    assert [each.oid for each in world.case(other).approvals] == ["cleo"]


async def test_who_lifted_with_another_account_is_the_same_person_at_the_counter() -> None:
    world, old = await _blocked()
    world.graph.account("cleo").facts = replace(world.graph.account("cleo").facts, employee_id="employee-ope")
    await lift(world, old)
    name = await vouched(world)
    assert not world.case(name).vouched


async def test_the_word_of_a_clerk_who_lifts_between_confirmation_and_prechecks_does_not_stand() -> None:
    world, old = await _blocked()
    name = await look_up(world, by="all")
    await world.run()
    world.seen.faults.append(Fault("methods", "registered", UnavailableError("slow"), times=1))
    await confirm(world, name, by="all")
    await world.run()
    assert world.case(name).awaits_prechecks
    lock = await world.storage.locks.read(world.student)
    assert lock is not None
    await world.storage.locks.mark(replace(lock, blocked_by=(), lifted=(old,), lifters=("all",)))
    await world.move(_MINUTE * 5)
    case = world.case(name)
    assert (case.state, case.attention) == (State.ATTENTION, Attention.GUARD)
    await operate(world, name, "run again")
    assert not world.case(name).vouched
    assert world.graph.account(world.student).passes_made == []


async def test_a_reviewer_who_lifted_while_the_case_of_the_office_waited_does_not_decide_it() -> None:
    world, old = await _blocked()
    name = await vouched(world)
    await lift(world, old, by="both")
    await world.decide(by="both")
    await world.run()
    assert [each.oid for each in world.case(name).approvals] == ["cleo"]
    assert world.case(name).state is State.IN_REVIEW
    await world.decide()
    await world.run()
    assert [each.oid for each in world.case(name).approvals] == ["cleo", "rei"]


@pytest.mark.parametrize("past_the_door", [False, True])
async def test_who_approved_a_case_does_not_lift_its_block(*, past_the_door: bool) -> None:
    world, name = await reach(State.IN_REVIEW)
    await world.decide(by="both")
    await world.run()
    await not_me(world, name)
    await world.move(5 * _MINUTE)
    if past_the_door:
        await _press(world, name, "both")
    else:
        with pytest.raises(RefusedError) as refused:
            await lift(world, name, by="both")
        assert refused.value.refusal is Refusal.FORBIDDEN
    assert await blocks_of(world) == (name,)
    await lift(world, name)
    assert await blocks_of(world) == ()


async def test_a_clerk_does_not_lift_what_their_own_case_made_the_owner_say() -> None:
    world = World(WEDNESDAY_MORNING)
    name = await vouched(world, by="all")
    await not_me(world, name)
    await world.move(5 * _MINUTE)
    await _press(world, name, "all")
    assert await blocks_of(world) == (name,)


async def test_a_clerk_does_not_lift_from_an_older_case_s_page_what_stands_in_the_way_of_theirs() -> None:
    world, old = await _blocked()
    name = await vouched(world, by="all")
    assert world.case(name).vouched
    await _press(world, old, "all")
    assert await blocks_of(world) == (old,)


# --- only what was seen is lifted --------------------------------------------------------------------------


async def test_a_no_that_comes_after_the_button_was_pressed_is_not_lifted_with_it() -> None:
    world, old = await _blocked()
    ope = world.staff["ope"]
    press = partial(watch_blocks.lift_block, old, LiftReason.OTHER, ope.identity, ope.token, world.web)
    await press(seen=(old,))
    newer = await send_past_the_door(world)
    await look_at(newer, world.worker)
    await ask(newer, RequestKind.NOT_ME, 0, world.web)
    await look_at(newer, world.worker)
    assert await blocks_of(world) == (old, newer)
    await world.run()
    assert await blocks_of(world) == (newer,)
    with pytest.raises(RefusedError) as late:
        await press(seen=(old,))
    assert late.value.refusal is Refusal.TOO_LATE
    await lift(world, newer)
    assert await blocks_of(world) == ()


async def test_a_row_that_saw_something_else_lifts_nothing() -> None:
    world, name = await _blocked()
    await _press(world, name, "ope", "e" * 32)
    assert await blocks_of(world) == (name,)
    assert "block_lifted" not in world.events(name)
    await lift(world, name)
    assert await blocks_of(world) == ()


async def test_the_office_lifts_what_stood_when_its_clerk_confirmed_not_what_came_since() -> None:
    world, old = await reach(State.CANCELLED, World(WEDNESDAY_MORNING))
    world.bar_account()
    name = await vouched(world)
    assert world.case(name).state is State.ATTENTION
    await ask(old, RequestKind.NOT_ME, 0, world.web)
    await world.move(5 * _MINUTE)
    world.clear_account()
    await operate(world, name, "run again")
    assert world.case(name).blocks == ()
    await world.decide()
    await world.run()
    await world.pickup(name)
    world.register()
    await world.move(5 * _MINUTE)
    assert world.case(name).state is State.COMPLETED
    assert await blocks_of(world) == (old,)


# --- a no that is not written down yet, and one that was lifted ----------------------------------------------


async def test_a_no_that_is_not_written_down_yet_stops_the_pass_of_a_case_decided_before() -> None:
    world, old = await reach(State.CANCELLED)
    name = await world.apply(nonce="again")
    await world.run()
    await world.decide()
    await world.run()
    world.seen.faults.append(Fault("locks", "mark", UnavailableError("slow"), times=1))
    await ask(old, RequestKind.NOT_ME, 0, world.web)
    await look_at(old, world.worker)
    assert await blocks_of(world) == ()
    await world.ask_for_pass(name)
    await look_at(name, world.worker)
    assert world.graph.account(world.student).passes_made == []
    assert world.case(name).stop_as is Closing.BLOCKED


async def test_the_owner_s_no_after_the_block_was_lifted_reaches_the_operators_once_more() -> None:
    world, name = await _blocked()
    await lift(world, name)
    world.mailer.sent.clear()
    link = LinkClaims(Purpose.NOT_ME, name, "owner", 1, world.clock.now() + timedelta(days=1))
    for _ in range(2):
        await answer_owner_notice.answer_not_mine(link, world.web)
        await world.move(5 * _MINUTE)
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]
    assert world.events(name).count("contested") == 2, "once after the case had ended, once after the lift"
    assert await blocks_of(world) == (), "what was lifted never blocks again"


async def test_no_row_says_no_more_often_than_the_page() -> None:
    world, name = await _blocked()
    before = world.events(name)
    await ask(name, RequestKind.NOT_ME, 2, world.web)
    await world.move(5 * _MINUTE)
    assert world.events(name) == before
    assert len(world.storage.inbox) == 0
