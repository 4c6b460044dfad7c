"""The process dies before or after any call of the whole road: nobody is lost and nothing is done unnoticed."""

import pytest

from shared.ports import UnavailableError, UnknownOutcomeError
from tests.unit.failing import struck_calls
from tests.unit.observed import CrashError
from tests.unit.patient import check_the_end, go_the_road
from tests.unit.university import FRIDAY_EVENING
from tests.unit.world import World


async def _calls_of_the_road() -> int:
    world = World(FRIDAY_EVENING)
    await go_the_road(world)
    return len(world.seen.calls)


@pytest.mark.parametrize(
    ("after", "comes_back"),
    [(False, False), (True, False), (True, True)],
    ids=["before_message_lost", "after_message_lost", "after_message_comes_back"],
)
async def test_a_crash_at_any_call_loses_nothing(after: bool, comes_back: bool) -> None:  # noqa: FBT001
    await _fail_everywhere(CrashError, after=after, comes_back=comes_back)


async def test_a_call_that_cannot_be_made_now_loses_nothing_wherever_it_is() -> None:
    await _fail_everywhere(UnavailableError, after=False)


async def test_an_answer_that_is_lost_loses_nothing_wherever_it_is() -> None:
    await _fail_everywhere(UnknownOutcomeError, after=True)


async def _fail_everywhere(error: type[BaseException], *, after: bool, comes_back: bool = True) -> None:
    calls = await _calls_of_the_road()
    failures = []
    for number in struck_calls(0, calls, after + comes_back + (error is UnknownOutcomeError)):
        world = World(FRIDAY_EVENING)
        world.seen.fail_at = (number, after)
        world.seen.fails_with = error
        world.messages_come_back = comes_back
        try:
            await check_the_end(world, await go_the_road(world))
            assert world.seen.failures == 1
        except BaseException as found:  # noqa: BLE001 - collected, to show all of them at once
            failures.append(f"{number} of {calls}, {world.seen.calls[number - 1]}: {found!r:.300}")
    assert not failures, "\n".join(failures)
