"""Where a case at the office counter stands for its clerk: what the clerk sees, does or waits for next."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from shared.domain.application import Application
from shared.domain.kinds import Channel, Closing
from shared.domain.requests import RequestKind
from shared.domain.states import State


class CounterStep(StrEnum):
    """What comes next at the counter; each has its own words on the clerk's page."""

    LOOKING_UP = "looking_up"
    COMPARE = "compare"
    CONFIRMING = "confirming"
    LEAVING = "leaving"
    REFUSED = "refused"
    ASKED = "asked"
    RETURNED = "returned"
    COOLING_OFF = "cooling_off"
    ATTENTION = "attention"
    APPROVED = "approved"
    PRINTING = "printing"
    ISSUED = "issued"
    COMPLETED = "completed"
    LEFT = "left"
    ENDED = "ended"


AT_WORK: Final = frozenset(
    {CounterStep.LOOKING_UP, CounterStep.CONFIRMING, CounterStep.LEAVING, CounterStep.PRINTING}
)
"""The system is at it: a matter of seconds, the page looks again by itself."""
WITH_A_SLIP: Final = frozenset({CounterStep.APPROVED, CounterStep.ISSUED})
"""A slip may be shown and printed."""

MOST_SLIPS: Final = 10
"""How many slips a case may have: each one is told to every address on file, out of the mail budget of all."""

_S, _C = State, CounterStep
_PLAIN: Final = {
    _S.HELD: _C.COOLING_OFF,
    _S.COOLING_OFF: _C.COOLING_OFF,
    _S.RETURNED: _C.RETURNED,
    _S.COMPLETED: _C.COMPLETED,
    _S.ATTENTION: _C.ATTENTION,
}


def step_at_counter(application: Application, asked: Collection[RequestKind]) -> CounterStep:
    """What comes next for the clerk.

    Args:
        application: A case of the office channel.
        asked: Kinds of its requests that are not answered yet.
    """
    match application.state:
        case _S.SUBMITTED:
            return _C.CONFIRMING if application.vouched else _C.LOOKING_UP
        case _S.IN_REVIEW:
            return _confirmed(application) if application.vouched else _comparing(asked)
        case _S.APPROVED | _S.ISSUING | _S.ISSUED:
            return _collecting(application, asked)
        case _S.STOPPING | _S.REJECTED | _S.CANCELLED | _S.EXPIRED:
            return _over(application)
        case _:
            return _PLAIN[application.state]


def slip_works(application: Application, number: int) -> bool:
    """Whether the slip with this number is the newest one of a case of the office; its time is another question."""
    return application.channel is Channel.OFFICE and 0 < number == application.slips


def _confirmed(application: Application) -> CounterStep:
    """The prechecks come after the confirmation: a reviewer is asked only if they found something."""
    return _C.CONFIRMING if application.awaits_prechecks else _C.ASKED


def _comparing(asked: Collection[RequestKind]) -> CounterStep:
    if RequestKind.CONFIRM in asked:
        return _C.CONFIRMING
    return _C.LEAVING if RequestKind.LEAVE in asked else _C.COMPARE


def _collecting(application: Application, asked: Collection[RequestKind]) -> CounterStep:
    if RequestKind.SLIP in asked:
        return _C.PRINTING
    return _C.APPROVED if application.state is State.APPROVED else _C.ISSUED


def _over(application: Application) -> CounterStep:
    if application.counter_bar is not None:
        return _C.REFUSED
    return _C.LEFT if application.stop_as is Closing.NOT_CONFIRMED else _C.ENDED
