"""Switches that make the local cloud misbehave: one JSON document, kept by the control door.

A document names services, each with one switch or a list of them::

    {"graph": {"status": 503, "times": 2, "operation": "POST temporaryAccessPassMethods"},
     "mail": [{"status": 429, "retry_after": 1, "times": 1}, {"per_minute": 30}]}

Two sorts of key: an *effect* happens to single calls and is taken with `take`, which counts `after` and
`times` down; a *setting* is a lasting rule and is read with `setting`. Services declare further keys.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type Switch = dict[str, Json]


class UnknownSwitchError(ValueError):
    """The document names a service or a key that does not exist, or gives a value of the wrong type."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key of a switch: its JSON type, whether it acts on single calls, and what it does."""

    types: tuple[type, ...]
    effect: bool
    help: str


_NUMBER = (int, float)
_COUNTING = {
    "times": Key(types=(int,), effect=False, help="only this many calls, then the switch is gone"),
    "after": Key(types=(int,), effect=False, help="let this many matching calls pass first"),
    "operation": Key(types=(str,), effect=False, help="only calls whose operation contains this text"),
}
_EFFECTS = {
    "status": Key(types=(int,), effect=True, help="answer with this HTTP status"),
    "retry_after": Key(types=(int, str), effect=True, help="the Retry-After header (seconds or HTTP date)"),
    "slow": Key(types=_NUMBER, effect=True, help="wait this many seconds before answering"),
    "drop": Key(types=(str,), effect=True, help="close the connection: `before` or `after` the effect"),
    "done": Key(
        types=(bool,), effect=True, help="true: do what was asked, then answer with `status` (done, not told)"
    ),
}
_ENTRA = {
    "token_minutes": Key(types=(int,), effect=False, help="life of tokens instead of 60 to 75 minutes"),
    "stale_minutes": Key(
        types=(int,),
        effect=False,
        help="`auth_time` lies so many minutes back, whatever max_age and prompt asked for",
    ),
}
_STOPPED = {
    "stopped": Key(types=(bool,), effect=False, help="true: the process is stopped; false or absent: runs")
}


class Faults:
    """The switches in force. Thread-safe; a `take` changes the counts that `document` shows."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[str, dict[str, Key]] = {
            "entra": dict(_COUNTING | _EFFECTS | _ENTRA),
            "graph": dict(_COUNTING | _EFFECTS),
            "mail": dict(_COUNTING | _EFFECTS),
            "card": dict(_COUNTING | _EFFECTS),
            "azurite": dict(_STOPPED),
            "worker": dict(_STOPPED),
            "web": dict(_STOPPED),
        }
        self._switches: dict[str, list[Switch]] = {}

    def declare(self, service: str, name: str, *, types: tuple[type, ...], effect: bool, help: str) -> None:  # noqa: A002 - reads as in argparse
        """Add a key of a service's own. `effect=True` makes `take` return switches that have it."""
        with self._lock:
            self._known.setdefault(service, dict(_COUNTING))[name] = Key(
                types=types, effect=effect, help=help
            )

    def known(self) -> dict[str, dict[str, str]]:
        """Every service's keys with their explanations."""
        with self._lock:
            return {
                service: {name: key.help for name, key in keys.items()}
                for service, keys in self._known.items()
            }

    def document(self) -> dict[str, Json]:
        """The switches in force, with the counts that are left; one alone is shown without its list."""
        with self._lock:
            shown: dict[str, Json] = {}
            for service, switches in self._switches.items():
                copies: list[Json] = [copy.deepcopy(switch) for switch in switches]
                shown[service] = copies[0] if len(copies) == 1 else copies
            return shown

    def put(self, document: Mapping[str, object]) -> None:
        """Replace all switches. Raises UnknownSwitchError, and then changes nothing."""
        with self._lock:
            self._switches = {service: self._checked(service, value) for service, value in document.items()}

    def take(self, service: str, *, operation: str) -> Switch | None:
        """The effect that hits this call, counted down, or None. The first switch that matches wins."""
        with self._lock:
            switches = self._switches.get(service, [])
            for switch in switches:
                if not self._acts_on(service, switch, operation):
                    continue
                waiting = switch.get("after", 0)
                if isinstance(waiting, int) and waiting > 0:
                    switch["after"] = waiting - 1
                    continue
                hit = copy.deepcopy(switch)
                left = switch.get("times")
                if isinstance(left, int):
                    switch["times"] = left - 1
                    if left <= 1:
                        switches.remove(switch)
                        self._drop_if_empty(service)
                return hit
            return None

    def setting[T: Json](self, service: str, name: str, default: T) -> T:
        """A lasting rule of a service, or `default`. Its type was checked when it was put."""
        with self._lock:
            for switch in self._switches.get(service, []):
                if name in switch:
                    return switch[name]  # type: ignore[return-value]
            return default

    def _drop_if_empty(self, service: str) -> None:
        if not self._switches[service]:
            del self._switches[service]

    def _acts_on(self, service: str, switch: Switch, operation: str) -> bool:
        keys = self._known[service]
        wanted = str(switch.get("operation", ""))
        return (
            wanted in operation
            and any(keys[name].effect for name in switch)
            and switch.get("times") not in (0, False)
        )

    def _checked(self, service: str, value: object) -> list[Switch]:
        if service not in self._known:
            message = f"unknown service {service!r}; known: {', '.join(sorted(self._known))}"
            raise UnknownSwitchError(message)
        switches: list[object] = value if isinstance(value, list) else [value]
        checked: list[Switch] = []
        for switch in switches:
            if not isinstance(switch, dict):
                message = f"{service}: a switch is a JSON object"
                raise UnknownSwitchError(message)
            for name, given in switch.items():
                self._check_key(service, str(name), given)
            checked.append(copy.deepcopy(switch))
        return checked

    def _check_key(self, service: str, name: str, given: object) -> None:
        key = self._known[service].get(name)
        if key is None:
            message = f"{service}: unknown key {name!r}; known: {', '.join(sorted(self._known[service]))}"
            raise UnknownSwitchError(message)
        # JSON's true is an int to Python: `{"times": true}` would otherwise pass for a number.
        if type(given) not in key.types:
            expected = " or ".join(kind.__name__ for kind in key.types)
            message = f"{service}: {name!r} must be {expected}"
            raise UnknownSwitchError(message)
