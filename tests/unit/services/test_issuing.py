"""From the request for a pass to the registration: what Graph does, what people do, what must not happen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.accounts import LivePass
from shared.domain.kinds import Attention
from shared.domain.states import State
from shared.ports import ForbiddenError, MissingError, UnavailableError, UnknownOutcomeError
from shared.services.refusals import Refusal, RefusedError
from tests.fakes.plain_security import PlainSealer
from tests.unit import people
from tests.unit.observed import Fault
from tests.unit.reaching import not_me, operate, reach
from tests.unit.university import rules_of
from tests.unit.world import World


class _RefusingSealer(PlainSealer):
    """It took the key at the door and cannot use it after all."""

    def seal(self, public_key: str, code: str) -> str:
        raise ValueError("no usable key")


async def test_the_pass_is_made_with_the_shortest_life_the_policy_allows() -> None:
    world, _ = await reach(State.ISSUED)
    made = world.graph.account(world.student).passes_made
    assert [(each.minutes, each.one_time) for each in made] == [(people.STUDENT.pass_minutes, True)]


async def test_a_pass_found_when_issuing_is_deleted_first() -> None:
    world, name = await reach(State.APPROVED)
    await world.graph.passes.create(world.student, minutes=480, one_time=False)
    code = await world.pickup(name)
    account = world.graph.account(world.student)
    assert account.current_pass is not None
    assert account.current_pass.code == code
    assert ("passes", "delete") in world.seen.calls


async def test_nobody_but_the_person_can_read_the_pass_anywhere_in_storage() -> None:
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    await world.run()
    code = await world.collect(name)
    assert code
    sealed = f"sealed for key of session-1: {code}"
    kept = repr(world.snapshot(name)).replace(sealed, "")
    assert code not in kept
    assert not any(code in each.text + each.subject for each in world.mailer.sent)
    await world.show(name)
    await world.move(timedelta(minutes=1))
    assert code not in repr(world.snapshot(name))


async def test_asking_again_gives_a_new_pass_and_the_old_one_is_gone() -> None:
    world, name = await reach(State.ISSUED)
    first = world.live_pass
    await world.pickup(name, "session-2")
    assert world.live_pass != first
    assert world.case(name).passes == 2
    recorded = world.case(name).current_pass
    assert recorded is not None
    assert recorded.id == world.live_pass


async def test_asking_again_is_counted_and_has_a_limit() -> None:
    world, name = await reach(State.ISSUED, World(rules=rules_of(max_attempts=2)))
    await world.pickup(name, "session-2")
    with pytest.raises(RefusedError) as caught:
        await world.ask_for_pass(name, "session-3")
    assert caught.value.refusal is Refusal.PASSES_USED_UP
    assert len(world.graph.account(world.student).passes_made) == 2


async def test_when_the_last_pass_ran_out_an_operator_is_asked_and_the_person_is_no_dead_end() -> None:
    world, name = await reach(State.ISSUED, World(rules=rules_of(max_attempts=1)))
    await world.move(timedelta(minutes=61))
    case = world.case(name)
    assert case.state is State.ATTENTION
    assert case.attention is Attention.PASS_TROUBLE
    await operate(world, name, "run again")
    assert (world.case(name).state, world.case(name).passes) == (State.IN_REVIEW, 0)


async def test_a_parked_case_promises_a_look_like_any_other() -> None:
    world, name = await reach(State.ISSUED, World(rules=rules_of(max_attempts=1)))
    await world.move(timedelta(minutes=61))
    case = world.case(name)
    assert case.promised_by == world.worker.rules.calendar.after_open_time(
        case.entered_at, world.worker.rules.review_within
    )


async def test_asking_again_after_registering_completes_and_makes_no_pass() -> None:
    world, name = await reach(State.ISSUED)
    world.register()
    await world.ask_for_pass(name, "session-2")
    await world.run()
    assert world.case(name).state is State.COMPLETED
    assert len(world.graph.account(world.student).passes_made) == 1


async def test_a_pass_that_ran_out_can_be_asked_for_again() -> None:
    world, name = await reach(State.ISSUED)
    await world.move(timedelta(minutes=60))
    assert world.case(name).state is State.APPROVED
    assert world.events(name)[-1] == "pass_found_dead"
    assert await world.pickup(name, "session-2")
    assert world.case(name).state is State.ISSUED


async def test_a_foreign_pass_is_deleted_and_the_person_asks_again() -> None:
    world, name = await reach(State.ISSUED)
    await world.graph.passes.create(world.student, minutes=480, one_time=False)
    await world.move(timedelta(minutes=5))
    assert world.live_pass == ""
    assert world.case(name).state is State.APPROVED
    assert world.events(name)[-1] == "pass_found_foreign"
    assert await world.pickup(name, "session-2")


@pytest.mark.parametrize("guard", list(people.REFUSED_ACCOUNTS))
async def test_every_guard_is_asked_again_when_the_pass_is_asked_for(guard: str) -> None:
    world, name = await reach(State.APPROVED)
    if (facts := people.REFUSED_ACCOUNTS[guard]) is None:
        del world.graph.accounts[world.student]
    else:
        world.graph.account(world.student).facts = facts
    await world.ask_for_pass(name)
    await world.run()
    case = world.case(name)
    assert (case.state, case.attention) == (State.ATTENTION, Attention.GUARD)
    assert guard in {each.guard.value for each in case.guards if not each.passed}
    assert "operator_alert" in world.subjects(people.OPERATORS[0])
    assert ("passes", "create") not in world.seen.calls


async def test_after_a_guard_was_put_right_everything_runs_again_to_the_pass() -> None:
    world, name = await reach(State.APPROVED)
    world.bar_account()
    await world.ask_for_pass(name)
    await world.run()
    world.clear_account()
    await operate(world, name, "run again")
    assert world.case(name).state is State.IN_REVIEW
    assert world.case(name).approvals == ()
    await world.decide()
    await world.run()
    assert await world.pickup(name)


async def test_an_operator_who_touched_a_case_cannot_approve_it() -> None:
    world, name = await reach(State.APPROVED)
    world.bar_account()
    await world.ask_for_pass(name)
    await world.run()
    world.clear_account()
    await operate(world, name, "run again", by="both")
    with pytest.raises(RefusedError) as caught:
        await world.decide(by="both")
    assert caught.value.refusal is Refusal.FORBIDDEN


@pytest.mark.parametrize(
    ("port", "method"), [("directory", "facts"), ("methods", "registered"), ("switches", "frozen")]
)
async def test_a_pass_waits_while_its_guards_cannot_be_asked(port: str, method: str) -> None:
    world, name = await reach(State.APPROVED)
    world.seen.faults.append(Fault(port, method, UnavailableError("down"), times=3))
    await world.ask_for_pass(name)
    await world.run()
    assert world.case(name).state is State.APPROVED
    await world.until(lambda: world.case(name).state is State.ISSUED, timedelta(minutes=5))
    assert await world.collect(name)


@pytest.mark.parametrize("error", [UnavailableError("503"), UnavailableError("429", 30)])
async def test_graph_that_surely_did_nothing_lets_the_person_ask_again_at_once(
    error: UnavailableError,
) -> None:
    world, name = await reach(State.APPROVED)
    world.seen.faults.append(Fault("passes", "create", error, times=1))
    await world.ask_for_pass(name)
    await world.run()
    assert world.case(name).state is State.APPROVED
    with pytest.raises(RefusedError) as caught:
        await world.collect(name)
    assert caught.value.refusal is Refusal.ASK_AGAIN
    assert await world.pickup(name)
    assert world.case(name).passes == 1


async def test_graph_that_refuses_for_good_brings_the_operator() -> None:
    world, name = await reach(State.APPROVED)
    world.seen.faults.append(Fault("passes", "create", ForbiddenError("403"), times=1))
    await world.ask_for_pass(name)
    await world.run()
    assert world.case(name).attention is Attention.GRAPH_REFUSED
    await operate(world, name, "run again")
    assert world.case(name).state is State.APPROVED
    assert await world.pickup(name)


async def test_run_again_needs_a_decision_that_still_verifies() -> None:
    world, name = await reach(State.APPROVED)
    world.seen.faults.append(Fault("passes", "create", ForbiddenError("403"), times=1))
    await world.ask_for_pass(name)
    await world.run()
    del world.tokens._made[world.staff["rei"].token]
    await operate(world, name, "run again")
    assert world.case(name).state is State.IN_REVIEW
    assert world.case(name).approvals == ()


@pytest.mark.parametrize("act", ["run again", "stop"])
async def test_an_operators_button_with_a_forged_token_does_nothing_and_blocks_nothing(act: str) -> None:
    world, name = await reach(State.ATTENTION)
    await operate(world, name, act, token="forged")
    await operate(world, name, act, by="aud")
    assert world.case(name).state is State.ATTENTION
    await operate(world, name, act)
    assert world.case(name).state in {State.APPROVED, State.STOPPING}


async def test_an_answer_lost_after_the_pass_was_made_leaves_no_pass_that_nobody_can_read() -> None:
    world, name = await reach(State.APPROVED)
    world.seen.faults.append(Fault("passes", "create", UnknownOutcomeError("lost"), times=1, after=True))
    await world.ask_for_pass(name)
    await world.run()
    assert len(world.graph.account(world.student).passes_made) == 1
    assert world.live_pass == ""
    assert world.case(name).state is State.APPROVED
    assert await world.pickup(name)


async def test_a_pass_that_appears_only_later_is_deleted_after_the_deadline() -> None:
    world, name = await reach(State.ISSUING)
    await world.graph.passes.create(world.student, minutes=60, one_time=True)
    attempt = world.case(name).attempt
    assert attempt is not None
    await world.move(attempt.deadline - timedelta(seconds=1))
    assert world.case(name).state is State.ISSUING
    await world.move(attempt.deadline)
    assert world.case(name).state is State.APPROVED
    assert world.live_pass == ""
    assert await world.pickup(name)


async def test_no_pass_is_made_in_the_last_90_seconds_of_a_claim() -> None:
    world, name = await reach(State.APPROVED)

    async def time_passes() -> None:
        world.clock.advance(timedelta(seconds=91))

    world.seen.meanwhile("sessions", "revoke", time_passes)
    await world.ask_for_pass(name)
    await world.run()
    assert ("passes", "create") not in world.seen.calls
    assert world.case(name).state is State.APPROVED
    assert await world.pickup(name)


async def test_a_key_that_cannot_be_sealed_to_leaves_no_pass() -> None:
    world, name = await reach(State.APPROVED)
    world.worker = replace(world.worker, sealer=_RefusingSealer())
    await world.ask_for_pass(name)
    await world.run()
    assert world.live_pass == ""
    assert world.case(name).state is State.APPROVED


@pytest.mark.parametrize("after", [False, True])
async def test_a_record_whose_answer_is_lost_is_settled_by_reading(after: bool) -> None:  # noqa: FBT001
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    world.seen.faults.append(
        Fault("applications", "save", UnknownOutcomeError("lost"), times=1, skip=1, after=after)
    )
    await world.run()
    recorded = world.case(name).current_pass
    assert world.case(name).state is State.ISSUED
    assert recorded is not None
    assert recorded.id == world.live_pass
    assert len(world.graph.account(world.student).passes_made) == 1


async def test_a_claim_whose_answer_is_lost_makes_no_pass_and_is_cleared_up() -> None:
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    world.seen.faults.append(Fault("applications", "save", UnknownOutcomeError("lost"), times=1, after=True))
    await world.run()
    assert world.case(name).state is State.ISSUING
    assert ("passes", "create") not in world.seen.calls
    await world.move(timedelta(minutes=3))
    assert world.case(name).state is State.APPROVED
    assert await world.pickup(name)


async def test_a_pass_made_for_a_case_that_was_stopped_meanwhile_is_deleted() -> None:
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    world.seen.meanwhile("passes", "create", lambda: not_me(world, name))
    await world.run()
    assert len(world.graph.account(world.student).passes_made) == 1
    assert world.live_pass == ""
    assert world.case(name).state is State.STOPPING
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.CANCELLED


async def test_a_pass_that_graph_still_lists_after_deletion_is_left_for_a_later_look() -> None:
    world, name = await reach(State.ISSUING)
    ghost = LivePass("ghost", usable=True, starts_at=world.clock.now(), expires_at=world.clock.now())
    seen = world.graph.passes.listed
    looks = 0

    async def listed(subject: str) -> list[LivePass]:
        nonlocal looks
        looks += 1
        return [ghost] if looks <= 4 else await seen(subject)

    world.graph.passes.listed = listed  # type: ignore[method-assign]
    await world.move(timedelta(minutes=10))
    assert world.case(name).state is State.APPROVED
    assert looks >= 5


async def test_an_account_that_vanishes_while_issuing_is_cleared_up() -> None:
    world, name = await reach(State.APPROVED)
    world.seen.faults.append(Fault("sessions", "revoke", MissingError("404"), times=1))
    await world.ask_for_pass(name)
    await world.run()
    assert world.case(name).state in {State.ISSUING, State.APPROVED}
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.APPROVED
