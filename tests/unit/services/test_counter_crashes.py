"""The process dies, or a call fails, at any point of the roads over the counter and from a form: nobody is lost."""

from datetime import timedelta

import pytest

from shared.domain.kinds import Closing, CounterBar
from shared.domain.links import Purpose
from shared.domain.mails import MailState
from shared.domain.states import State
from shared.ports import UnavailableError, UnknownOutcomeError
from tests.unit import people
from tests.unit.counters import confirm, look_up, print_slip, respond, respond_otherwise
from tests.unit.failing import Begin, Check, Go, fail_everywhere
from tests.unit.observed import CrashError
from tests.unit.patient import get_approved, has_link, obtain
from tests.unit.reaching import not_me, reach
from tests.unit.university import FRIDAY_EVENING
from tests.unit.world import World

_WITHIN = timedelta(hours=2)


# --- the roads ------------------------------------------------------------------------------------------


async def _over_the_counter(world: World) -> str:
    """From the typed account to the registration, at night, with a second slip."""
    name = await _vouched(world)
    await print_slip(world, name, slot=2)
    await world.until(lambda: world.case(name).slips == 2, _WITHIN)
    await _collect(world, name)
    world.register()
    await world.until(lambda: world.case(name).state is State.COMPLETED, _WITHIN)
    await world.move(timedelta(days=10))
    return name


async def _with_risk(world: World) -> str:
    """The owner said "not me" before: a reviewer besides the clerk."""
    name = await look_up(world)
    await world.until(lambda: _state(world, name) is State.IN_REVIEW, _WITHIN)
    await confirm(world, name)
    await world.until(lambda: _may_decide(world, name), _WITHIN)
    await world.decide()
    await world.until(lambda: "pickup" in _accepted(world, name), _WITHIN)
    return name


async def _take_over(world: World) -> str:
    """A website application whose pass is out gives way."""
    name = await _vouched(world)
    assert world.live_pass == ""
    await _collect(world, name)
    return name


async def _not_confirmed(world: World) -> str:
    """A look-up that nobody confirms."""
    name = await look_up(world)
    await world.until(lambda: _state(world, name) is State.IN_REVIEW, _WITHIN)
    await world.move(timedelta(hours=2))
    return name


async def _refused(world: World) -> str:
    """A look-up of somebody who does not exist."""
    name = await look_up(world, account="nobody@u.example")
    await world.until(lambda: _state(world, name) is State.CANCELLED, _WITHIN)
    await world.move(timedelta(hours=1))
    return name


async def _from_a_form(world: World) -> str:
    """A response, and a replay with other content."""
    name = await respond(world)
    await world.until(lambda: _state(world, name) is State.IN_REVIEW, _WITHIN)
    await respond_otherwise(world, name, "second")
    await world.until(lambda: "response_differed" in world.events(name), _WITHIN)
    await get_approved(world, name)
    return name


async def _refused_form(world: World) -> str:
    """A response with a forged token."""
    name = await respond(world, token="forged")
    await world.until(lambda: _state(world, name) is State.CANCELLED, _WITHIN)
    await world.move(timedelta(hours=1))
    return name


# --- how they must have ended ---------------------------------------------------------------------------


async def _check_counter(world: World, name: str) -> None:
    case = world.case(name)
    assert case.state is State.COMPLETED
    assert [each.evidence for each in case.approvals] == [world.staff["cleo"].token]
    for kind, times in {"vouched": 1, "approved": 1, "slip_printed": 2}.items():
        assert world.events(name).count(kind) == times
    for address in (people.OUTSIDE, people.OWN_MAILBOX):
        assert world.subjects(address).count("slip_printed") >= 2
        assert "owner_notice" not in world.subjects(address)
    assert {each.state for each in world.snapshot(name).mails} <= {MailState.SENT, MailState.SKIPPED}
    assert world.graph.account(world.student).current_pass is None
    assert world.storage.applications.ids() == [name]
    await _check_nothing_left(world)


async def _check_risk(world: World, name: str) -> None:
    assert [each.oid for each in world.case(name).approvals] == ["cleo", "rei"]
    assert "owner_notice" in _accepted(world, name)
    assert world.case(name).slips == 0


async def _check_take_over(world: World, name: str) -> None:
    (old,) = (world.case(each) for each in world.storage.applications.ids() if each != name)
    assert (old.state, old.stop_as, old.duplicate_of) == (State.CANCELLED, Closing.SUPERSEDED, name)
    assert world.events(old.id).count("stopping_started") == 1
    assert await world.storage.open_cases.names() == [name]


