"""What the doors accept, refuse and show, seen from the web's side: it asks and moves nothing."""

from datetime import timedelta

import pytest

from shared.domain.photo import PhotoDoubt, PhotoFault
from shared.domain.states import State
from shared.ports import UnavailableError
from shared.services import collect_pass
from shared.services.act_on_own_case import report_registered, report_trouble, send_photo
from shared.services.collect_pass import Collector, Pending, Sealed
from shared.services.find_case import find_case, find_own_case
from shared.services.refusals import Refusal, RefusedError
from shared.services.submit_application import (
    Accepted,
    PhotoDoubtful,
    PhotoRefused,
    submit_application,
)
from tests.unit.observed import Fault
from tests.unit.reaching import not_me, reach
from tests.unit.university import FRIDAY_EVENING, TUESDAY_OPENING
from tests.unit.world import World

_NOBODY = "0" * 32


def _refused(caught: pytest.ExceptionInfo[RefusedError]) -> Refusal:
    return caught.value.refusal


# --- applying -----------------------------------------------------------------------------------------


async def test_a_form_sent_twice_is_one_application() -> None:
    world = World()
    first = await submit_application(world.submission(), world.web)
    second = await submit_application(world.submission(), world.web)
    await world.run()
    third = await submit_application(world.submission(), world.web)
    assert isinstance(first, Accepted)
    assert first == second == third
    assert world.storage.applications.ids() == [first.id]
    await world.move(timedelta(minutes=31))
    assert len(world.storage.photos.blobs) == 1


async def test_the_applicant_is_told_when_staff_begin_to_look() -> None:
    open_, closed = World(), World(FRIDAY_EVENING)
    now = await submit_application(open_.submission(), open_.web)
    later = await submit_application(closed.submission(), closed.web)
    assert isinstance(now, Accepted)
    assert isinstance(later, Accepted)
    assert now.review_from == open_.clock.now()
    assert later.review_from == TUESDAY_OPENING
    assert now.reference == later.reference
    assert len(now.reference) == 9


@pytest.mark.parametrize(("raw", "fault"), [(b"", PhotoFault.MISSING), (b"<svg>", PhotoFault.WRONG_TYPE)])
async def test_a_refused_photo_leaves_nothing(raw: bytes, fault: PhotoFault) -> None:
    world = World()
    assert await submit_application(world.submission(photo=raw), world.web) == PhotoRefused(fault)
    assert not world.storage.photos.blobs
    assert len(world.storage.inbox) == 0
    assert not any(world.storage.hints.lanes.values())


async def test_a_doubtful_photo_is_taken_at_the_second_try_and_flagged() -> None:
    world = World()
    raw = b"photo blurred dark"
    first = await submit_application(world.submission(photo=raw), world.web)
    assert first == PhotoDoubtful((PhotoDoubt.BLURRED, PhotoDoubt.DARK))
    assert not world.storage.photos.blobs
    name = await world.apply(photo=raw, keep_doubts=True)
    await world.run()
    photo = world.case(name).photo
    assert photo is not None
    assert photo.doubts == (PhotoDoubt.BLURRED, PhotoDoubt.DARK)


@pytest.mark.parametrize(
    ("port", "method"),
    [("locks", "read"), ("photo_lab", "judge"), ("inbox", "put"), ("photos", "put")],
)
async def test_storage_that_is_down_at_submission_leaves_nothing_half_stored(port: str, method: str) -> None:
    world = World()
    world.seen.faults.append(Fault(port, method, UnavailableError("down")))
    with pytest.raises(UnavailableError):
        await submit_application(world.submission(), world.web)
    world.seen.faults.clear()
    await world.move(timedelta(minutes=31))
    assert not world.storage.photos.blobs
    assert len(world.storage.inbox) == 0
    assert world.storage.applications.ids() == []
    name = await world.apply()
    await world.run()
    assert world.case(name).state is State.IN_REVIEW


async def test_the_row_that_says_by_when_a_photo_goes_is_there_before_the_photo() -> None:
    world = World()
    world.seen.faults.append(Fault("photos", "put", UnavailableError("down"), after=True))
    with pytest.raises(UnavailableError):
        await submit_application(world.submission(), world.web)
    assert len(world.storage.photos.blobs) == 1
    await world.move(timedelta(minutes=31))
    assert not world.storage.photos.blobs


# --- looking at one's own case ------------------------------------------------------------------------


async def test_a_case_is_shown_while_it_is_only_in_the_inbox() -> None:
    world = World()
    name = await world.apply(details="my phone fell into the pond")
    found = await find_own_case(name, world.student, world.web)
    assert found.application.state is State.SUBMITTED
    assert found.application.details == "my phone fell into the pond"
    assert [each.kind.value for each in found.events] == ["submitted"]


@pytest.mark.parametrize("saved", [False, True])
async def test_another_persons_case_is_not_shown(saved: bool) -> None:  # noqa: FBT001
    world = World()
    name = await world.apply()
    if saved:
        await world.run()
    with pytest.raises(RefusedError) as caught:
        await find_own_case(name, "rei", world.web)
    assert _refused(caught) is Refusal.NOT_YOURS


