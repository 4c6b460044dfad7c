"""Hints are only hints: lost, doubled, late or poisonous ones do no harm, and every row that is due brings somebody."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.kinds import Attention
from shared.domain.requests import Request, RequestKind
from shared.domain.states import State
from shared.ports import StaleError, UnavailableError
from shared.services.ask import ask
from shared.services.look_at import look_at
from shared.services.park_poison import park_poison
from shared.services.wake_due import LOOKS_IN_THIS_RUN, wake_due
from shared.services.watch_cases import list_attention, list_cases, retry_poison
from tests.unit import people
from tests.unit.observed import Fault
from tests.unit.patient import check_the_end, go_the_road
from tests.unit.reaching import operate, reach
from tests.unit.university import FRIDAY_EVENING
from tests.unit.world import World

_NOBODY = "0" * 32


async def test_without_any_hint_the_timer_does_everything() -> None:
    world = World(FRIDAY_EVENING)

    async def lose(port: str, _method: str) -> None:
        if port != "hints":
            for lane in world.storage.hints.lanes.values():
                lane.clear()

    world.seen.between = lose
    name = await go_the_road(world)
    world.seen.between = None
    await check_the_end(world, name)


async def test_every_hint_twice_changes_nothing() -> None:
    world = World(FRIDAY_EVENING)
    take = world.storage.hints.take
    again: list[str] = []

    def twice(lane: str) -> str | None:
        if again:
            return again.pop()
        name = take(lane)
        if name is not None:
            again.append(name)
        return name

    world.storage.hints.take = twice  # type: ignore[method-assign]
    name = await go_the_road(world)
    await check_the_end(world, name)
    assert world.events(name).count("pass_issued") == 1


async def test_a_hint_that_cannot_be_sent_is_only_a_hint() -> None:
    world = World()
    world.seen.faults.append(Fault("hints", "send", UnavailableError("queue is down")))
    name = await world.apply()
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.IN_REVIEW


@pytest.mark.parametrize("beside", [2, 4])
async def test_workers_side_by_side_at_every_turn_do_everything_once(beside: int) -> None:
    world = World(FRIDAY_EVENING)

    async def yield_(_port: str, _method: str) -> None:
        await asyncio.sleep(0)

    world.seen.between = yield_
    name = await world.apply()
    for _ in range(3):
        await asyncio.gather(*(look_at(name, world.worker) for _ in range(beside)))
    await world.move(timedelta(days=4))
    assert world.case(name).state is State.IN_REVIEW
    await world.decide()
    await asyncio.gather(*(look_at(name, world.worker) for _ in range(beside)))
    await world.ask_for_pass(name)
    await asyncio.gather(*(look_at(name, world.worker) for _ in range(beside)))
    assert world.case(name).state is State.ISSUED
    assert len(world.graph.account(world.student).passes_made) == 1
    world.register()
    await ask(name, RequestKind.REGISTERED, 99, world.web)
    await asyncio.gather(*(look_at(name, world.worker) for _ in range(beside)))
    await world.move(timedelta(days=8))
    world.seen.between = None
    await check_the_end(world, name)


@pytest.mark.parametrize("number", range(1, 10))
async def test_a_save_that_somebody_else_overtook_is_done_again_from_what_is_there_now(number: int) -> None:
    world = World(FRIDAY_EVENING)
    world.seen.faults.append(Fault("applications", "save", StaleError("overtaken"), times=1, skip=number - 1))
    await check_the_end(world, await go_the_road(world))


async def test_a_fresh_request_is_left_to_its_own_hint() -> None:
    world = World()
    world.storage.inbox.real_time = lambda: datetime.now(UTC)
    name = await world.apply()
    world.storage.hints.lanes["review"].clear()
    await wake_due(world.worker)
    assert world.storage.applications.peek(name) is None


async def test_more_than_one_run_can_do_is_handed_to_the_queues() -> None:
    world = World()
    for number in range(LOOKS_IN_THIS_RUN + 3):
        oid = f"student-{number}"
        world.graph.add(people.account(oid))
        await world.apply(subject=oid, nonce=oid)
    world.storage.hints.lanes["review"].clear()
    assert await wake_due(world.worker) == LOOKS_IN_THIS_RUN + 3
    assert len(world.storage.hints.lanes["review"]) == 3
    await world.run()
    assert len(await world.storage.open_cases.names()) == LOOKS_IN_THIS_RUN + 3


async def test_one_bad_request_does_not_keep_the_others_asleep() -> None:
    world = World()
    await world.storage.inbox.put(
        Request(_NOBODY, RequestKind.SUBMIT, 0, world.clock.now(), {"subject": "without the rest"})
    )
    name = await world.apply()
    world.storage.hints.lanes["review"].clear()
    await wake_due(world.worker)
    assert world.case(name).state is State.IN_REVIEW


async def test_a_bad_request_while_mail_is_down_does_not_keep_the_others_asleep() -> None:
    world = World()
    await world.storage.inbox.put(
        Request(_NOBODY, RequestKind.SUBMIT, 0, world.clock.now(), {"subject": "without the rest"})
    )
    name = await world.apply()
    world.storage.hints.lanes["review"].clear()
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("mail is down")))
    await wake_due(world.worker)
    assert world.case(name).state is State.IN_REVIEW
    assert len(await world.storage.poison.kept()) == 1
    assert len(await world.storage.inbox.waiting(_NOBODY)) == 1  # it may come from a newer web: it stays


async def test_many_bad_requests_are_told_of_once_and_within_the_budget() -> None:
    world = World()
    for number in range(30):
        await world.storage.inbox.put(
            Request(f"{number:032x}", RequestKind.DECISION, 1, world.clock.now(), {"decision": "maybe"})
        )
    await wake_due(world.worker)
    await wake_due(world.worker)
    assert world.subjects(people.OPERATORS[0]) == ["given_up"]
    assert len(await world.storage.poison.kept()) == 30
    assert len(world.storage.inbox) == 0


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "approve", "message": "x" * 5000},
        {f"field-{number}": "x" for number in range(30)} | {"decision": "approve"},
        {"decision": "approve", **{f"f{number}": "x" * 3900 for number in range(6)}},
    ],
)
async def test_a_request_that_could_never_be_answered_is_set_aside(body: dict[str, str]) -> None:
    world = World()
    name = await world.apply()
    await world.run()
    await world.storage.inbox.put(Request(name, RequestKind.DECISION, 1, world.clock.now(), body))
    await wake_due(world.worker)
    await world.decide()
    await world.run()
    assert world.case(name).state is State.APPROVED


async def test_a_retry_that_cannot_be_verified_now_does_not_keep_the_others_asleep() -> None:
    world = World()
    await park_poison("review", "garbage", world.worker)
    (kept,) = await world.storage.poison.kept()
    staff = world.staff["ope"]
    await retry_poison(kept.key, staff.identity, staff.token, world.web)
    world.seen.faults.append(Fault("staff_tokens", "verify", UnavailableError("keys cannot be read")))
    name = await world.apply()
    world.storage.hints.lanes["review"].clear()
    await wake_due(world.worker)
    assert world.case(name).state is State.IN_REVIEW
    assert await world.storage.poison.kept() == [kept]
    world.seen.faults.clear()
    await wake_due(world.worker)
    assert await world.storage.poison.kept() == []


# --- poison -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [each for each in State if each not in {State.COMPLETED, State.REJECTED, State.CANCELLED, State.EXPIRED}],
)
async def test_a_poison_message_parks_its_open_case_and_tells_the_operator(state: State) -> None:
    world, name = await reach(state)
    await park_poison("review", name, world.worker)
    cases, poison = await list_attention(world.web)
    assert [each.id for each in cases] == [name]
    assert [(each.lane, each.text) for each in poison] == [("review", name)]
    await world.move(timedelta(minutes=12))
    assert "operator_alert" in world.subjects(people.OPERATORS[0])


async def test_a_poison_message_parks_its_case_even_while_mail_is_down_and_tells_of_it_once() -> None:
    world, name = await reach(State.IN_REVIEW)
    world.seen.faults.append(Fault("mailer", "send", UnavailableError("mail is down")))
    await park_poison("review", name, world.worker)
    assert world.case(name).attention is Attention.POISON
    world.seen.faults.clear()
    await world.move(timedelta(minutes=12))
    assert len(world.mailer.to(people.OPERATORS[0])) == 1


async def test_a_poison_message_of_an_ended_case_is_kept_and_the_case_left_alone() -> None:
    world, name = await reach(State.COMPLETED)
    await park_poison("mail", name, world.worker)
    assert world.case(name).state is State.COMPLETED
    assert len(await world.storage.poison.kept()) == 1


async def test_garbage_is_kept_and_does_no_harm() -> None:
    world = World()
    for text in ("garbage", "x" * 5000, "", _NOBODY, "日本語"):
        await park_poison("review", text, world.worker)
        await look_at(_NOBODY, world.worker)
    assert len(await world.storage.poison.kept()) == 5
    assert world.storage.applications.ids() == []
    assert not world.needless_wakes()


async def test_the_same_poison_message_twice_is_one() -> None:
    world, name = await reach(State.IN_REVIEW)
    for _ in range(2):
        await park_poison("review", name, world.worker)
    assert len(await world.storage.poison.kept()) == 1
    assert world.events(name).count("attention_needed") == 1


async def test_a_retried_poison_message_lets_its_case_run_again() -> None:
    world, name = await reach(State.IN_REVIEW)
    await park_poison("review", name, world.worker)
    (kept,) = await world.storage.poison.kept()
    staff = world.staff["ope"]
    await retry_poison(kept.key, staff.identity, staff.token, world.web)
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.IN_REVIEW
    assert world.case(name).round == 2
    assert await world.storage.poison.kept() == []
    assert len(world.storage.inbox) == 0


@pytest.mark.parametrize("by", ["rei", "aud"])
async def test_only_an_operator_retries(by: str) -> None:
    world = World()
    await park_poison("review", "garbage", world.worker)
    (kept,) = await world.storage.poison.kept()
    staff = world.staff[by]
    await retry_poison(kept.key, staff.identity, staff.token, world.web)
    await world.move(timedelta(minutes=1))
    assert await world.storage.poison.kept() == [kept]
    assert not any(world.storage.hints.lanes.values())
    assert len(world.storage.inbox) == 0


async def test_a_case_parked_while_stopping_goes_on_stopping() -> None:
    world, name = await reach(State.STOPPING)
    await park_poison("review", name, world.worker)
    world.seen.faults.clear()
    await operate(world, name, "run again")
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.CANCELLED


async def test_a_case_parked_while_a_pass_is_being_made_keeps_no_pass() -> None:
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    world.seen.meanwhile("passes", "create", lambda: park_poison("issuance", name, world.worker))
    await world.run()
    assert world.case(name).attention is Attention.POISON
    assert world.live_pass == ""
    await operate(world, name, "run again")
    assert await world.pickup(name, "session-2")


async def test_the_console_lists_open_cases_oldest_first_without_stale_names() -> None:
    world, name = await reach(State.IN_REVIEW)
    world.graph.add(people.account("taro"))
    world.clock.advance(timedelta(minutes=1))
    other = await world.apply(subject="taro", nonce="taro")
    await world.run()
    await world.storage.open_cases.add(_NOBODY)
    assert [each.id for each in await list_cases(world.web)] == [name, other]


async def test_photos_that_nobody_claims_are_erased_after_half_an_hour() -> None:
    world = World()
    world.seen.faults.append(Fault("inbox", "put", UnavailableError("down"), skip=1, times=4))
    with pytest.raises(UnavailableError):
        await world.apply()
    assert len(world.storage.photos.blobs) == 1
    await world.move(timedelta(minutes=29))
    assert len(world.storage.photos.blobs) == 1
    await world.move(timedelta(minutes=1))
    assert not world.storage.photos.blobs
    assert len(world.storage.inbox) == 0
