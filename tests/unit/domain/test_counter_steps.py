"""What the clerk sees next: every state has its step, and what was asked a moment ago counts."""

from dataclasses import replace

import pytest

from shared.domain.application import Application
from shared.domain.counter_steps import CounterStep, slip_works, step_at_counter
from shared.domain.kinds import Channel, Closing, CounterBar
from shared.domain.requests import RequestKind
from shared.domain.states import State
from tests.unit.presentation import samples


def case(state: State, **changes: object) -> Application:
    plain = {"channel": Channel.OFFICE, "vouched": True, "stop_as": None}
    return samples.application(state, **(plain | changes))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.SUBMITTED, CounterStep.CONFIRMING),
        (State.IN_REVIEW, CounterStep.ASKED),
        (State.HELD, CounterStep.COOLING_OFF),
        (State.COOLING_OFF, CounterStep.COOLING_OFF),
        (State.RETURNED, CounterStep.RETURNED),
        (State.APPROVED, CounterStep.APPROVED),
        (State.ISSUING, CounterStep.ISSUED),
        (State.ISSUED, CounterStep.ISSUED),
        (State.COMPLETED, CounterStep.COMPLETED),
        (State.ATTENTION, CounterStep.ATTENTION),
        (State.STOPPING, CounterStep.ENDED),
        (State.REJECTED, CounterStep.ENDED),
        (State.CANCELLED, CounterStep.ENDED),
        (State.EXPIRED, CounterStep.ENDED),
    ],
)
def test_every_state_of_a_confirmed_case_has_its_step(state: State, expected: CounterStep) -> None:
    assert step_at_counter(case(state), ()) is expected


def test_before_the_confirmation_the_clerk_waits_then_compares() -> None:
    assert step_at_counter(case(State.SUBMITTED, vouched=False), ()) is CounterStep.LOOKING_UP
    comparing = case(State.IN_REVIEW, vouched=False)
    assert step_at_counter(comparing, ()) is CounterStep.COMPARE
    assert step_at_counter(comparing, {RequestKind.CONFIRM}) is CounterStep.CONFIRMING
    assert step_at_counter(comparing, {RequestKind.LEAVE}) is CounterStep.LEAVING


def test_until_the_prechecks_have_run_nobody_is_said_to_look_at_it() -> None:
    assert step_at_counter(case(State.IN_REVIEW, guards=()), ()) is CounterStep.CONFIRMING


def test_what_ended_at_the_counter_says_how() -> None:
    barred = case(State.CANCELLED, vouched=False, counter_bar=CounterBar.OWN_CASE, stop_as=Closing.REFUSED)
    assert step_at_counter(barred, ()) is CounterStep.REFUSED
    left = case(State.CANCELLED, vouched=False, stop_as=Closing.NOT_CONFIRMED)
    assert step_at_counter(left, ()) is CounterStep.LEFT


@pytest.mark.parametrize("state", [State.APPROVED, State.ISSUED])
def test_a_slip_that_was_asked_for_is_being_printed(state: State) -> None:
    assert step_at_counter(case(state), {RequestKind.SLIP}) is CounterStep.PRINTING


def test_only_the_newest_slip_of_an_office_works() -> None:
    printed = case(State.APPROVED, slips=2)
    assert slip_works(printed, 2)
    assert not slip_works(printed, 1)
    assert not slip_works(printed, 3)
    assert not slip_works(replace(printed, slips=0), 0)
    assert not slip_works(replace(printed, channel=Channel.WEBSITE), 2)
