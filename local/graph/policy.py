"""The Temporary Access Pass policy of the tenant, and what it refuses at creation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from local.graph.errors import bad_request

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Bounds that no policy may exceed, in minutes and characters (learn.microsoft.com: how to configure TAP).
ABSOLUTE_MINUTES: Final = (10, 43_200)
CODE_LENGTHS: Final = (8, 48)
#: The target that means everybody.
ALL_USERS: Final = "all_users"


@dataclass(frozen=True, kw_only=True, slots=True)
class TapPolicy:
    """Settings of the method configuration ``temporaryAccessPass``; lifetimes in minutes."""

    state: str = "enabled"
    minimum: int = 60
    maximum: int = 480
    default: int = 60
    one_time: bool = False
    length: int = 8
    include: tuple[str, ...] = (ALL_USERS,)
    exclude: tuple[str, ...] = ()

    def changed(self, switches: Mapping[str, Any]) -> TapPolicy:
        """Return the policy with these properties (named as in Graph) replaced; ValueError for others."""
        names = {
            "state": "state",
            "minimumLifetimeInMinutes": "minimum",
            "maximumLifetimeInMinutes": "maximum",
            "defaultLifetimeInMinutes": "default",
            "isUsableOnce": "one_time",
            "defaultLength": "length",
            "includeTargets": "include",
            "excludeTargets": "exclude",
        }
        unknown = set(switches) - set(names)
        if unknown:
            message = f"unknown policy settings: {sorted(unknown)}"
            raise ValueError(message)
        values: dict[str, Any] = {
            names[key]: tuple(value) if isinstance(value, list) else value for key, value in switches.items()
        }
        return replace(self, **values)

    def lifetime(self, asked: int | None) -> int:
        """Return the lifetime a pass gets in minutes.

        :raises GraphError: 400 with Graph's documented text if it lies outside the policy.
        """
        if asked is None:
            return self.default
        low, high = self.minimum, self.maximum
        if not (low <= asked <= high and ABSOLUTE_MINUTES[0] <= asked <= ABSOLUTE_MINUTES[1]):
            message = f"Invalid LifetimeInMinutes specified. The valid range between {low} and {high}."
            raise bad_request(message)
        return asked

    def once(self, asked: bool | None) -> bool:  # noqa: FBT001 - a property of the request body
        """Return whether a pass is one-time; a multi-use pass is refused while the policy forces one-time."""
        if asked is False and self.one_time:
            message = "Policy requires Temporary Access Pass to be usable once."
            raise bad_request(message)
        return self.one_time if asked is None else asked

    def covers(self, groups: frozenset[str]) -> bool:
        """Tell whether a member of these groups (transitively) may sign in with a pass; exclusion wins."""
        if groups & set(self.exclude):
            return False
        return ALL_USERS in self.include or bool(groups & set(self.include))

    def document(self) -> dict[str, Any]:
        """Return the configuration as Graph shows it."""
        return {
            "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
            "id": "TemporaryAccessPass",
            "state": self.state,
            "defaultLifetimeInMinutes": self.default,
            "defaultLength": self.length,
            "minimumLifetimeInMinutes": self.minimum,
            "maximumLifetimeInMinutes": self.maximum,
            "isUsableOnce": self.one_time,
            "includeTargets": [
                {"targetType": "group", "id": target, "isRegistrationRequired": False}
                for target in self.include
            ],
            "excludeTargets": [{"targetType": "group", "id": target} for target in self.exclude],
        }
