"""Let every call of a road fail once, each in a world of its own."""

from collections.abc import Awaitable, Callable

from tests.unit.world import World

type Begin = Callable[[], Awaitable[World]]
type Go = Callable[[World], Awaitable[str]]
type Check = Callable[[World, str], Awaitable[None]]


async def fail_everywhere(
    begin: Begin,
    go: Go,
    check: Check,
    error: type[BaseException],
    *,
    after: bool,
    comes_back: bool = True,
) -> None:
    """Go the road once for each of its calls, with that call failing; all that goes wrong is shown at once.

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
    for number in range(before + 1, calls + 1):
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
    assert struck * 10 >= (calls - before) * 9  # a call that is refused anyhow has no answer to lose
