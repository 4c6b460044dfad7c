"""Where a test may step between a service and a fake: awaited around every call of an asynchronous port."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Protocol


async def nothing(_port: str, _method: str) -> None:
    """What a hook does unless a test says otherwise."""


class Hooks:
    """``before`` runs ahead of the effect, ``after`` behind it; both get the names of the port and of the method.

    One that has nothing to wait for may return None instead of something to await.

    An error in ``before`` is a call that never arrived; one in ``after`` is an answer that got lost; waiting in
    either delays and reorders. Between the two the effect itself never yields, so it is one step.
    """

    def __init__(self) -> None:
        self.before: Callable[[str, str], Awaitable[None] | None] = nothing
        self.after: Callable[[str, str], Awaitable[None] | None] = nothing


class Hooked(Protocol):
    """A fake of one port."""

    hooks: Hooks

    @property
    def port(self) -> str:
        """Name of the port it stands in for."""
        ...


def call[S: Hooked, **P, R](
    method: Callable[Concatenate[S, P], Awaitable[R]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, R]]:
    """Run a fake's method between its hooks."""
    name = getattr(method, "__name__", "")

    @wraps(method)
    async def called(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        hooks, port = self.hooks, self.port
        wait = hooks.before(port, name)
        if wait is not None:
            await wait
        result = await method(self, *args, **kwargs)
        wait = hooks.after(port, name)
        if wait is not None:
            await wait
        return result

    return called