async def _check_not_confirmed(world: World, name: str) -> None:
    assert world.case(name).stop_as is Closing.NOT_CONFIRMED
    assert await world.storage.locks.read(world.student) is None
    assert not world.mailer.sent
    await _check_nothing_left(world)


async def _check_refused(world: World, name: str) -> None:
    assert world.case(name).counter_bar is CounterBar.UNKNOWN_ACCOUNT
    assert not world.mailer.sent
    await _check_nothing_left(world)


async def _check_form(world: World, name: str) -> None:
    assert world.events(name).count("response_differed") == 1
    assert world.events(name).count("review_opened") == 1
    assert {"owner_notice", "pickup"} <= _accepted(world, name)
    assert "operator_alert" in _accepted(world, name)


async def _check_refused_form(world: World, name: str) -> None:
    assert world.case(name).stop_as is Closing.REFUSED
    assert {each.to for each in world.mailer.sent} == set(people.OPERATORS)
    await _check_nothing_left(world)


async def _check_nothing_left(world: World) -> None:
    assert len(world.storage.inbox) == 0, "a request was left"
    assert not world.needless_wakes(), "a due row was left"
    assert not any(world.storage.hints.lanes.values())
    assert await world.storage.open_cases.names() == []


# --- on the way -----------------------------------------------------------------------------------------


async def _vouched(world: World) -> str:
    name = await look_up(world)
    await world.until(lambda: _state(world, name) is State.IN_REVIEW, _WITHIN)
    await confirm(world, name)
    await world.until(
        lambda: world.case(name).state is State.APPROVED and "pickup" in _accepted(world, name), _WITHIN
    )
    return name


async def _collect(world: World, name: str) -> None:
    code = await obtain(world, name)
    live = world.graph.account(world.student).current_pass
    assert live is not None
    assert live.code == code


def _accepted(world: World, name: str) -> set[str]:
    """Kinds of the mails of a case that the mail service took."""
    return {each.kind.value for each in world.snapshot(name).mails if each.state is MailState.SENT}


def _may_decide(world: World, name: str) -> bool:
    """Whether a reviewer has the link of the present round."""
    link = world.link(Purpose.REVIEW, people.REVIEWERS[0]) if has_link(world) else None
    return link is not None and (link.application, link.round) == (name, world.case(name).round)


def _state(world: World, name: str) -> State | None:
    found = world.storage.applications.peek(name)
    return found.application.state if found else None


async def _empty() -> World:
    return World(FRIDAY_EVENING)


async def _by_day() -> World:
    return World()


async def _contested() -> World:
    world = World()
    name = await world.apply()
    await world.run()
    await not_me(world, name)
    await world.move(timedelta(minutes=4))
    return world


async def _website_with_a_pass() -> World:
    return (await reach(State.ISSUED))[0]


_ROADS: dict[str, tuple[Begin, Go, Check]] = {
    "counter": (_empty, _over_the_counter, _check_counter),
    "risk": (_contested, _with_risk, _check_risk),
    "take_over": (_website_with_a_pass, _take_over, _check_take_over),
    "not_confirmed": (_empty, _not_confirmed, _check_not_confirmed),
    "refused": (_empty, _refused, _check_refused),
    "form": (_by_day, _from_a_form, _check_form),
    "refused_form": (_empty, _refused_form, _check_refused_form),
}


@pytest.mark.parametrize("road", _ROADS)
@pytest.mark.parametrize(
    ("after", "comes_back"),
    [(False, False), (True, False), (True, True)],
    ids=["before_message_lost", "after_message_lost", "after_message_comes_back"],
)
async def test_a_crash_at_any_call_loses_nothing(road: str, after: bool, comes_back: bool) -> None:  # noqa: FBT001
    await fail_everywhere(*_ROADS[road], CrashError, after=after, comes_back=comes_back)


@pytest.mark.parametrize("road", _ROADS)
async def test_a_call_that_cannot_be_made_now_loses_nothing_wherever_it_is(road: str) -> None:
    await fail_everywhere(*_ROADS[road], UnavailableError, after=False)


@pytest.mark.parametrize("road", _ROADS)
async def test_an_answer_that_is_lost_loses_nothing_wherever_it_is(road: str) -> None:
    await fail_everywhere(*_ROADS[road], UnknownOutcomeError, after=True)
