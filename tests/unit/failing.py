"""Let calls of a road fail, each in a world of its own.

On a long road each kind of trouble strikes at every third call. The three ways to die strike at different ones, so that every
call is died at; ``make crashes`` strikes at every call in every way.
"""

import os
from collections.abc import Awaitable, Callable

from shared.ports import UnknownOutcomeError
from tests.unit.world import World

type Begin = Callable[[], Awaitable[World]]
type Go = Callable[[World], Awaitable[str]]
type Check = Callable[[World, str], Awaitable[None]]

_LONG = 40
_STRIDE = 1 if os.environ.get("REREGISTER_EVERY_CALL") else 3


def struck_calls(before: int, calls: int, kind: int) -> range:
    """Numbers of the calls to strike among those from `before`, exclusive, to `calls`.

    Args:
        before: How many calls were made before the road begins.
        calls: How many were made at its end.
        kind: A number of the kind of trouble: neighbours do not strike at the same calls.
    """
    stride = _STRIDE if calls - before > _LONG else 1
    return range(before + 1 + kind % stride, calls + 1, stride)


async def fail_everywhere(
    begin: Begin,
    go: Go,
    check: Check,
    error: type[BaseException],
    *,
    after: bool,
    comes_back: bool = True,
) -> None:
    """Go the road once for each call to strike, with that call failing; all that goes wrong is shown at once.

    Args:
        begin: Makes a world; its calls do not fail.
        go: Goes the road; the id of the application.
        check: Looks how it ended; its calls do not fail.
        error: What the call raises.
        after: Whether the call did its work before, so that only its answer is lost.
        comes_back: Whether the message of a worker that died comes back.
    """
    whole = await begin()
    before = len(whole.seen.calls)
    name = await go(whole)
    calls = len(whole.seen.calls)
    await check(whole, name)
    failures, struck = [], 0
    numbers = struck_calls(before, calls, after + comes_back + (error is UnknownOutcomeError))
    for number in numbers:
        world = await begin()
        world.seen.fail_at = (number, after)
        world.seen.fails_with = error
        world.messages_come_back = comes_back
        try:
            name = await go(world)
            world.seen.fail_at = None
            await check(world, name)
            struck += world.seen.failures
        except BaseException as found:  # noqa: BLE001 - collected, to show all of them at once
            failures.append(f"{number} of {calls}, {world.seen.calls[number - 1]}: {found!r:.300}")
    assert not failures, "\n".join(failures)
    assert struck * 10 >= len(numbers) * 9  # a call that is refused anyhow has no answer to lose
