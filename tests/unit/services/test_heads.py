"""The heads of the audit chain in the worker's loop: one a look, none forgotten, and no pass before the claim is kept."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters import codec
from shared.domain import audit
from shared.domain.audit import Trail, Verdict
from shared.domain.events import EventKind
from shared.domain.kinds import Attention
from shared.domain.states import State
from shared.ports import UnavailableError, UnknownOutcomeError
from tests.unit import people
from tests.unit.failing import fail_everywhere
from tests.unit.observed import CrashError, Fault
from tests.unit.reaching import operate, reach
from tests.unit.world import World

_LONG = timedelta(hours=3)


def _verdict(world: World, name: str) -> Verdict:
    found = world.snapshot(name)
    heads = tuple(world.storage.heads.peek(name))
    case = found.application
    return audit.verify(Trail(name, found.events, case.events, case.chain, heads))


def _down(world: World, *, times: int = 1_000_000) -> Fault:
    fault = Fault("heads", "keep", UnavailableError("no answer"), times=times)
    world.seen.faults.append(fault)
    return fault


async def test_at_rest_the_newest_event_of_a_case_is_kept() -> None:
    world = World()
    name = await world.apply()
    await world.run()

    verdict = _verdict(world, name)
    assert verdict.broken is None
    assert verdict.kept_to == verdict.events > 1
    assert len(world.storage.heads.peek(name)) == 1, "one head a look"


async def test_the_whole_road_to_the_end_is_kept_and_sound() -> None:
    world, name = await reach(State.COMPLETED)

    verdict = _verdict(world, name)
    assert (verdict.broken, verdict.unchained) == (None, 0)
    assert verdict.kept_to == verdict.events


async def test_a_look_that_finds_nothing_new_writes_no_head() -> None:
    world, name = await reach(State.IN_REVIEW)
    await world.tick()
    before = world.seen.calls.count(("heads", "keep"))
    case = world.case(name)
    await world.decide()
    await world.run()

    assert world.case(name).events > case.events
    assert world.seen.calls.count(("heads", "keep")) == before + 1


async def test_the_claim_is_kept_before_graph_is_asked_for_a_pass() -> None:
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    await world.run()

    calls = world.seen.calls
    made = calls.index(("passes", "create"))
    saves = [at for at, each in enumerate(calls[:made]) if each == ("applications", "save")]
    assert ("heads", "keep") in calls[saves[-1] : made]
    claim = world.events(name).index("pass_requested") + 1
    assert claim in {each.number for each in world.storage.heads.peek(name)}


async def test_no_record_no_pass_and_the_person_asks_again() -> None:
    world, name = await reach(State.APPROVED)
    fault = _down(world)
    await world.ask_for_pass(name)
    await world.run()

    assert world.case(name).state is State.APPROVED
    assert world.snapshot(name).events[-1].detail == {"why": "no_record"}
    assert ("passes", "create") not in world.seen.calls
    assert world.live_pass == ""

    world.seen.faults.remove(fault)
    await world.pickup(name)
    assert world.case(name).state is State.ISSUED
    assert _verdict(world, name).broken is None


async def test_a_head_that_could_not_be_written_is_written_later() -> None:
    world = World()
    fault = _down(world)
    name = await world.apply()
    await world.run()
    assert world.storage.heads.peek(name) == []
    assert world.case(name).state is State.IN_REVIEW, "nothing else waits for it"

    world.seen.faults.remove(fault)
    await world.move(timedelta(minutes=2))
    verdict = _verdict(world, name)
    assert verdict.kept_to == verdict.events


async def test_a_case_that_is_over_still_owes_its_head() -> None:
    world, name = await reach(State.ISSUED)
    fault = _down(world)
    world.register()
    await world.until(lambda: world.case(name).state is State.COMPLETED)
    assert _verdict(world, name).kept_to < world.case(name).events
    await world.move(timedelta(minutes=30))

    world.seen.faults.remove(fault)
    await world.move(timedelta(minutes=2))
    verdict = _verdict(world, name)
    assert verdict.kept_to == verdict.events


async def test_a_container_that_is_away_for_too_long_is_told_to_the_operators() -> None:
    world = World()
    _down(world)
    name = await world.apply()
    await world.run()
    assert "operator_alert" not in world.subjects(people.OPERATORS[0])

    await world.move(_LONG)
    assert "operator_alert" in world.subjects(people.OPERATORS[0])
    assert world.case(name).state is State.IN_REVIEW


async def test_another_hash_kept_for_an_event_parks_the_case_and_tells_the_operators(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    name = await world.apply()
    for number in range(1, 10):
        world.storage.heads.kept[name, number] = "0" * 64
    with caplog.at_level(logging.ERROR):
        await world.run()

    case = world.case(name)
    assert (case.state, case.attention) == (State.ATTENTION, Attention.AUDIT)
    assert EventKind.AUDIT_DIFFERED in {each.kind for each in world.snapshot(name).events}
    assert "operator_alert" in world.subjects(people.OPERATORS[0])
    assert "another head of the audit chain is kept already" in caplog.text
    assert world.events(name).count("audit_differed") == 1, "said once, however many heads differ"


async def test_no_pass_for_a_claim_of_which_another_hash_is_kept() -> None:
    world, name = await reach(State.APPROVED)
    claim = world.case(name).events + 1
    world.storage.heads.kept[name, claim] = "0" * 64
    await world.ask_for_pass(name)
    await world.run()

    assert world.case(name).state is State.ATTENTION
    assert ("passes", "create") not in world.seen.calls


async def test_after_the_operators_were_told_a_claim_that_differs_is_parked_again() -> None:
    world, name = await reach(State.APPROVED)
    for number in range(1, 60):
        world.storage.heads.kept[name, number] = "0" * 64
    await world.ask_for_pass(name)
    await world.run()
    await operate(world, name, "run again")
    assert world.case(name).state is State.APPROVED
    await world.ask_for_pass(name)
    await world.run()

    assert (world.case(name).state, world.case(name).attention) == (State.ATTENTION, Attention.AUDIT)
    assert world.events(name).count("audit_differed") == 1
    assert ("passes", "create") not in world.seen.calls


async def test_another_hash_of_a_case_that_is_over_is_told_to_the_operators() -> None:
    world, name = await reach(State.ISSUED)
    for number in range(world.case(name).events + 1, world.case(name).events + 9):
        world.storage.heads.kept[name, number] = "0" * 64
    world.register()
    await world.until(lambda: world.case(name).state is State.COMPLETED)
    await world.move(timedelta(hours=1))

    assert world.case(name).state is State.COMPLETED
    assert EventKind.AUDIT_DIFFERED in {each.kind for each in world.snapshot(name).events}
    assert "operator_alert" in world.subjects(people.OPERATORS[0])


async def test_a_late_answer_of_the_container_is_no_harm() -> None:
    world = World()
    world.seen.faults.append(Fault("heads", "keep", UnknownOutcomeError("lost"), times=1, after=True))
    name = await world.apply()
    await world.run()
    await world.move(timedelta(minutes=2))

    verdict = _verdict(world, name)
    assert verdict.kept_to == verdict.events
    assert world.case(name).state is State.IN_REVIEW


async def test_a_case_from_before_the_chain_begins_it_and_names_nobody() -> None:
    world, name = await reach(State.APPROVED)
    _forget_the_chain(world, name)
    await world.pickup(name)

    verdict = _verdict(world, name)
    assert verdict.broken is None
    assert 0 < verdict.unchained < verdict.events == verdict.kept_to
    later = world.snapshot(name).events[verdict.unchained :]
    assert {each.actor for each in later} == {""}


def _forget_the_chain(world: World, name: str) -> None:
    """What an older version of the service left behind."""
    case = world.storage.applications._cases[name]
    old = replace(world.case(name), chain="", chained_at=None, head=0, salt="")
    case.app = codec.application_text(old)
    for key, row in case.rows.items():
        if key.startswith("event:"):
            event = replace(codec.event_from(row), number=0, previous="", hash="")
            case.rows[key] = codec.event_text(event)
    world.storage.heads.kept.clear()


@pytest.mark.parametrize(
    ("error", "after"), [(CrashError, False), (CrashError, True), (UnavailableError, False)]
)
async def test_whatever_fails_around_the_end_of_a_case_its_last_event_is_kept(
    error: type[BaseException],
    after: bool,  # noqa: FBT001
) -> None:
    async def begin() -> World:
        return (await reach(State.ISSUED))[0]

    async def go(world: World) -> str:
        (name,) = world.storage.applications.ids()
        world.register()
        await world.move(timedelta(minutes=5))
        return name

    async def check(world: World, name: str) -> None:
        await world.move(timedelta(minutes=20))
        verdict = _verdict(world, name)
        assert world.case(name).state is State.COMPLETED
        assert (verdict.broken, verdict.kept_to) == (None, verdict.events)

    await fail_everywhere(begin, go, check, error, after=after, comes_back=False)


async def test_no_event_of_the_road_holds_anything_personal() -> None:
    world, name = await reach(State.COMPLETED)
    text = "\n".join(str(audit.line_of(name, each)) for each in world.snapshot(name).events)
    facts = world.graph.account(world.student).facts

    for word in (
        facts.oid,
        facts.upn,
        facts.display_name,
        facts.employee_id,
        people.OUTSIDE,
        people.OWN_MAILBOX,
    ):
        assert word
        assert word not in text
