"""Whether web can prove to Entra ID that it is its registrations: for ``/health/ready``, at which strangers may ask all day.

Their asking never makes more than one look at a time, nor a look before the last answer has grown old. Nobody waits for one
longer than a few seconds: then the last answer stands a little longer if it was a good one; what is not known counts as wrong.
The look goes on for those who ask later.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from shared.domain.health import Finding, HealthCode
from shared.ports import SignInProbe
from shared.services.check_health import check_sign_in

GOOD_FOR: Final = 300.0
"""Seconds for which an answer without a finding is kept."""
WRONG_FOR: Final = 60.0
"""Seconds for which a finding is kept: who has mended it should see so soon."""
_UNKNOWN: Final = (Finding(HealthCode.SIGN_IN_SILENT),)


class SignInWatch:
    """Keeps what was found last; one a process."""

    def __init__(
        self,
        probe: SignInProbe,
        seconds: Callable[[], float],
        *,
        patience: float = 3.0,
        longest: float = 25.0,
    ) -> None:
        """Look at nothing yet.

        Args:
            probe: What is asked.
            seconds: Real time that only goes forward, in seconds.
            patience: How many seconds somebody waits for an answer that is not there.
            longest: How many seconds one look may take.
        """
        self._probe = probe
        self._seconds = seconds
        self._patience = patience
        self._longest = longest
        self._found: tuple[Finding, ...] = _UNKNOWN
        self._until: float | None = None
        self._look: asyncio.Task[None] | None = None

    async def findings(self) -> tuple[Finding, ...]:
        """What is wrong, as far as it is known; raises nothing."""
        if self._until is not None and self._seconds() < self._until:
            return self._found
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._look_now())
        done, _ = await asyncio.wait({self._look}, timeout=self._patience)
        return self._found if done or self._was_good() else _UNKNOWN

    def _was_good(self) -> bool:
        """Whether the last answer was good, and not older than one look more may take: a slow Entra is no missing trust."""
        return self._until is not None and not self._found and self._seconds() < self._until + self._longest

    async def _look_now(self) -> None:
        found = await check_sign_in(self._probe, self._longest)
        self._found, self._until = found, self._seconds() + (WRONG_FOR if found else GOOD_FOR)
