"""The process dies before or after any call of the whole road: nobody is lost and nothing is done unnoticed."""

import pytest

from shared.ports import UnavailableError, UnknownOutcomeError
from tests.unit.observed import CrashError
from tests.unit.patient import check_the_end, go_the_road
from tests.unit.university import FRIDAY_EVENING
from tests.unit.world import World

_SHARES = 4


async def _calls_of_the_road() -> int:
    world = World(FRIDAY_EVENING)
    await go_the_road(world)
    return len(world.seen.calls)


@pytest.mark.parametrize("share", range(_SHARES))
@pytest.mark.parametrize(
    ("after", "comes_back"),
    [(False, False), (True, False), (True, True)],
    ids=["before_message_lost", "after_message_lost", "after_message_comes_back"],
)
async def test_a_crash_at_any_call_loses_nothing(share: int, after: bool, comes_back: bool) -> None:  # noqa: FBT001
    await _fail_everywhere(share, CrashError, after=after, comes_back=comes_back)


@pytest.mark.parametrize("share", range(_SHARES))
async def test_a_call_that_cannot_be_made_now_loses_nothing_wherever_it_is(share: int) -> None:
    await _fail_everywhere(share, UnavailableError, after=False)


@pytest.mark.parametrize("share", range(_SHARES))
async def test_an_answer_that_is_lost_loses_nothing_wherever_it_is(share: int) -> None:
    await _fail_everywhere(share, UnknownOutcomeError, after=True)


async def _fail_everywhere(
    share: int, error: type[BaseException], *, after: bool, comes_back: bool = True
) -> None:
    calls = await _calls_of_the_road()
    failures = []
    for number in range(share + 1, calls + 1, _SHARES):
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
