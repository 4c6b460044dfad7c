"""Route templates as ASP.NET Core reads them: literals, parameters, constraints, precedence.

Source: learn.microsoft.com/aspnet/core/fundamentals/routing ("Route templates", "Route constraints", "Route
template precedence").
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from local.host.metadata import Function, HttpTrigger, IndexingError

_PARAMETER = re.compile(r"\{(\*{0,2})(\w+)((?::[^{}()]+(?:\([^{}]*?\))?)*)(?:=([^{}?]*))?(\?)?\}")
_CONSTRAINT = re.compile(r":([A-Za-z]+)(?:\((.*?)\))?(?=:|$)")
_LITERAL, _CONSTRAINED, _FREE, _CATCH_ALL_CONSTRAINED, _CATCH_ALL = 1, 2, 3, 4, 5
_RESERVED = ("admin", "runtime")
_INT, _LONG = 2**31, 2**63

type Test = Callable[[str], bool]


def _parses(convert: Callable[[str], object]) -> Test:
    def test(value: str) -> bool:
        try:
            convert(value)
        except ValueError:
            return False
        return True

    return test


def _integer(value: str, limit: int) -> bool:
    return re.fullmatch(r"[+-]?\d{1,19}", value, re.ASCII) is not None and -limit <= int(value) < limit


def _sized(low: int, high: float) -> Test:
    return lambda value: low <= len(value) <= high


def _between(low: float, high: float) -> Test:
    return lambda value: _integer(value, _LONG) and low <= int(value) <= high


_PLAIN: dict[str, Test] = {
    "int": lambda v: _integer(v, _INT),
    "long": lambda v: _integer(v, _LONG),
    "bool": lambda v: v.lower() in {"true", "false"},
    "guid": lambda v: (
        re.fullmatch(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", v, re.IGNORECASE | re.ASCII) is not None
    ),
    "alpha": lambda v: re.fullmatch(r"[a-z]*", v, re.IGNORECASE | re.ASCII) is not None,
    "decimal": _parses(float),
    "double": _parses(float),
    "float": _parses(float),
    "datetime": _parses(datetime.fromisoformat),
    "required": bool,
}
_WITH_ARGUMENTS: dict[str, Callable[[list[int]], Test]] = {
    "minlength": lambda a: _sized(a[0], float("inf")),
    "maxlength": lambda a: _sized(0, a[0]),
    "length": lambda a: _sized(a[0], a[-1]),
    "min": lambda a: _between(a[0], float("inf")),
    "max": lambda a: _between(float("-inf"), a[0]),
    "range": lambda a: _between(a[0], a[1]),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One `{parameter}` of a template."""

    name: str
    tests: tuple[Test, ...]
    default: str | None


@dataclass(frozen=True, slots=True)
class Route:
    """A template, ready to match decoded paths; `precedence` sorts specific before general."""

    function: Function
    trigger: HttpTrigger
    pattern: re.Pattern[str]
    parameters: tuple[Parameter, ...]
    precedence: tuple[int, ...]

    def match(self, path: str, method: str) -> dict[str, str] | None:
        """Give the parameters when the route takes this path and method; an absent optional one is left out."""
        found = self.pattern.fullmatch(path)
        if found is None or (self.trigger.methods and method not in self.trigger.methods):
            return None
        values = {}
        for parameter in self.parameters:
            value = found[parameter.name] or parameter.default
            if value is None:
                continue
            if not all(test(value) for test in parameter.tests):
                return None
            values[parameter.name] = value
        return values


class RouteTable:
    """All HTTP functions of the app."""

    def __init__(self, functions: Iterable[Function], *, prefix: str) -> None:
        """Raises IndexingError for a template that ASP.NET Core would refuse."""
        routes = [read_route(f, prefix=prefix) for f in functions if isinstance(f.trigger, HttpTrigger)]
        self._routes = sorted(routes, key=lambda route: route.precedence)

    def find(self, raw_path: str, method: str) -> tuple[Route, dict[str, str]] | None:
        """Find the route of a request; another method than the named ones is no match at all."""
        path = decode_path(raw_path)
        for route in self._routes:
            if (values := route.match(path, method)) is not None:
                return route, values
        return None


