"""The process dies, or a call fails, at any point of the card's road or of linking: nobody is lost, nothing is done unnoticed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from shared.domain.card import LinkDeed
from shared.domain.states import State
from shared.ports import UnavailableError, UnknownOutcomeError
from tests.unit import cards, people
from tests.unit.failing import struck_calls
from tests.unit.observed import CrashError
from tests.unit.patient import check_the_end
from tests.unit.reaching import reach
from tests.unit.university import FRIDAY_EVENING
from tests.unit.world import World

type Road = Callable[[World], Awaitable[None]]

_WITHIN = timedelta(hours=2)


async def _by_card(world: World) -> None:
    """From a linked card to the registration."""
    name = await cards.verify(world)
    await world.until(lambda: _state(world, name) is State.APPROVED, _WITHIN)
    await _collect_and_register(world, name, 1)


async def _by_a_young_link(world: World) -> None:
    """The same with the delay of a young link, and the card verified a second time."""
    name = await cards.verify(world)
    await world.until(lambda: _state(world, name) is State.COOLING_OFF, _WITHIN)
    await world.until(lambda: "verify_again" in world.subjects(people.OUTSIDE), timedelta(days=2))
    await _collect_and_register(world, name, 2)


async def _collect_and_register(world: World, name: str, number: int) -> None:
    code = await cards.obtain(world, name, number)
    live = world.graph.account(world.student).current_pass
    assert live is not None
    assert live.code == code
    world.register()
    await world.until(lambda: world.case(name).state is State.COMPLETED, timedelta(hours=1))
    await world.move(timedelta(days=12))


async def _take_over(world: World) -> None:
    """An application by the website gives way while its pass is out."""
    (website,) = world.storage.applications.ids()
    name = await cards.verify(world)
    await world.until(lambda: _state(world, name) is State.APPROVED, _WITHIN)
    assert world.case(website).state is State.CANCELLED
    assert world.case(website).duplicate_of == name
    assert await cards.obtain(world, name)
    account = world.graph.account(world.student)
    assert account.current_pass is not None
    assert account.current_pass.code == account.passes_made[-1].code


async def _link_and_unlink(world: World) -> None:
    """Linked, told of; undone, told of."""
    made = await cards.ask_to_link(world, 1)
    await world.until(lambda: len(world.storage.inbox) == 0, _WITHIN)
    links = world.storage.card_links
    assert {each.verification for each in links.history.values()} == {made}
    assert set(links.rows()) == {f"account:{world.student}", f"card:{cards.CARD}"}
    _everybody_knows(world, "card_linked")
    undone = await cards.ask_to_unlink(world, 2)
    await world.until(lambda: len(world.storage.inbox) == 0, _WITHIN)
    assert links.rows() == {}
    assert [(each.deed, each.verification) for each in links.history.values()] == [
        (LinkDeed.LINKED, made),
        (LinkDeed.UNLINKED, undone),
    ]
    _everybody_knows(world, "card_unlinked")
    assert "given_up" not in world.subjects(people.OPERATORS[0])
    assert world.storage.applications.ids() == []
    assert not world.needless_wakes()


def _everybody_knows(world: World, what: str) -> None:
    """Every address was told; a repeat is the same mail for the mail service."""
    for address in (people.OUTSIDE, people.OWN_MAILBOX):
        assert what in world.subjects(address)
    operations = {
        operation
        for message, operation in zip(world.mailer.sent, world.mailer.operations, strict=True)
        if message.subject == what
    }
    assert len(operations) == 2


def _state(world: World, name: str) -> State | None:
    found = world.storage.applications.peek(name)
    return found.application.state if found else None


async def _with_a_link() -> World:
    world = World(FRIDAY_EVENING)
    await cards.has_link(world)
    return world


async def _with_a_young_link() -> World:
    world = World(FRIDAY_EVENING)
    await cards.has_link(world, age=timedelta(days=6, hours=12))
    return world


async def _with_a_pass_by_the_website() -> World:
    world, _ = await reach(State.ISSUED)
    await cards.has_link(world)
    return world


async def _empty() -> World:
    return World(FRIDAY_EVENING)


_ROADS: dict[str, tuple[Callable[[], Awaitable[World]], Road]] = {
    "card": (_with_a_link, _by_card),
    "young_link": (_with_a_young_link, _by_a_young_link),
    "take_over": (_with_a_pass_by_the_website, _take_over),
    "link": (_empty, _link_and_unlink),
}


_TO_THE_END = ("card", "young_link")


@pytest.mark.parametrize("road", _ROADS)
@pytest.mark.parametrize(
    ("after", "comes_back"),
    [(False, False), (True, False), (True, True)],
    ids=["before_message_lost", "after_message_lost", "after_message_comes_back"],
)
async def test_a_crash_at_any_call_loses_nothing(road: str, after: bool, comes_back: bool) -> None:  # noqa: FBT001
    await _fail_everywhere(road, CrashError, after=after, comes_back=comes_back)


@pytest.mark.parametrize("road", _ROADS)
async def test_a_call_that_cannot_be_made_now_loses_nothing_wherever_it_is(road: str) -> None:
    await _fail_everywhere(road, UnavailableError, after=False)


@pytest.mark.parametrize("road", _ROADS)
async def test_an_answer_that_is_lost_loses_nothing_wherever_it_is(road: str) -> None:
    await _fail_everywhere(road, UnknownOutcomeError, after=True)


async def _fail_everywhere(
    road: str, error: type[BaseException], *, after: bool, comes_back: bool = True
) -> None:
    begin, go = _ROADS[road]
    whole = await begin()
    before = len(whole.seen.calls)
    await go(whole)
    calls = len(whole.seen.calls)
    failures, struck = [], 0
    numbers = struck_calls(before, calls, after + comes_back + (error is UnknownOutcomeError))
    for number in numbers:
        world = await begin()
        world.seen.fail_at = (number, after)
        world.seen.fails_with = error
        world.messages_come_back = comes_back
        try:
            await go(world)
            struck += world.seen.failures
            if road in _TO_THE_END:
                await check_the_end(world, world.storage.applications.ids()[0])
        except BaseException as found:  # noqa: BLE001 - collected, to show all of them at once
            failures.append(f"{number} of {calls}, {world.seen.calls[number - 1]}: {found!r:.300}")
    assert not failures, "\n".join(failures)
    assert struck * 10 >= len(numbers) * 9  # a call that is refused anyhow has no answer to lose
