"""What makes a linked card not enough: a link made anew, an owner who said "not me", a case that was parked."""

from dataclasses import replace
from datetime import timedelta

from shared.domain.kinds import Attention, CardBar, Closing, Flag
from shared.domain.states import State
from tests.unit import cards, people
from tests.unit.reaching import lift, not_me, operate
from tests.unit.university import FRIDAY_EVENING, WEDNESDAY_MORNING
from tests.unit.world import World

_DAY = timedelta(days=1)


async def _approved(world: World) -> str:
    await cards.has_link(world)
    name = await cards.verify(world)
    await world.run()
    assert world.case(name).state is State.APPROVED
    return name


async def _link_anew(world: World, card: str) -> None:
    await cards.ask_to_unlink(world, 2, by="account")
    await world.run()
    await cards.ask_to_link(world, 3, card=card)
    await world.run()
    link = await world.storage.card_links.by_account(world.student)
    assert link is not None
    assert (link.card, link.linked_at) == (card, world.clock.now())


# --- another link than the one that decided -----------------------------------------------------------


async def test_a_link_made_since_gives_no_pass_in_the_old_case_and_cools_off_in_a_new_one() -> None:
    for card in (cards.OTHER_CARD, cards.CARD):
        world = World(FRIDAY_EVENING)
        name = await _approved(world)
        await _link_anew(world, card)
        await cards.press_issue(world, name, 4, card=card)
        await world.run()
        assert (world.case(name).state, world.case(name).card_bar) == (State.CANCELLED, CardBar.NOT_LINKED)
        assert world.graph.account(world.student).passes_made == []
        assert world.subjects(people.OUTSIDE)[-1] == "closed"
        fresh = await cards.verify(world, 5, card=card)
        await world.run()
        assert world.case(fresh).state is State.COOLING_OFF


async def test_a_link_made_while_a_pass_lives_ends_the_case_through_stopping() -> None:
    world = World(FRIDAY_EVENING)
    name = await _approved(world)
    await cards.obtain(world, name)
    await _link_anew(world, cards.OTHER_CARD)
    await cards.press_issue(world, name, 4, card=cards.OTHER_CARD)
    await world.run()
    assert world.case(name).state is State.STOPPING
    assert world.live_pass == ""
    await world.move(timedelta(minutes=4))
    assert world.case(name).state is State.CANCELLED
    assert world.subjects(people.OUTSIDE)[-1] == "closed"


async def test_a_link_that_was_removed_or_made_anew_during_the_delay_does_not_ripen() -> None:
    for anew in (False, True):
        world = World(WEDNESDAY_MORNING)
        await cards.has_link(world, age=timedelta())
        name = await cards.verify(world)
        await world.run()
        ripe = world.case(name).due_at
        assert ripe is not None
        await world.move(ripe - timedelta(hours=1))
        if anew:
            await _link_anew(world, cards.CARD)
        else:
            await cards.ask_to_unlink(world, 2, by="account")
            await world.run()
        await world.move(ripe)
        assert (world.case(name).state, world.case(name).card_bar) == (State.CANCELLED, CardBar.NOT_LINKED)
        assert world.subjects(people.OUTSIDE)[-1] == "closed"
        assert "verify_again" not in world.subjects(people.OUTSIDE)


async def test_the_delay_ends_without_asking_for_the_old_token_once_more() -> None:
    """Its keys have a life, which may be shorter than the delay; each pickup brings evidence of its own anyway."""
    world = World(WEDNESDAY_MORNING)
    await cards.has_link(world, age=timedelta())
    name = await cards.verify(world)
    await world.run()
    asked = world.seen.calls.count(("card_tokens", "verify"))
    await world.move(7 * _DAY)
    assert world.case(name).state is State.APPROVED
    assert world.seen.calls.count(("card_tokens", "verify")) == asked


# --- an owner who said "not me" -----------------------------------------------------------------------


async def test_after_not_me_a_card_gives_no_pass_until_an_operator_has_looked() -> None:
    world = World(FRIDAY_EVENING)
    old = await _approved(world)
    await cards.obtain(world, old)
    await not_me(world, old)
    await world.move(timedelta(minutes=4))
    name = await cards.verify(world, 5)
    await world.run()
    assert (world.case(name).state, world.case(name).stop_as) == (State.CANCELLED, Closing.BLOCKED)
    assert world.live_pass == ""
    await lift(world, old)
    again = await cards.verify(world, 6)
    await world.run()
    assert Flag.EARLIER_CONTEST in world.case(again).flags
    assert await cards.obtain(world, again, 6)


async def test_a_contest_from_before_there_were_blocks_still_parks_a_card_for_the_operator() -> None:
    world = World(FRIDAY_EVENING)
    old = await _approved(world)
    await cards.obtain(world, old)
    await operate(world, old, "stop")
    await world.move(timedelta(minutes=4))
    lock = await world.storage.locks.read(world.student)
    assert lock is not None
    await world.storage.locks.mark(replace(lock, contested=True))
    name = await cards.verify(world, 5)
    await world.run()
    case = world.case(name)
    assert (case.state, case.attention) == (State.ATTENTION, Attention.GUARD)
    assert Flag.EARLIER_CONTEST in case.flags
    assert world.live_pass == ""


# --- a parked case ------------------------------------------------------------------------------------


async def _parked(world: World) -> str:
    await cards.has_link(world)
    world.bar_account()
    name = await cards.verify(world)
    await world.run()
    assert world.case(name).state is State.ATTENTION
    world.clear_account()
    return name


async def test_whose_parked_case_runs_again_is_asked_to_verify_once_more() -> None:
    world = World(FRIDAY_EVENING)
    name = await _parked(world)
    await operate(world, name, "run again")
    assert world.case(name).state is State.APPROVED
    assert "verify_again" in world.subjects(people.OUTSIDE)


async def test_whose_parked_case_is_refused_when_it_runs_again_is_told_that_it_is_over() -> None:
    world = World(FRIDAY_EVENING)
    name = await _parked(world)
    await cards.ask_to_unlink(world, 2)
    await world.run()
    await operate(world, name, "run again")
    assert world.case(name).state is State.CANCELLED
    assert world.subjects(people.OUTSIDE)[-1] == "closed"