def decode_path(raw_path: str) -> str:
    """Decode each segment, resolve dot segments, drop outer slashes. `%2F` stays encoded, as in Kestrel."""
    segments: list[str] = []
    for raw in raw_path.split("/"):
        segment = "%2F".join(unquote(part) for part in re.split("%2F", raw, flags=re.IGNORECASE))
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    return "/".join(segments).strip("/")


def read_route(function: Function, *, prefix: str) -> Route:
    """Read the template of an HTTP function."""
    trigger = function.trigger
    if not isinstance(trigger, HttpTrigger):
        raise TypeError(f"{function.name!r} has no HTTP trigger")
    template = "/".join(part for part in (prefix, trigger.route) if part)
    if template.split("/")[0].lower() in _RESERVED:
        raise IndexingError(f"route {template!r} of {function.name!r} conflicts with the host's own routes")
    pattern, precedence = "", []
    parameters: list[Parameter] = []
    for position, segment in enumerate(_segments(template)):
        part, rank, found = _read_segment(segment, template)
        slash = "/" if position else ""
        may_be_absent = _PARAMETER.fullmatch(segment) is not None and (
            segment.endswith("?}") or found[0].default is not None or rank >= _CATCH_ALL_CONSTRAINED
        )
        pattern += f"(?:{slash}{part})?" if may_be_absent else slash + part
        precedence.append(rank)
        parameters.extend(found)
    return Route(
        function,
        trigger,
        re.compile(pattern, re.IGNORECASE | re.DOTALL),
        tuple(parameters),
        tuple(precedence),
    )


def _segments(template: str) -> list[str]:
    # Split at slashes outside braces: a regex constraint may have its own.
    segments = re.findall(r"(?:\{[^{}]*\}|[^/{}])+", template)
    if "/".join(segments) != template:
        raise IndexingError(f"route {template!r}: its braces or slashes do not pair")
    return segments


def _read_segment(segment: str, template: str) -> tuple[str, int, list[Parameter]]:
    pattern, end, parameters, rank = "", 0, [], _LITERAL
    for match in _PARAMETER.finditer(segment):
        stars, name, constraints, default, _optional = match.groups()
        tests = _tests(constraints, template)
        pattern += re.escape(segment[end : match.start()])
        pattern += f"(?P<{name}>.*)" if stars else f"(?P<{name}>[^/]+?)"
        rank = _rank(catch_all=bool(stars), constrained=bool(tests), whole=match[0] == segment)
        parameters.append(Parameter(name, tests, default))
        end = match.end()
    rest = segment[end:]
    if "{" in rest or "}" in rest:
        raise IndexingError(f"route {template!r}: {segment!r} is not a valid segment")
    return pattern + re.escape(rest), rank, parameters


def _rank(*, catch_all: bool, constrained: bool, whole: bool) -> int:
    if catch_all:
        return _CATCH_ALL_CONSTRAINED if constrained else _CATCH_ALL
    return _CONSTRAINED if constrained or not whole else _FREE


def _tests(constraints: str, template: str) -> tuple[Test, ...]:
    return tuple(_test(name, arguments, template) for name, arguments in _CONSTRAINT.findall(constraints))


def _test(name: str, arguments: str, template: str) -> Test:
    if name == "regex":
        pattern = re.compile(arguments, re.IGNORECASE)
        return lambda value: pattern.search(value) is not None
    if name in _PLAIN and not arguments:
        return _PLAIN[name]
    if name in _WITH_ARGUMENTS and arguments:
        return _WITH_ARGUMENTS[name](_numbers(arguments))
    raise IndexingError(f"route {template!r}: the constraint {name!r} does not exist")


def _numbers(arguments: str) -> list[int]:
    return [int(argument) for argument in arguments.split(",")]


def describe(functions: Sequence[Function]) -> list[dict[str, object]]:
    """Give each function as plain data, for `--routes`."""
    rows: list[dict[str, object]] = []
    for function in functions:
        trigger = function.trigger
        row: dict[str, object] = {
            "name": function.name,
            "trigger": type(trigger).__name__.removesuffix("Trigger").lower(),
        }
        if isinstance(trigger, HttpTrigger):
            row |= {
                "route": trigger.route,
                "methods": sorted(trigger.methods),
                "auth_level": trigger.auth_level.value.lower(),
            }
        else:
            row |= {"route": None, "methods": [], "auth_level": None}
            row |= {
                name: getattr(trigger, name)
                for name in ("queue", "connection", "schedule")
                if hasattr(trigger, name)
            }
        rows.append(row)
    return rows
