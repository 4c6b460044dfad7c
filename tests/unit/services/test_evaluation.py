"""Evaluation mode: every step is gone through, nothing is made or deleted in the directory, and the person is told."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from shared.domain.accounts import MethodKind
from shared.domain.case_parts import Attempt
from shared.domain.issuing import NotMinted
from shared.domain.kinds import DecisionKind, Reason
from shared.domain.putting_off import TRIAL, on_trial
from shared.domain.states import State
from shared.services.issue_pass import issue_pass
from shared.services.refusals import Refusal, RefusedError
from tests.fakes.memory_graph import Account, StoredPass
from tests.unit import people
from tests.unit.reaching import not_me, operate, reach, withdraw
from tests.unit.university import rules_of
from tests.unit.world import World


def on_trial_world() -> World:
    return World(rules=rules_of(evaluation=True))


async def test_the_whole_road_is_gone_and_no_pass_is_made() -> None:
    world = on_trial_world()
    name = await world.apply(reason=Reason.STOLEN)
    await world.run()
    await world.decide(DecisionKind.APPROVE)
    await world.run()
    assert world.subjects(people.OUTSIDE) == ["owner_notice", "pickup"]
    account = world.graph.account(world.student)
    methods = list(account.methods)
    of_the_desk = StoredPass("pass-of-the-desk", "code", world.clock.now(), 60, one_time=True)
    account.current_pass = of_the_desk
    await world.ask_for_pass(name)
    await world.run()

    assert world.case(name).state is State.APPROVED
    assert on_trial(world.case(name))
    assert "pass_put_off" in world.events(name)
    assert (account.passes_made, account.revocations, account.methods) == ([], 0, methods)
    assert account.current_pass is of_the_desk
    for again in (world.collect, world.ask_for_pass):
        with pytest.raises(RefusedError) as told:
            await again(name)
        assert told.value.refusal is Refusal.TRIAL


async def test_the_pass_that_the_support_desk_made_meanwhile_outlives_the_trial_case() -> None:
    world, name = await reach(State.APPROVED, on_trial_world())
    await world.ask_for_pass(name)
    await world.run()
    account = world.graph.account(world.student)
    account.current_pass = StoredPass("pass-of-the-desk", "code", world.clock.now(), 60, one_time=True)
    until = world.case(name).pickup_until
    assert until is not None
    await world.move(until)
    assert world.case(name).state is State.EXPIRED
    assert account.current_pass is not None
    assert {each.kind for each in account.methods} >= {MethodKind.PASSWORD}


async def _parked_with_a_pass_of_the_desk() -> tuple[World, str, Account]:
    """A guard refused, and the support desk helped by the old process."""
    world, name = await reach(State.APPROVED, on_trial_world())
    world.bar_account()
    await world.ask_for_pass(name)
    await world.run()
    world.clear_account()
    assert world.case(name).state is State.ATTENTION
    account = world.graph.account(world.student)
    account.current_pass = StoredPass("pass-of-the-desk", "code", world.clock.now(), 60, one_time=True)
    return world, name, account


@pytest.mark.parametrize(
    "end", [withdraw, partial(operate, act="stop")], ids=["the applicant withdraws", "an operator stops it"]
)
async def test_a_parked_case_that_ends_in_the_trial_touches_nothing(
    end: Callable[[World, str], Awaitable[object]],
) -> None:
    world, name, account = await _parked_with_a_pass_of_the_desk()
    await end(world, name)
    await world.move(timedelta(minutes=10))
    assert world.case(name).state is State.CANCELLED
    assert account.current_pass is not None
    assert account.revocations == 0


async def test_not_me_ends_the_sessions_in_the_trial_too_and_leaves_the_pass_of_the_desk() -> None:
    world, name, account = await _parked_with_a_pass_of_the_desk()
    await not_me(world, name)
    await world.move(timedelta(minutes=10))
    assert world.case(name).state is State.CANCELLED
    assert account.current_pass is not None
    assert account.revocations == 1


async def test_what_was_issued_before_the_trial_is_ended_and_the_pass_of_the_desk_is_left() -> None:
    """The desk deleted our pass and made its own: the person works with that one."""
    world, name = await reach(State.ISSUED)
    world.worker = replace(world.worker, rules=rules_of(evaluation=True))
    account = world.graph.account(world.student)
    of_the_desk = StoredPass("pass-of-the-desk", "code", world.clock.now(), 60, one_time=True)
    account.current_pass = of_the_desk
    await world.move(timedelta(minutes=10))
    assert world.case(name).state is State.APPROVED
    await withdraw(world, name)
    await world.move(timedelta(minutes=10))
    assert world.case(name).state is State.CANCELLED
    assert account.current_pass is of_the_desk


async def test_a_pass_from_before_the_trial_does_not_outlive_its_case() -> None:
    world, name = await reach(State.ISSUED)
    world.worker = replace(world.worker, rules=rules_of(evaluation=True))
    account = world.graph.account(world.student)
    before = account.revocations
    await withdraw(world, name)
    await world.move(timedelta(minutes=10))
    assert world.case(name).state is State.CANCELLED
    assert account.current_pass is None
    assert account.revocations > before


async def test_an_attempt_that_was_cut_off_before_the_trial_deletes_no_pass_of_the_desk() -> None:
    world, name = await reach(State.ISSUING)
    world.worker = replace(world.worker, rules=rules_of(evaluation=True))
    account = world.graph.account(world.student)
    account.current_pass = StoredPass("pass-of-the-desk", "code", world.clock.now(), 60, one_time=True)
    await world.move(timedelta(minutes=15))
    assert world.case(name).state is State.APPROVED
    assert account.current_pass is not None


async def test_a_guard_that_refuses_is_seen_in_the_trial_too() -> None:
    world, name = await reach(State.APPROVED, on_trial_world())
    world.bar_account()
    await world.ask_for_pass(name)
    await world.run()
    assert world.case(name).state is State.ATTENTION


async def test_an_attempt_claimed_before_the_trial_touches_nothing() -> None:
    """The worker's settings changed between the claim and the call."""
    world, name = await reach(State.APPROVED)
    account = world.graph.account(world.student)
    rules = rules_of(evaluation=True)
    attempt = Attempt(1, world.clock.now() + rules.issue_deadline, "key of session-1", "session-1")
    claimed = replace(world.case(name), attempt=attempt)
    done = await issue_pass(claimed, account.facts, replace(world.worker, rules=rules))
    assert done == NotMinted(1, TRIAL)
    assert (account.passes_made, account.revocations) == ([], 0)


async def test_after_the_trial_the_same_case_gets_its_pass() -> None:
    world, name = await reach(State.APPROVED, on_trial_world())
    await world.ask_for_pass(name)
    await world.run()
    world.web, world.worker = replace(world.web, rules=rules_of()), replace(world.worker, rules=rules_of())
    await world.move(timedelta(minutes=10))
    assert await world.pickup(name, "session-2")
    assert world.case(name).put_off is None


async def test_a_web_that_does_not_know_of_the_trial_asks_no_more_than_every_ten_minutes() -> None:
    """Otherwise each press is a request, its answer and an event of a case that gets no pass."""
    world, name = await reach(State.APPROVED, on_trial_world())
    world.web = replace(world.web, rules=rules_of())
    for asked in (1, 2):
        await world.ask_for_pass(name, "session-2")
        await world.run()
        for _ in range(3):
            with pytest.raises(RefusedError) as told:
                await world.ask_for_pass(name, "session-2")
            assert told.value.refusal is Refusal.TRIAL
        await world.run()
        assert world.events(name).count("pass_put_off") == asked
        await world.move(timedelta(minutes=10))