@pytest.mark.parametrize("name", [_NOBODY, "", "../etc", "A" * 32, "0" * 31, "meta", "'; --"])
async def test_a_case_that_does_not_exist_is_not_found(name: str) -> None:
    world = World()
    with pytest.raises(RefusedError) as caught:
        await find_case(name, world.web)
    assert _refused(caught) is Refusal.NOT_FOUND


async def test_what_the_state_does_not_allow_is_too_late() -> None:
    world, name = await reach(State.IN_REVIEW)
    for act in (
        lambda: send_photo(name, world.student, b"photo", world.web, keep_doubts=False),
        lambda: report_trouble(name, world.student, world.web),
        lambda: report_registered(name, world.student, world.web),
    ):
        with pytest.raises(RefusedError) as caught:
            await act()
        assert _refused(caught) is Refusal.TOO_LATE
    assert len(world.storage.photos.blobs) == 1


# --- collecting the pass ------------------------------------------------------------------------------


async def test_the_pass_is_pending_until_it_is_made_then_read_again_and_again_until_shown() -> None:
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    me = world.collector()
    assert isinstance(await collect_pass.collect_pass(name, me, world.web), Pending)
    await world.run()
    first = await collect_pass.collect_pass(name, me, world.web)
    world.clock.advance(timedelta(minutes=1))
    again = await collect_pass.collect_pass(name, me, world.web)
    assert isinstance(first, Sealed)
    assert isinstance(again, Sealed)
    assert (first.seconds_left, again.seconds_left) == (3600, 3540)
    assert first.sealed == again.sealed
    await collect_pass.confirm_shown(name, me, world.web)
    with pytest.raises(RefusedError) as caught:
        await collect_pass.collect_pass(name, me, world.web)
    assert _refused(caught) is Refusal.GONE
    await world.move(timedelta(minutes=1))
    recorded = world.case(name).current_pass
    assert recorded is not None
    assert recorded.sealed == ""


async def test_the_ciphertext_is_gone_ten_minutes_after_the_pass_was_made() -> None:
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    await world.run()
    world.clock.advance(timedelta(minutes=9, seconds=59))
    assert await world.collect(name)
    world.clock.advance(timedelta(seconds=1))
    with pytest.raises(RefusedError) as caught:
        await world.collect(name)
    assert _refused(caught) is Refusal.GONE


@pytest.mark.parametrize("made", [False, True])
async def test_only_the_session_that_asked_collects(made: bool) -> None:  # noqa: FBT001
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    if made:
        await world.run()
    for act in (collect_pass.collect_pass, collect_pass.confirm_shown):
        with pytest.raises(RefusedError) as caught:
            await act(name, world.collector("session-2"), world.web)
        assert _refused(caught) in {Refusal.OTHER_BROWSER, Refusal.GONE}


async def test_a_second_session_cannot_ask_while_the_first_waits() -> None:
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    await world.ask_for_pass(name)
    with pytest.raises(RefusedError) as caught:
        await world.ask_for_pass(name, "session-2")
    assert _refused(caught) is Refusal.OTHER_BROWSER
    await world.run()
    assert len(world.graph.account(world.student).passes_made) == 1


async def test_who_collects_must_be_the_applicant_with_a_link_of_this_round_and_a_key() -> None:
    world, name = await reach(State.APPROVED)
    for collector, key, refusal in (
        (Collector("rei", "session-1", 1), "key", Refusal.NOT_YOURS),
        (Collector(world.student, "session-1", 2), "key", Refusal.FORBIDDEN),
        (Collector(world.student, "session-1", 1), "", Refusal.BAD_REQUEST),
    ):
        with pytest.raises(RefusedError) as caught:
            await collect_pass.ask_for_pass(name, collector, key, world.web)
        assert _refused(caught) is refusal
    assert len(world.storage.inbox) == 0


@pytest.mark.parametrize(
    "state", [State.IN_REVIEW, State.RETURNED, State.COMPLETED, State.CANCELLED, State.ATTENTION]
)
async def test_no_pass_can_be_asked_for_in_other_states(state: State) -> None:
    world, name = await reach(state)
    collector = Collector(world.student, "session-1", world.case(name).round)
    with pytest.raises(RefusedError) as caught:
        await collect_pass.ask_for_pass(name, collector, "key", world.web)
    assert _refused(caught) is Refusal.TOO_LATE
    with pytest.raises(RefusedError):
        await collect_pass.collect_pass(name, collector, world.web)


async def test_after_the_pickup_window_it_is_too_late_to_ask() -> None:
    world, name = await reach(State.APPROVED)
    collector = world.collector()
    until = world.case(name).pickup_until
    assert until is not None
    world.clock.move_to(until)
    with pytest.raises(RefusedError) as caught:
        await collect_pass.ask_for_pass(name, collector, "key", world.web)
    assert _refused(caught) is Refusal.TOO_LATE


async def test_a_stop_that_waits_with_a_request_for_a_pass_comes_first() -> None:
    world, name = await reach(State.APPROVED)
    await world.ask_for_pass(name)
    await not_me(world, name)
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.CANCELLED
    assert ("passes", "create") not in world.seen.calls
    assert len(world.storage.inbox) == 0
