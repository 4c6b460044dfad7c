"""The state machine of an application: one closed enum, who moves next, one table of allowed moves.

The picture in the README is generated from this table and held against it by a test.
"""

from enum import StrEnum
from typing import Final

from shared.domain.errors import IllegalMoveError


class State(StrEnum):
    """Where an application stands."""

    SUBMITTED = "submitted"
    HELD = "held"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    COOLING_OFF = "cooling_off"
    APPROVED = "approved"
    ISSUING = "issuing"
    ISSUED = "issued"
    STOPPING = "stopping"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ATTENTION = "attention"


class Mover(StrEnum):
    """Who has to act for an application to go on."""

    SYSTEM = "system"
    CLOCK = "clock"
    STAFF = "staff"
    APPLICANT = "applicant"
    OPERATOR = "operator"
    NOBODY = "nobody"


_S = State

WHO_MOVES_NEXT: Final[dict[State, Mover]] = {
    _S.SUBMITTED: Mover.SYSTEM,
    _S.HELD: Mover.CLOCK,
    _S.IN_REVIEW: Mover.STAFF,
    _S.RETURNED: Mover.APPLICANT,
    _S.COOLING_OFF: Mover.CLOCK,
    _S.APPROVED: Mover.APPLICANT,
    _S.ISSUING: Mover.SYSTEM,
    _S.ISSUED: Mover.APPLICANT,
    _S.STOPPING: Mover.SYSTEM,
    _S.COMPLETED: Mover.NOBODY,
    _S.REJECTED: Mover.NOBODY,
    _S.CANCELLED: Mover.NOBODY,
    _S.EXPIRED: Mover.NOBODY,
    _S.ATTENTION: Mover.OPERATOR,
}

MOVES: Final[dict[State, frozenset[State]]] = {
    # submitted -> approved is for identity verification only: Application.approve_by_card checks the channel.
    _S.SUBMITTED: frozenset(
        {
            _S.HELD,
            _S.IN_REVIEW,
            _S.COOLING_OFF,
            _S.APPROVED,
            _S.CANCELLED,
            _S.STOPPING,
            _S.ATTENTION,
        }
    ),
    _S.HELD: frozenset({_S.IN_REVIEW, _S.CANCELLED, _S.STOPPING, _S.ATTENTION}),
    _S.IN_REVIEW: frozenset(
        {
            _S.APPROVED,
            _S.COOLING_OFF,
            _S.RETURNED,
            _S.REJECTED,
            _S.CANCELLED,
            _S.STOPPING,
            _S.ATTENTION,
        }
    ),
    _S.RETURNED: frozenset(
        {
            _S.IN_REVIEW,
            _S.HELD,
            _S.CANCELLED,
            _S.EXPIRED,
            _S.STOPPING,
            _S.ATTENTION,
        }
    ),
    _S.COOLING_OFF: frozenset({_S.APPROVED, _S.CANCELLED, _S.STOPPING, _S.ATTENTION}),
    _S.APPROVED: frozenset({_S.ISSUING, _S.CANCELLED, _S.EXPIRED, _S.STOPPING, _S.ATTENTION}),
    _S.ISSUING: frozenset({_S.ISSUED, _S.APPROVED, _S.STOPPING, _S.ATTENTION}),
    _S.ISSUED: frozenset({_S.COMPLETED, _S.ISSUING, _S.APPROVED, _S.STOPPING, _S.ATTENTION}),
    _S.STOPPING: frozenset({_S.CANCELLED, _S.EXPIRED, _S.REJECTED, _S.ATTENTION}),
    _S.COMPLETED: frozenset({_S.ATTENTION}),
    _S.REJECTED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.ATTENTION: frozenset({_S.SUBMITTED, _S.STOPPING, _S.APPROVED}),
}

UNDONE: Final[frozenset[State]] = frozenset({_S.REJECTED, _S.CANCELLED, _S.EXPIRED})
"""Ends without a registration: no pass of the case may be left then."""

TERMINAL: Final[frozenset[State]] = UNDONE | {_S.COMPLETED}


def check_move(state: State, target: State) -> None:
    """Refuse a move that is not in the table.

    Raises:
        IllegalMoveError: ``target`` does not follow ``state``.
    """
    if target not in MOVES[state]:
        raise IllegalMoveError(state.value, target.value)
