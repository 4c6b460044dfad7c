"""What a queue or timer function says when it fails: the error's class and the lines of code, never its text.

The platform logs the error that leaves a function, with its text, its traceback and all that led to it, where our list of
fields does not reach. Such texts hold what a row says (pydantic, JSON, ``KeyError``), or what a service wrote about an account.
"""

from collections.abc import Awaitable, Callable
from functools import wraps

from shared.logs import frames


class FunctionFailedError(Exception):
    """A run failed; the platform brings the message again, or the timer comes again. Nothing else is in it."""


def saying_only_where[**P](work: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
    """Raise :class:`FunctionFailedError` in place of whatever leaves the function, without a cause or a context."""

    @wraps(work)
    async def bounded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            await work(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever it is, its text stays here
            failed = FunctionFailedError(_words(error))
        else:
            return
        raise failed  # outside of the block: within it the error would go along as its context

    return bounded


def _words(error: Exception) -> str:
    words = f"{type(error).__name__} at {frames(error)}"
    if isinstance(error, ExceptionGroup):
        return " + ".join([words, *(_words(each) for each in error.exceptions)])
    if getattr(error, "title", "") == "Settings":
        return f"{words}: {error}"  # names what is missing; it never shows a value (docs/settings.md)
    return words
