"""What reviewers, the owner and operators see and press, from the web's side."""

from datetime import timedelta

import pytest

from shared.domain.kinds import DecisionKind
from shared.domain.links import Purpose
from shared.domain.states import State
from shared.ports import UnavailableError
from shared.services import answer_owner_notice, watch_cases
from shared.services.refusals import Refusal, RefusedError
from shared.services.review_case import show_photo, show_review
from tests.unit import people
from tests.unit.observed import Fault
from tests.unit.reaching import not_me, reach
from tests.unit.world import World

_NOBODY = "0" * 32


def _refused(caught: pytest.ExceptionInfo[RefusedError]) -> Refusal:
    return caught.value.refusal


# --- reviewing ----------------------------------------------------------------------------------------


async def test_that_a_photo_was_looked_at_is_recorded_before_it_is_shown() -> None:
    world, name = await reach(State.IN_REVIEW)
    link, rei = world.link(Purpose.REVIEW, people.REVIEWERS[0]), world.staff["rei"].identity
    assert await show_photo(link, rei, world.web) == b"photo of the card"
    assert world.seen.calls[-2:] == [("accesses", "record"), ("photos", "get")]
    watched = await watch_cases.show_case(name, world.staff["ope"].identity, world.web)
    assert [(each.actor, each.what) for each in watched.accesses] == [("rei", "photo"), ("ope", "case")]
    world.seen.faults.append(Fault("accesses", "record", UnavailableError("down")))
    gets = world.seen.calls.count(("photos", "get"))
    with pytest.raises(UnavailableError):
        await show_photo(link, rei, world.web)
    assert world.seen.calls.count(("photos", "get")) == gets


async def test_after_the_decision_the_photo_is_shown_no_more() -> None:
    world, _ = await reach(State.APPROVED)
    link = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    with pytest.raises(RefusedError) as caught:
        await show_photo(link, world.staff["rei"].identity, world.web)
    assert _refused(caught) is Refusal.GONE
    seen = await show_review(link, world.staff["rei"].identity, world.web)
    assert seen.closed


async def test_a_reviewer_sees_earlier_applications_but_nothing_of_their_own_case() -> None:
    world = World()
    world.student = "rei"
    first = await world.apply()
    await world.run()
    await world.decide(DecisionKind.REJECT, by="ren")
    await world.run()
    await world.apply(nonce="form-2")
    await world.run()
    link = world.link(Purpose.REVIEW, people.REVIEWERS[0])
    seen = await show_review(link, world.staff["ren"].identity, world.web)
    assert [each.id for each in seen.earlier] == [first]
    assert (seen.bar, seen.closed) == (None, False)
    for show in (show_review, show_photo):
        with pytest.raises(RefusedError) as caught:
            await show(link, world.staff["rei"].identity, world.web)
        assert _refused(caught) is Refusal.OWN_CASE


# --- the owner's answer and the operator's buttons ----------------------------------------------------


async def test_the_owner_who_says_it_was_me_leaves_a_line_and_nothing_else() -> None:
    world, name = await reach(State.IN_REVIEW)
    claims = world.link(Purpose.NOT_ME, people.OUTSIDE)
    for _ in range(2):
        await answer_owner_notice.answer_mine(claims, world.web)
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.IN_REVIEW
    assert world.events(name).count("owner_confirmed") == 1


async def test_showing_the_notice_changes_nothing() -> None:
    world, name = await reach(State.IN_REVIEW)
    before = world.snapshot(name)
    shown = await answer_owner_notice.show_notice(world.link(Purpose.NOT_ME, people.OUTSIDE), world.web)
    assert (shown.application, shown.said_no_at) == (before.application, None)
    assert world.snapshot(name) == before
    assert len(world.storage.inbox) == 0


async def test_not_me_about_a_case_that_is_only_in_the_inbox_stops_it() -> None:
    world = World()
    name = await world.apply()
    await not_me(world, name)
    await world.move(timedelta(minutes=1))
    assert world.case(name).state is State.CANCELLED
    assert "review_opened" not in world.events(name)


async def test_an_operator_has_no_buttons_for_their_own_case() -> None:
    world = World()
    world.student = "ope"
    world.graph.account("ope").facts = people.account("ope", enabled=False)
    name = await world.apply()
    await world.run()
    staff = world.staff["ope"]
    for act in (watch_cases.run_again, watch_cases.stop_case):
        with pytest.raises(RefusedError) as caught:
            await act(name, staff.identity, staff.token, world.web)
        assert _refused(caught) is Refusal.OWN_CASE


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.APPROVED, State.CANCELLED])
async def test_only_a_parked_case_can_run_again(state: State) -> None:
    world, name = await reach(state)
    staff = world.staff["ope"]
    with pytest.raises(RefusedError) as caught:
        await watch_cases.run_again(name, staff.identity, staff.token, world.web)
    assert _refused(caught) is Refusal.TOO_LATE


@pytest.mark.parametrize("state", [State.REJECTED, State.COMPLETED, State.STOPPING])
async def test_what_is_over_or_being_stopped_cannot_be_stopped(state: State) -> None:
    world, name = await reach(state)
    staff = world.staff["ope"]
    with pytest.raises(RefusedError) as caught:
        await watch_cases.stop_case(name, staff.identity, staff.token, world.web)
    assert _refused(caught) is Refusal.TOO_LATE


async def test_a_message_that_was_retried_already_cannot_be_retried() -> None:
    world = World()
    staff = world.staff["ope"]
    with pytest.raises(RefusedError) as caught:
        await watch_cases.retry_poison("0" * 24, staff.identity, staff.token, world.web)
    assert _refused(caught) is Refusal.TOO_LATE
