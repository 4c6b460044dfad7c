"""With the pass in hand: a registration is seen, old methods go, a pass that does not work is reported."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.accounts import Method, MethodKind
from shared.domain.kinds import Attention, Reason
from shared.domain.rules import Removal
from shared.domain.states import State
from shared.services.act_on_own_case import report_registered, report_trouble
from tests.unit import people
from tests.unit.reaching import operate, reach
from tests.unit.university import rules_of
from tests.unit.world import World


async def test_registering_is_noticed_when_the_person_says_so() -> None:
    world, name = await reach(State.ISSUED)
    world.register()
    await report_registered(name, world.student, world.web)
    await world.run()
    assert world.case(name).state is State.COMPLETED


async def test_a_registration_that_is_said_but_not_yet_seen_is_looked_for_soon() -> None:
    world, name = await reach(State.ISSUED)
    await report_registered(name, world.student, world.web)
    await world.run()
    assert world.case(name).state is State.ISSUED
    world.register()
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.COMPLETED


async def test_pressing_again_and_again_does_not_lengthen_the_trail() -> None:
    world, name = await reach(State.ISSUED)
    await world.move(timedelta(minutes=3))
    before = len(world.events(name))
    for _ in range(20):
        await report_registered(name, world.student, world.web)
        await world.run()
    assert len(world.events(name)) == before + 1
    world.register()
    await report_registered(name, world.student, world.web)
    await world.run()
    assert world.case(name).state is State.COMPLETED


async def test_a_number_changed_in_the_same_slot_counts_as_new() -> None:
    world, name = await reach(State.ISSUED)
    account = world.graph.account(world.student)
    account.methods = [
        replace(each, fingerprint="hash-of-new-number") if each.kind is MethodKind.PHONE else each
        for each in account.methods
    ]
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.COMPLETED
    assert [each.kind for each in account.methods] == [MethodKind.PHONE, MethodKind.PASSWORD]
    assert world.case(name).removed == ("microsoftAuthenticator",)


@pytest.mark.parametrize("kind", [MethodKind.EMAIL, MethodKind.PASSWORD, MethodKind.UNKNOWN])
async def test_what_is_no_mfa_method_completes_nothing_and_is_never_removed(kind: MethodKind) -> None:
    world = World()
    old = Method(kind, "left alone")
    world.graph.account(world.student).methods.append(old)
    _, name = await reach(State.ISSUED, world)
    world.register(Method(kind, "another"))
    await world.move(timedelta(minutes=6))
    assert world.case(name).state is State.ISSUED
    world.register()
    await world.move(timedelta(minutes=20))
    assert world.case(name).state is State.COMPLETED
    assert old in world.graph.account(world.student).methods


async def test_old_methods_stay_if_the_university_keeps_them() -> None:
    world, name = await reach(State.ISSUED, World(rules=rules_of(removal=Removal.KEEP)))
    world.register()
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.COMPLETED
    assert people.AUTHENTICATOR in world.graph.account(world.student).methods
    assert world.subjects(people.OUTSIDE)[-1] == "completed"


async def test_methods_of_a_stolen_device_go_before_the_pass_is_made() -> None:
    world = World()
    name = await world.apply(reason=Reason.STOLEN)
    await world.run()
    await world.decide()
    await world.run()
    await world.pickup(name)
    assert [each.kind for each in world.graph.account(world.student).methods] == [MethodKind.PASSWORD]
    calls = world.seen.calls
    assert calls.index(("methods", "remove")) < calls.index(("passes", "create"))


async def test_what_graph_keeps_is_tried_again_and_at_last_left() -> None:
    world, name = await reach(State.ISSUED)
    world.graph.account(world.student).default_method = people.AUTHENTICATOR.id
    world.register()
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.COMPLETED
    assert world.case(name).removals == ()
    assert world.case(name).removed == ("phone",)


async def test_the_second_trouble_goes_to_the_operator_who_lets_it_run_again() -> None:
    world, name = await reach(State.ISSUED)
    assert await report_trouble(name, world.student, world.web) == 1
    await world.run()
    assert world.case(name).state is State.ISSUED
    assert await report_trouble(name, world.student, world.web) == 2
    await world.run()
    assert world.case(name).attention is Attention.PASS_TROUBLE
    assert world.subjects(people.OPERATORS[0]) == ["operator_alert"]

    await operate(world, name, "run again")
    assert world.case(name).state is State.APPROVED
    assert await world.pickup(name, "session-2")
    await report_trouble(name, world.student, world.web)
    await world.run()
    assert world.case(name).state is State.ISSUED
    assert "pass_trouble_reported" in world.events(name)[-1:]


async def test_a_trouble_pressed_twice_counts_once() -> None:
    world, name = await reach(State.ISSUED)
    for _ in range(2):
        await report_trouble(name, world.student, world.web)
    await world.run()
    assert world.case(name).troubles == 1


async def test_a_default_method_that_graph_keeps_at_first_goes_when_the_others_are_gone() -> None:
    world = World()
    world.graph.account(world.student).default_method = people.AUTHENTICATOR.id
    name = await world.apply(reason=Reason.STOLEN)
    await world.run()
    await world.decide()
    await world.run()
    await world.pickup(name)
    assert [each.kind for each in world.graph.account(world.student).methods] == [MethodKind.PASSWORD]
