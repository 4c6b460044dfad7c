"""What the app says of itself: its functions with triggers and outputs, read from the runtime's metadata."""

import enum
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SETTING = re.compile(r"%([^%]+)%")


class IndexingError(Exception):
    """The app cannot be run; the text says why, for the developer who reads the console."""


class AuthLevel(enum.Enum):
    """Which key a caller of an HTTP function must have."""

    ANONYMOUS = "ANONYMOUS"
    FUNCTION = "FUNCTION"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True)
class HttpTrigger:
    """Route without the prefix; no methods means all methods."""

    argument: str
    route: str
    methods: frozenset[str]
    auth_level: AuthLevel


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """Queue name and the *name* of the setting that has the connection string, both before `%SETTING%`."""

    argument: str
    queue: str
    connection: str


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """NCRONTAB schedule, before `%SETTING%`, in UTC."""

    argument: str
    schedule: str
    run_on_startup: bool
    use_monitor: bool


@dataclass(frozen=True, slots=True)
class QueueOutput:
    """A queue that the function's output argument is written to."""

    argument: str
    queue: str
    connection: str


type Trigger = HttpTrigger | QueueTrigger | TimerTrigger


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the app."""

    name: str
    function_id: str
    trigger: Trigger
    outputs: tuple[QueueOutput, ...] = ()


def resolve_settings(text: str, environment: Mapping[str, str]) -> str:
    """Replace each `%NAME%` by the setting of that name.

    Raises IndexingError when a setting is missing, as the platform refuses to start such a function.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in environment:
            raise IndexingError(f"setting {match[1]!r}, named in {text!r}, does not exist")
        return environment[match[1]]

    return _SETTING.sub(value, text)


def is_disabled(name: str, environment: Mapping[str, str]) -> bool:
    """Whether a setting switches the function off (`AzureWebJobs.NAME.Disabled`, or with underscores)."""
    keys = (f"AzureWebJobs.{name}.Disabled", f"AzureWebJobs_{name}_Disabled")
    return any(environment.get(key, "").strip().lower() in {"1", "true"} for key in keys)


def read_function(name: str, function_id: str, raw_bindings: Sequence[str]) -> Function:
    """Read one function from the JSON texts that the runtime gives for its bindings."""
    bindings = [json.loads(raw) for raw in raw_bindings]
    triggers = [b for b in bindings if str(b["type"]).lower().endswith("trigger")]
    if len(triggers) != 1:
        raise IndexingError(f"function {name!r} has {len(triggers)} triggers; it needs one")
    outputs = [b for b in bindings if b not in triggers and str(b["type"]).lower() != "http"]
    return Function(name, function_id, _trigger(name, triggers[0]), tuple(_output(name, b) for b in outputs))


def _trigger(name: str, binding: Mapping[str, Any]) -> Trigger:
    match str(binding["type"]).lower():
        case "httptrigger":
            return HttpTrigger(
                argument=binding["name"],
                route=str(binding.get("route") or name).strip("/"),
                methods=frozenset(str(method).upper() for method in binding.get("methods") or ()),
                auth_level=AuthLevel(str(binding.get("authLevel") or "FUNCTION").upper()),
            )
        case "queuetrigger":
            return QueueTrigger(binding["name"], binding["queueName"], _connection(binding))
        case "timertrigger":
            return TimerTrigger(
                argument=binding["name"],
                schedule=binding["schedule"],
                run_on_startup=_flag(binding.get("runOnStartup"), default=False),
                use_monitor=_flag(binding.get("useMonitor"), default=True),
            )
        case other:
            raise IndexingError(
                f"function {name!r} has a trigger of type {other!r}, which the local host does not know"
            )


def _output(name: str, binding: Mapping[str, Any]) -> QueueOutput:
    if str(binding["type"]).lower() != "queue" or str(binding["direction"]).upper() != "OUT":
        raise IndexingError(
            f"function {name!r} has a binding of type {binding['type']!r}; only queue outputs are known here"
        )
    return QueueOutput(binding["name"], binding["queueName"], _connection(binding))


def _connection(binding: Mapping[str, Any]) -> str:
    return str(binding.get("connection") or "AzureWebJobsStorage")


def _flag(value: object, *, default: bool) -> bool:
    return default if value is None else str(value).lower() == "true"
