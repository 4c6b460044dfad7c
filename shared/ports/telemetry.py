"""What the service tells of itself: spans, counts and measures, with a closed list of fields and of what each may hold.

A name, an address, a link or a token fits none of them; so even a mistake at the place of the call lets none out.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Final, Protocol

from shared.domain.kinds import Channel
from shared.domain.mails import MailKind
from shared.domain.requests import RequestKind
from shared.domain.states import State


class Ended(StrEnum):
    """How something went, in one word."""

    OK = "ok"
    ALREADY = "already"
    SKIPPED = "skipped"
    WAITS = "waits"
    MISSING = "missing"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    FAILED = "failed"


def _one_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)))


FIELDS: Final[Mapping[str, re.Pattern[str]]] = {
    "answer": re.compile(r"[1-5]xx|4[0-9]{2}|none"),
    "application": re.compile(r"[0-9a-f]{32}"),
    "call": re.compile(r"(GET|POST|PATCH|PUT|DELETE) [A-Za-z_-]{1,60}[0-9]?( [a-z]{1,20})?"),
    "channel": _one_of(Channel),
    "door": re.compile(r"[a-z]+(_[a-z]+){0,6}"),
    "ended": _one_of(Ended),
    "error": re.compile(r"[A-Z][A-Za-z]{1,59}"),
    "kind": _one_of([*RequestKind, *MailKind]),
    "lane": _one_of(["review", "issuance", "mail", "timer", "delivery-reports"]),
    "left": _one_of([*State, "nothing"]),
    "logger": re.compile(r"(shared|functions)(\.[a-z_]+){1,4}"),
    "state": _one_of(State),
    "steps": re.compile(r"[0-9]{1,4}"),
}
"""Every field there is, and what it may hold: the words of closed lists, names from our own code, the id of a case. An account's
object id has hyphens and fits none of them."""

NOT_ON_METRICS: Final = frozenset({"application", "logger", "steps"})
"""Each of their values would be a series of its own."""

OTHER: Final = "other"
"""Stands where a value was not of the form that its field may hold."""

_TRACE: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]")


class SpanName(StrEnum):
    """What takes time and is told."""

    DOOR = "door"
    ASK = "ask"
    LOOK = "look"
    GRAPH = "graph"
    MAIL = "mail"


class Metric(StrEnum):
    """What is counted or measured; docs/telemetry.md says what each means."""

    ANSWERS = "reregister.door.answers"
    REQUESTS = "reregister.requests"
    TRANSITIONS = "reregister.transitions"
    LOOKS = "reregister.looks"
    GRAPH_ANSWERS = "reregister.graph.answers"
    MAILS = "reregister.mails"
    POISON = "reregister.poison.messages"
    TIME_IN_STATE = "reregister.state.duration"
    ISSUING_AGE = "reregister.issuing.age"
    DUE_AGE = "reregister.due.age"
    INBOX_AGE = "reregister.inbox.age"
    INBOX_SIZE = "reregister.inbox.size"


class FieldRefusedError(Exception):
    """A field that is not in the list, or not on metrics: a fault of ours, raised where telemetry is strict (tests)."""


class Span(Protocol):
    """Something that is under way."""

    def tell(self, **fields: str) -> None:
        """Add what was found out meanwhile.

        Raises:
            FieldRefusedError: where telemetry is strict.
        """
        ...


class Telemetry(Protocol):
    """Where the service tells of itself. Nothing here ever fails a use case, save for a refused field in tests."""

    def span(
        self, name: SpanName, /, *, trace: str = "", links: tuple[str, ...] = (), **fields: str
    ) -> AbstractContextManager[Span]:
        """Something takes place within the block; an error that leaves it is told by the name of its class alone.

        Args:
            name: What it is.
            trace: The trace context (``traceparent``) that it continues; empty or malformed: the one around it, or a new one.
            links: Trace contexts of what else led here.
            fields: See ``FIELDS``.
        """
        ...

    def here(self) -> str:
        """The trace context of the span that is under way (``traceparent``, W3C); empty if there is none."""
        ...

    def count(self, metric: Metric, /, amount: int = 1, **fields: str) -> None:
        """Count something that happened."""
        ...

    def measure(self, metric: Metric, /, value: float, **fields: str) -> None:
        """A length of time in seconds, or a number, as it was found."""
        ...


def allowed(fields: Mapping[str, object], *, strict: bool, metric: bool = False) -> dict[str, str]:
    """The fields that may go out: one that is not in the list is dropped, a value that does not fit is ``OTHER``, none is empty.

    Raises:
        FieldRefusedError: a field would be dropped, where telemetry is strict.
    """
    kept: dict[str, str] = {}
    for name, value in fields.items():
        pattern = FIELDS.get(name)
        if pattern is None or (metric and name in NOT_ON_METRICS):
            if strict:
                raise FieldRefusedError(name)
            continue
        text = str(value)
        if text:
            kept[name] = text if pattern.fullmatch(text) else OTHER
    return kept


_URGENT: Final[Mapping[Metric, Mapping[str, str]]] = {
    Metric.POISON: {},
    Metric.TRANSITIONS: {"state": State.ATTENTION},
    Metric.GRAPH_ANSWERS: {"answer": "403"},
}
"""With these values a single one is an alert (``infra/alerts.bicep``)."""


def is_urgent(metric: Metric, fields: Mapping[str, str]) -> bool:
    """Whether somebody must hear of a single one: an instance that ends within the minute must not take it along."""
    wanted = _URGENT.get(metric)
    return wanted is not None and all(fields.get(name) == value for name, value in wanted.items())


def is_trace(text: str) -> bool:
    """Whether this is a trace context of W3C, version 00: https://www.w3.org/TR/trace-context/#traceparent-header."""
    return bool(_TRACE.fullmatch(text))
