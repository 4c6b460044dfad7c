"""Tell how a case goes on: one trace from its first request to its end, and counts by state and channel."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from shared.domain.application import Application
from shared.domain.requests import Request, RequestKind
from shared.domain.states import State
from shared.ports import Telemetry, Wake
from shared.ports.telemetry import Metric

NOTHING = "nothing"
"""What a new application left."""


def trace_of(application: Application | None, inbox: Sequence[Request]) -> str:
    """The trace of a case: kept in its row, and before there is one in the request that makes it."""
    if application is not None:
        return application.trace
    return next((each.trace for each in inbox if each.kind is RequestKind.SUBMIT), "")


def links_of(inbox: Sequence[Request], but: str) -> tuple[str, ...]:
    """The traces of the requests that a look will answer."""
    return tuple(dict.fromkeys(each.trace for each in inbox if each.trace and each.trace != but))


def tell_move(before: Application | None, after: Application, telemetry: Telemetry) -> None:
    """Count the transition that was saved, and tell how long the case stood in the state that it left."""
    left = before.state.value if before else NOTHING
    if left == after.state.value:
        return
    telemetry.count(Metric.TRANSITIONS, left=left, state=after.state.value, channel=after.channel.value)
    if before is not None:
        stood = max(0.0, (after.entered_at - before.entered_at).total_seconds())
        telemetry.measure(Metric.TIME_IN_STATE, stood, left=left, channel=after.channel.value)


def tell_backlog(
    wakes: Mapping[str, Sequence[Wake]], inbox: Sequence[Request], now: datetime, telemetry: Telemetry
) -> None:
    """How late the latest due row and the oldest request are, in seconds, and how many requests wait."""
    due = min((each.at for some in wakes.values() for each in some), default=now)
    asked = min((each.received_at for each in inbox), default=now)
    telemetry.measure(Metric.DUE_AGE, max(0.0, (now - due).total_seconds()))
    telemetry.measure(Metric.INBOX_AGE, max(0.0, (now - asked).total_seconds()))
    telemetry.measure(Metric.INBOX_SIZE, len(inbox))


def tell_overdue(cases: Iterable[Application | None], now: datetime, telemetry: Telemetry) -> None:
    """For how long the oldest case in ``issuing`` is past its deadline, in seconds: a person waits before a screen.

    Told while it stands there. The length of its stay is told only when it leaves, and one that stays would never be heard of.
    """
    ends = (each.attempt.deadline for each in cases if each and each.attempt and each.state is State.ISSUING)
    telemetry.measure(Metric.ISSUING_AGE, max(0.0, (now - min(ends, default=now)).total_seconds()))
