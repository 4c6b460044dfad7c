"""A stronger way ends a weaker open application of the same account; what is parked in one way blocks no stronger one."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from shared.domain.accounts import MethodKind
from shared.domain.kinds import Channel, Closing
from shared.domain.states import State
from shared.ports import ForbiddenError, StaleError, UnavailableError
from shared.services.look_at import look_at
from shared.services.refusals import Refusal, RefusedError
from shared.services.submit_application import submit_application
from tests.unit import cards, people
from tests.unit.counters import confirm, look_up, reach_at_office, respond, vouched
from tests.unit.observed import Fault
from tests.unit.reaching import not_me, operate, reach, withdraw
from tests.unit.world import World

_BEFORE_ANY_CLAIM = [State.HELD, State.IN_REVIEW, State.RETURNED, State.COOLING_OFF, State.APPROVED]


async def _lock(world: World) -> str:
    lock = await world.storage.locks.read(world.student)
    assert lock is not None
    return lock.application


@pytest.mark.parametrize("state", _BEFORE_ANY_CLAIM)
async def test_the_counter_ends_an_open_website_application_at_once(state: State) -> None:
    world, old = await reach(state)
    name = await vouched(world)
    before = world.case(old)
    assert (before.state, before.stop_as) == (State.CANCELLED, Closing.SUPERSEDED)
    assert before.duplicate_of == name
    assert "stopping_started" not in world.events(old)
    assert world.case(name).state is State.APPROVED
    assert await _lock(world) == name
    assert await world.storage.open_cases.names() == [name]
    assert "closed" in world.subjects(people.OUTSIDE)
    assert await world.pickup(name)
    world.register()
    await world.move(timedelta(days=9))
    assert world.case(name).state is State.COMPLETED
    assert not world.needless_wakes()
    assert not world.storage.photos.blobs


async def test_a_held_application_is_superseded_and_the_pass_is_there_within_the_hour() -> None:
    world, old = await reach(State.HELD)
    came = world.clock.now()
    name = await vouched(world)
    assert await world.pickup(name)
    assert world.clock.now() - came < timedelta(hours=1)
    assert world.case(old).stop_as is Closing.SUPERSEDED


async def test_a_submitted_application_whose_prechecks_hang_is_superseded_too() -> None:
    world, old = await reach(State.SUBMITTED)
    world.seen.faults.clear()
    name = await look_up(world)
    world.storage.hints.lanes["review"].remove(name)
    await look_at(name, world.worker)
    await confirm(world, name)
    world.storage.hints.lanes["review"].clear()
    await look_at(name, world.worker)
    await world.move(timedelta(minutes=2))
    assert world.case(old).stop_as is Closing.SUPERSEDED
    assert world.case(name).state is State.APPROVED


async def test_a_case_with_a_pass_goes_through_stopping_and_its_pass_is_gone_before_the_new_one_may_issue() -> (
    None
):
    world, old = await reach(State.ISSUED)
    attempt = world.case(old).attempt
    assert attempt is not None
    deleted = world.live_pass
    name = await vouched(world)
    assert world.case(old).state is State.STOPPING
    assert world.case(name).awaits_prechecks
    assert world.live_pass == ""
    await world.move(attempt.deadline - timedelta(seconds=1))
    assert world.case(name).awaits_prechecks
    assert await _lock(world) == old
    await world.move(attempt.deadline)
    assert (world.case(old).state, world.case(old).stop_as) == (State.CANCELLED, Closing.SUPERSEDED)
    await world.run()
    assert world.case(name).state is State.APPROVED
    code = await world.pickup(name)
    live = world.graph.account(world.student).current_pass
    assert live is not None
    assert (live.code, live.id != deleted) == (code, True)


async def test_whoever_waits_at_the_counter_is_served_as_soon_as_the_older_case_is_over() -> None:
    world, old = await reach(State.ISSUING)
    name = await vouched(world)
    assert world.case(name).awaits_prechecks
    attempt = world.case(old).attempt
    assert attempt is not None
    world.clock.move_to(attempt.deadline)
    await look_at(old, world.worker)
    assert world.case(old).state is State.CANCELLED
    await world.run()
    assert world.case(name).state is State.APPROVED, "no timer was needed"


async def test_the_pass_of_the_new_case_outlives_everything_the_old_one_still_does() -> None:
    world, old = await reach(State.ISSUED)
    name = await vouched(world)
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.APPROVED
    await world.pickup(name)
    live = world.live_pass
    for _ in range(3):
        await look_at(old, world.worker)
    with pytest.raises(RefusedError):
        await withdraw(world, old)
    await world.move(timedelta(minutes=15))
    assert world.live_pass == live


@pytest.mark.parametrize("state", [State.ISSUED, State.ISSUING])
@pytest.mark.parametrize("call", ["listed", "delete"])
async def test_a_worker_of_the_old_case_that_stood_still_for_long_never_deletes_the_new_pass(
    state: State, call: str
) -> None:
    """It goes on just before it lists or deletes passes: after its case was superseded, and the new one has its pass."""
    world, old = await reach(state)
    if call == "delete":  # an administrator's pass, which the old case is about to delete as a foreign one
        await world.graph.passes.create(world.student, minutes=60, one_time=True)
    made: list[str] = []

    async def meanwhile() -> None:
        name = await vouched(world)
        await world.move(timedelta(minutes=9))
        await world.pickup(name)
        made.append(world.live_pass)

    attempt = world.case(old).attempt
    assert attempt is not None
    if state is State.ISSUING:
        world.clock.move_to(attempt.deadline)
    world.seen.meanwhile("passes", call, meanwhile)
    await look_at(old, world.worker)
    assert made
    assert world.live_pass == made[0] != ""


async def test_a_decision_in_the_same_moment_does_not_keep_the_old_case_alive() -> None:
    world, old = await reach(State.IN_REVIEW)
    name = await look_up(world)
    await world.run()
    await confirm(world, name)
    world.seen.faults.append(Fault("applications", "save", StaleError("overtaken"), times=1, skip=1))
    await world.decide()
    await world.run()
    await world.move(timedelta(minutes=2))
    assert world.case(old).stop_as is Closing.SUPERSEDED
    assert world.case(name).state is State.APPROVED


async def test_a_superseding_that_cannot_be_stored_now_is_tried_again() -> None:
    world, old = await reach(State.HELD)
    world.seen.faults.append(Fault("due", "insert", UnavailableError("storage is down"), times=1, skip=2))
    name = await vouched(world)
    await world.move(timedelta(minutes=12))
    assert world.case(old).stop_as is Closing.SUPERSEDED
    assert world.case(name).state is State.APPROVED


async def test_a_parked_website_application_is_superseded_through_stopping() -> None:
    world, old = await reach(State.ATTENTION)
    name = await vouched(world)
    await world.move(timedelta(minutes=4))
    assert world.case(old).stop_as is Closing.SUPERSEDED
    assert world.case(name).state is State.APPROVED


async def test_an_old_case_that_cannot_be_stopped_holds_the_new_one_back_and_alarms_once() -> None:
    """Two passes for one account are worse than waiting."""
    world, old = await reach(State.ISSUED)
    world.seen.faults.append(Fault("passes", "listed", ForbiddenError("permission missing")))
    world.seen.faults.append(Fault("passes", "delete", ForbiddenError("permission missing")))
    name = await vouched(world)
    for _ in range(10):
        await world.move(timedelta(minutes=1))
    assert world.case(old).state is State.ATTENTION
    assert world.case(name).awaits_prechecks
    assert world.events(old).count("stopping_started") == 1
    assert len(world.subjects(people.OPERATORS[0])) <= 2
    world.seen.faults.clear()
    await operate(world, old, "run again")
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.APPROVED


async def test_a_new_confirmation_at_the_counter_takes_over_the_older_one() -> None:
    world, old = await reach_at_office(State.ISSUED)
    name = await vouched(world, nonce="2", by="clem")
    await world.move(timedelta(minutes=4))
    assert world.case(old).stop_as is Closing.SUPERSEDED
    assert world.case(name).state is State.APPROVED
    assert await world.pickup(name)


async def test_of_two_clerks_who_look_at_once_the_last_confirmation_stands() -> None:
    world = World()
    names = [await look_up(world, nonce="1"), await look_up(world, nonce="2", by="clem")]
    await world.run()
    assert all(world.case(each).at_counter for each in names)
    await confirm(world, names[0])
    await confirm(world, names[1], by="clem")
    await world.run()
    await world.move(timedelta(minutes=2))
    states = {world.case(each).state for each in names}
    assert states == {State.APPROVED, State.CANCELLED}


async def test_a_weaker_application_beside_a_stronger_one_is_the_duplicate() -> None:
    world, office = await reach_at_office(State.APPROVED)
    with pytest.raises(RefusedError) as caught:
        await submit_application(world.submission(), world.web)
    assert caught.value.refusal is Refusal.OPEN_APPLICATION
    name = await respond(world)
    await world.run()
    case = world.case(name)
    assert (case.state, case.stop_as, case.duplicate_of) == (State.CANCELLED, Closing.DUPLICATE, office)
    assert world.case(office).state is State.APPROVED


async def test_the_website_supersedes_a_form() -> None:
    world = World()
    old = await respond(world)
    await world.run()
    assert world.case(old).state is State.IN_REVIEW
    name = await world.apply()
    await world.run()
    assert (world.case(old).stop_as, world.case(old).duplicate_of) == (Closing.SUPERSEDED, name)
    assert world.case(name).state is State.IN_REVIEW


async def test_a_password_alone_does_not_end_a_parked_case_of_the_counter() -> None:
    world, old = await reach_at_office(State.ATTENTION)
    world.clear_account()
    with pytest.raises(RefusedError) as refused:
        await world.apply()
    assert refused.value.refusal is Refusal.OPEN_APPLICATION
    name = await respond(world)
    await world.run()
    await world.move(timedelta(minutes=2))
    assert world.case(name).duplicate_of == old
    assert world.case(old).state is State.ATTENTION


async def test_a_young_link_does_not_end_what_a_clerk_confirmed() -> None:
    world = World()
    old = await vouched(world)
    await cards.has_link(world, age=timedelta(0))
    name = await cards.verify(world)
    await world.run()
    assert world.case(name).duplicate_of == old
    assert world.case(old).state is State.APPROVED


@pytest.mark.parametrize("age", [timedelta(0), cards.LONG_AGO])
async def test_what_a_card_began_and_has_not_used_does_not_block_the_counter(age: timedelta) -> None:
    world = World()
    await cards.has_link(world, age=age)
    old = await cards.verify(world)
    await world.run()
    assert world.case(old).state in {State.COOLING_OFF, State.APPROVED}
    name = await vouched(world)
    assert world.case(old).stop_as is Closing.SUPERSEDED
    assert await world.pickup(name)


@pytest.mark.parametrize("parked", [Channel.WEBSITE, Channel.FORM])
async def test_what_is_parked_in_one_way_blocks_no_other(parked: Channel) -> None:
    world = World()
    world.bar_account()
    ways: dict[Channel, Callable[[World], Awaitable[str]]] = {
        Channel.WEBSITE: World.apply,
        Channel.FORM: respond,
    }
    old = await ways[parked](world)
    await world.run()
    assert world.case(old).state is State.ATTENTION
    world.clear_account()
    name = await (respond(world) if parked is not Channel.FORM else world.apply())
    await world.run()
    await world.move(timedelta(minutes=2))
    assert world.case(name).state is State.IN_REVIEW
    assert world.case(old).stop_as is Closing.SUPERSEDED


async def test_not_me_about_a_superseded_case_is_still_heard() -> None:
    world, old = await reach(State.IN_REVIEW)
    name = await vouched(world)
    await not_me(world, old)
    await world.run()
    assert world.case(old).disowned
    await world.move(timedelta(minutes=4))
    assert world.case(name).stop_as is Closing.NOT_ME, "and stops what is open now"


async def test_old_methods_of_a_superseded_case_that_was_completed_are_its_own_business() -> None:
    world, old = await reach(State.COMPLETED)
    name = await vouched(world)
    assert world.case(old).state is State.COMPLETED
    assert world.case(name).state is State.APPROVED
    kinds = [each.kind for each in world.graph.account(world.student).methods]
    assert MethodKind.MICROSOFT_AUTHENTICATOR in kinds


async def test_whoever_waits_for_an_older_case_is_looked_at_each_minute_even_if_no_hint_arrives() -> None:
    world, old = await reach(State.ISSUED)
    attempt = world.case(old).attempt
    assert attempt is not None
    world.seen.faults.append(Fault("hints", "send", UnavailableError("queue is down")))
    name = await look_up(world)
    await world.move(timedelta(minutes=1))
    await confirm(world, name)
    await world.move(attempt.deadline)
    await world.move(timedelta(minutes=2))
    assert world.case(old).state is State.CANCELLED
    assert world.case(name).state is State.APPROVED
