"""The process dies before or after any call of the whole road: nobody is lost and nothing is done unnoticed."""

import pytest

from tests.unit.patient import check_the_end, go_the_road
from tests.unit.world import FRIDAY_EVENING, World

_SHARES = 8


async def _calls_of_the_road() -> int:
    world = World(FRIDAY_EVENING)
    await go_the_road(world)
    return len(world.seen.calls)


@pytest.mark.parametrize("share", range(_SHARES))
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("comes_back", [False, True], ids=["message_lost", "message_comes_back"])
async def test_a_crash_at_any_call_loses_nothing(share: int, after: bool, comes_back: bool) -> None:  # noqa: FBT001
    calls = await _calls_of_the_road()
    failures = []
    for number in range(share + 1, calls + 1, _SHARES):
        world = World(FRIDAY_EVENING)
        world.seen.crash_at = (number, after)
        world.messages_come_back = comes_back
        try:
            await check_the_end(world, await go_the_road(world))
            assert world.seen.crashes == 1
        except Exception as error:  # noqa: BLE001 - collected, to show all of them at once
            failures.append(f"{number} of {calls}, {world.seen.calls[number - 1]}: {error!r:.300}")
    assert not failures, "\n".join(failures)
