"""While versions change over, an older worker leaves alone what a newer one wrote, says so, and the newer one goes on."""

import functools
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from shared.ports import NewerVersionError

_LOG = logging.getLogger(__name__)


def leaving_newer_alone[**P](
    look: Callable[P, Coroutine[Any, Any, None]],
) -> Callable[P, Coroutine[Any, Any, None]]:
    """The look, which ends where a row of the case, or one that it needs, was written by a newer version.

    Nothing is lost: no due row and no request is erased, so the next timer looks again, and the newer version's does the work.
    After a deployment was taken back the line in the log tells which cases wait for it (``docs/operations.md``).

    Args:
        look: Takes the id of the application first.
    """

    @functools.wraps(look)
    async def looking(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            await look(*args, **kwargs)
        except NewerVersionError:
            application = args[0] if args else ""
            _LOG.error(
                "left alone: written by a newer version of the service", extra={"application": application}
            )

    return looking
