"""The freeze switch: an operator's verified word turns it, nothing is made while it is set, and all goes on afterwards."""

from datetime import timedelta

import pytest

from shared.domain.freezing import FREEZE_ID, FreezeReason
from shared.domain.putting_off import waits_for_thaw
from shared.domain.requests import Request, RequestKind
from shared.domain.states import State
from shared.ports import UnavailableError, UnknownOutcomeError
from shared.services import act_on_own_case, set_freeze
from shared.services.refusals import Refusal, RefusedError
from tests.unit import people
from tests.unit.failing import fail_everywhere
from tests.unit.observed import CrashError, Fault
from tests.unit.reaching import reach
from tests.unit.world import REAL, World

_MINUTE = timedelta(minutes=1)


async def turn(
    world: World, *, freeze: bool, by: str = "ope", number: int | None = None, token: str | None = None
) -> None:
    """An operator presses the button of the page that they see."""
    seen = await set_freeze.show_freeze(world.web)
    await set_freeze.ask_to_turn(
        freeze=freeze,
        number=seen.switch.number if number is None else number,
        reason=FreezeReason.SUSPECTED_ATTACK if freeze else FreezeReason.CLEARED,
        token=world.staff[by].token if token is None else token,
        ports=world.web,
    )


async def frozen(world: World) -> bool:
    return (await world.storage.switches.freeze_switch()).frozen


async def turned(world: World, *, freeze: bool, by: str = "ope") -> None:
    await turn(world, freeze=freeze, by=by)
    await world.run()
    assert await frozen(world) is freeze


async def test_an_operator_sets_and_releases_it_and_all_operators_are_told() -> None:
    world = World()
    await turned(world, freeze=True)
    switch = await world.storage.switches.freeze_switch()
    assert (switch.by, switch.oid, switch.reason) == ("Name of ope", "ope", FreezeReason.SUSPECTED_ATTACK)
    assert switch.at == world.clock.now()
    await turned(world, freeze=False)
    for each in people.OPERATORS:
        assert world.subjects(each) == ["service_frozen", "service_thawed"]
    assert len(world.storage.inbox) == 0
    assert [each.frozen for each in await world.storage.switches.freeze_history()] == [False, True]


@pytest.mark.parametrize("by", ["rei", "aud", "cleo"])
async def test_who_is_no_operator_turns_nothing(by: str) -> None:
    world = World()
    await turn(world, freeze=True, by=by)
    await world.run()
    assert not await frozen(world)
    assert len(world.storage.inbox) == 0
    assert world.subjects(people.OPERATORS[0]) == ["given_up"]


async def test_a_row_that_proves_nothing_does_not_keep_the_operator_from_freezing() -> None:
    world = World()
    await turn(world, freeze=True, token="made up")
    await world.run()
    assert not await frozen(world)
    await turned(world, freeze=True)


async def test_a_release_counts_only_for_the_switch_that_was_seen() -> None:
    world = World()
    await turned(world, freeze=True)
    with pytest.raises(RefusedError) as caught:
        await turn(world, freeze=False, number=0)
    assert caught.value.refusal is Refusal.TOO_LATE
    stale = Request(
        FREEZE_ID,
        RequestKind.THAW,
        0,
        world.clock.now(),
        {"reason_code": "cleared"},
        world.staff["ope"].token,
        REAL,
    )
    await world.storage.inbox.put(stale)
    await world.tick()
    assert await frozen(world)
    assert len(world.storage.inbox) == 0


async def test_a_wish_to_freeze_what_is_frozen_changes_nothing_and_hinders_no_release() -> None:
    world = World()
    await turned(world, freeze=True)
    await turn(world, freeze=False, by="both")
    await world.storage.inbox.put(
        Request(
            FREEZE_ID,
            RequestKind.FREEZE,
            1,
            world.clock.now(),
            {"reason_code": "fault"},
            world.staff["ope"].token,
            REAL,
        )
    )
    await world.run()
    switch = await world.storage.switches.freeze_switch()
    assert (switch.frozen, switch.number) == (
        False,
        2,
    )  # it was frozen already: the release named what it saw
    await turned(world, freeze=True, by="both")


async def test_an_old_wish_that_is_still_being_told_does_not_freeze_anew() -> None:
    world = World()
    await turn(world, freeze=True)
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("down")))
    await world.run()
    assert await frozen(world)
    await turn(world, freeze=False)
    await world.tick()
    assert not await frozen(world)
    world.seen.faults.clear()
    await world.move(2 * _MINUTE)
    assert not await frozen(world)
    assert {"service_frozen", "service_thawed"} <= set(world.subjects(people.OPERATORS[0]))
    assert len(world.storage.inbox) == 0


async def test_while_the_keys_cannot_be_read_the_wish_waits() -> None:
    world = World()
    world.seen.faults.append(Fault("staff_tokens", "verify", UnavailableError("down"), times=1))
    await turn(world, freeze=True)
    await world.run()
    assert not await frozen(world)
    await world.move(2 * _MINUTE)
    assert await frozen(world)


