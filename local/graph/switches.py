"""The lasting rules of the local Graph, read from the switches of the control door each time they matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from local.graph.errors import bad_request
from local.graph.policy import TapPolicy

if TYPE_CHECKING:
    from local.faults import Faults

SERVICE: Final = "graph"
_NUMBER: Final = (int, float)
_SETTINGS: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    "second_pass": ((str,), "`override` (default): a create replaces a live pass; `refuse`: it answers 400"),
    "delete_pass_revokes_sessions": ((bool,), "true: deleting a live pass ends the person's sessions"),
    "unknown_reason": ((bool,), "true: passes carry a methodUsabilityReason that no documentation names"),
    "out_of_policy_create": (
        (str,),
        "`allow` (default) or `refuse`: a pass for a person outside the policy's scope",
    ),
    "policy_disabled_create": ((str,), "`allow` (default) or `refuse`: a pass while the policy is disabled"),
    "policy": (
        (dict,),
        'properties of the TAP policy, e.g. {"minimumLifetimeInMinutes": 10, "isUsableOnce": true}',
    ),
    "lag": (_NUMBER, "seconds until a new or deleted pass or method shows in reads (business clock)"),
    "pass_delay": (_NUMBER, "seconds until a new pass is accepted at sign-in (business clock)"),
    "revoke_delay": (_NUMBER, "seconds until revoked sessions end (business clock)"),
    "revoke_status": ((int,), "200 (default, with a body) or 204: the answer of revokeSignInSessions"),
    "mask_phones": ((bool,), "true: phone numbers are masked in lists"),
    "default_method_stays": ((bool,), "true: a newly registered method does not become the default method"),
    "unknown_method": ((bool,), "true: every person also has a method of a kind that no documentation names"),
    "page_size": ((int,), "elements of a list in one answer (default 4)"),
    "empty_first_page": ((bool,), "true: each list begins with an empty page that has a next link"),
}


def declare(faults: Faults) -> None:
    """Make the keys known to the control door."""
    for name, (types, text) in _SETTINGS.items():
        faults.declare(SERVICE, name, types=types, effect=False, help=text)
    faults.declare(SERVICE, "truncate", types=(bool,), effect=True, help="true: the body ends in the middle")


class Switches:
    """Typed reading of the settings above."""

    def __init__(self, faults: Faults, base: TapPolicy) -> None:
        """Read from ``faults``; ``base`` is the policy when no switch changes it."""
        declare(faults)
        self._faults = faults
        self._base = base

    def on(self, name: str) -> bool:
        """Tell whether a yes-no switch is on (default off)."""
        return bool(self._faults.setting(SERVICE, name, False))  # noqa: FBT003 - the default

    def word(self, name: str, default: str) -> str:
        """Return a word."""
        return str(self._faults.setting(SERVICE, name, default))

    def number(self, name: str, default: float = 0.0) -> float:
        """Return a number, in seconds where the name is a time."""
        return float(self._faults.setting(SERVICE, name, default))

    def policy(self) -> TapPolicy:
        """Return the TAP policy in force.

        :raises GraphError: 400 naming the setting, if the switch has one that no policy has.
        """
        changes: dict[str, Any] = self._faults.setting(SERVICE, "policy", {})
        try:
            return self._base.changed(changes)
        except ValueError as error:
            raise bad_request(str(error)) from error
