"""Access keys of HTTP functions and of the admin endpoints.

Source: azure-functions-host AuthenticationLevelHandler.cs: the header `x-functions-key` first; `?code=` only when
the header is absent, so a wrong header beats a right code.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from local.host.metadata import AuthLevel

HEADER = "x-functions-key"
PARAMETER = "code"


@dataclass(frozen=True, slots=True)
class Keys:
    """The host's keys. With `checked` off everybody may do everything, as in Core Tools."""

    master: str | None = field(default=None, repr=False)
    function: str | None = field(default=None, repr=False)
    checked: bool = True

    def admit(self, level: AuthLevel, *, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
        """Whether the caller's key is good for the level."""
        if level is AuthLevel.ANONYMOUS or not self.checked:
            return True
        given = headers[HEADER] if HEADER in headers else query.get(PARAMETER, "")
        accepted = [self.master] if level is AuthLevel.ADMIN else [self.master, self.function]
        # No early end: the time taken tells nothing about which key was nearly right.
        matches = [hmac.compare_digest(given.encode(), key.encode()) for key in accepted if key]
        return any(matches)
