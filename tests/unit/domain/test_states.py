"""The table of DESIGN section 2, word by word, and that every verb keeps to it."""

from itertools import product

import pytest

from shared.domain.application import move
from shared.domain.errors import DomainError, IllegalMoveError
from shared.domain.events import EventKind
from shared.domain.states import MOVES, TERMINAL, WHO_MOVES_NEXT, State, check_move
from tests.unit.domain.cases import NOW, case_in

_DESIGN = """
submitted    | system    | held in_review cooling_off approved cancelled stopping attention
held         | clock     | in_review cancelled stopping attention
in_review    | staff     | approved cooling_off returned rejected cancelled stopping attention
returned     | applicant | in_review held cancelled expired stopping attention
cooling_off  | clock     | approved cancelled stopping attention
approved     | applicant | issuing cancelled expired stopping attention
issuing      | system    | issued approved stopping attention
issued       | applicant | completed issuing approved stopping attention
stopping     | system    | cancelled expired rejected attention
completed    | nobody    | attention
rejected     | nobody    |
cancelled    | nobody    |
expired      | nobody    |
attention    | operator  | submitted stopping approved
"""


def _rows() -> dict[str, tuple[str, set[str]]]:
    lines = (line.split("|") for line in _DESIGN.strip().splitlines())
    return {state.strip(): (mover.strip(), set(targets.split())) for state, mover, targets in lines}


def test_the_table_is_the_one_of_the_design() -> None:
    code = {
        state.value: (WHO_MOVES_NEXT[state].value, {each.value for each in MOVES[state]}) for state in State
    }
    assert code == _rows()


@pytest.mark.parametrize(("state", "target"), list(product(State, State)))
def test_a_move_is_made_if_the_table_has_it_and_refused_by_name_otherwise(
    state: State, target: State
) -> None:
    allowed = target.value in _rows()[state.value][1]
    assert case_in(state).may_move(target) is allowed
    if allowed:
        change = move(case_in(state), target, EventKind.CANCELLED, NOW)
        assert change.application.state is target
        assert [(each.state, each.at) for each in change.events] == [(target, NOW)]
        assert change.application.events == 2
        return
    with pytest.raises(IllegalMoveError) as caught:
        check_move(state, target)
    assert (caught.value.state, caught.value.target) == (state.value, target.value)
    assert isinstance(caught.value, DomainError)


def test_nobody_moves_what_is_over() -> None:
    assert {each.value for each in TERMINAL} == {"completed", "rejected", "cancelled", "expired"}
    for state in State:
        assert case_in(state).terminal is (state in TERMINAL)


def test_only_what_is_not_over_holds_the_account_and_a_contested_case_does_not() -> None:
    for state in State:
        assert case_in(state).open is (state not in TERMINAL)
    for state in (State.ATTENTION, State.STOPPING):
        assert not case_in(state, completed_at=NOW).open


def test_every_state_can_be_reached_and_left_or_is_over() -> None:
    reached = set().union(*MOVES.values()) | {State.SUBMITTED}
    assert reached == set(State)
    assert {state for state in State if not MOVES[state]} == TERMINAL - {State.COMPLETED}