async def test_what_was_asked_for_while_frozen_goes_on_after_the_thaw() -> None:
    world, name = await reach(State.APPROVED)
    await turned(world, freeze=True)
    await world.ask_for_pass(name)
    await world.run()
    case = world.case(name)
    assert case.state is State.APPROVED
    assert waits_for_thaw(case)
    assert world.graph.account(world.student).passes_made == []
    with pytest.raises(RefusedError) as caught:
        await world.collect(name)
    assert caught.value.refusal is Refusal.PASSES_FROZEN
    with pytest.raises(RefusedError):
        await world.ask_for_pass(name)
    before = world.subjects(people.OUTSIDE).count("pickup")
    await turned(world, freeze=False)
    assert world.case(name).put_off is None
    assert world.subjects(people.OUTSIDE).count("pickup") == before + 1
    assert await world.pickup(name, "session-2")


async def test_a_frozen_service_floods_no_operator() -> None:
    world, name = await reach(State.APPROVED)
    await turned(world, freeze=True)
    await world.ask_for_pass(name)
    await world.move(timedelta(days=2))
    assert world.case(name).state is State.APPROVED
    assert world.subjects(people.OPERATORS[0]) == ["service_frozen"]


async def test_without_any_hint_the_thaw_is_found_by_the_clock() -> None:
    world, name = await reach(State.APPROVED)
    await world.storage.switches.freeze(frozen=True)
    await world.ask_for_pass(name)
    await world.run()
    await world.storage.switches.freeze(frozen=False)
    await world.move(timedelta(minutes=12))
    assert world.case(name).put_off is None


async def test_a_window_that_ends_while_frozen_does_not_end_the_case() -> None:
    world, name = await reach(State.APPROVED)
    await turned(world, freeze=True)
    await world.move(timedelta(days=10))
    assert world.case(name).state is State.APPROVED
    await turned(world, freeze=False)
    until = world.case(name).pickup_until
    assert until is not None
    assert until > world.clock.now()
    assert await world.pickup(name)


async def test_after_the_thaw_the_window_ends_as_ever() -> None:
    world, name = await reach(State.APPROVED)
    await turned(world, freeze=True)
    await world.move(timedelta(days=10))
    await turned(world, freeze=False)
    await world.move(timedelta(days=5))
    assert world.case(name).state is State.EXPIRED


async def test_a_stop_comes_through_while_frozen() -> None:
    world, name = await reach(State.APPROVED)
    await turned(world, freeze=True)
    await world.ask_for_pass(name)
    await world.run()
    await act_on_own_case.withdraw(name, world.student, world.web)
    await world.run()
    assert world.case(name).terminal


async def test_frozen_between_the_claim_and_the_pass_none_is_made() -> None:
    world, name = await reach(State.APPROVED)
    world.seen.meanwhile("sessions", "revoke", lambda: world.storage.switches.freeze(frozen=True))
    await world.ask_for_pass(name)
    await world.run()
    case = world.case(name)
    assert case.state is State.APPROVED
    assert waits_for_thaw(case)
    assert world.graph.account(world.student).passes_made == []


async def test_a_switch_that_cannot_be_read_right_before_the_pass_makes_none() -> None:
    world, name = await reach(State.APPROVED)
    world.seen.faults.append(Fault("switches", "frozen", UnavailableError("down"), skip=1, times=1))
    await world.ask_for_pass(name)
    await world.run()
    assert world.case(name).state is State.APPROVED
    assert world.graph.account(world.student).passes_made == []


async def test_asking_anew_while_frozen_leaves_the_pass_that_is_there() -> None:
    world, name = await reach(State.ISSUED)
    there = world.live_pass
    await turned(world, freeze=True)
    await world.ask_for_pass(name, "session-2")
    await world.run()
    assert world.case(name).state is State.ISSUED
    assert world.live_pass == there


@pytest.mark.parametrize(
    ("error", "after"), [(CrashError, False), (CrashError, True), (UnknownOutcomeError, True)]
)
async def test_whatever_fails_on_the_way_the_switch_is_turned_once_and_told(
    error: type[BaseException],
    after: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    async def begin() -> World:
        world, name = await reach(State.APPROVED)
        world.name = name  # type: ignore[attr-defined]
        return world

    async def go(world: World) -> str:
        name: str = world.name  # type: ignore[attr-defined]
        await world.person(lambda: turn(world, freeze=True))
        await world.move(3 * _MINUTE)
        return name

    async def check(world: World, name: str) -> None:
        await world.move(3 * _MINUTE)
        assert await frozen(world)
        assert "service_frozen" in world.subjects(people.OPERATORS[0])
        assert len(world.storage.inbox) == 0
        assert (await world.storage.switches.freeze_switch()).number == 1
        assert world.case(name).state is State.APPROVED

    await fail_everywhere(begin, go, check, error, after=after)


async def test_of_a_wish_to_freeze_and_a_release_at_once_the_freeze_is_what_stays() -> None:
    """The one that is safe is done first; the release then names a switch that nobody saw."""
    world = World()
    for kind, by, why in ((RequestKind.THAW, "both", "cleared"), (RequestKind.FREEZE, "ope", "fault")):
        token = world.staff[by].token
        await world.storage.inbox.put(
            Request(FREEZE_ID, kind, 0, world.clock.now(), {"reason_code": why}, token, REAL)
        )
    await world.tick()
    assert await frozen(world)
