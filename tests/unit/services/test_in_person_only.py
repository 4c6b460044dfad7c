"""What was begun in person, at the counter or with the card, is not undone by somebody who merely has the password."""

import pytest

from shared.domain.requests import RequestKind
from shared.domain.states import State
from shared.services import act_on_own_case
from shared.services.act_on_own_case import Shown
from shared.services.collect_pass import Collector
from shared.services.refusals import Refusal, RefusedError
from shared.services.verify_card import CardHolder
from tests.unit import cards
from tests.unit.counters import print_slip, reach_at_office
from tests.unit.reaching import reach
from tests.unit.world import World

_ACTS = {"withdraw": act_on_own_case.withdraw, "trouble": act_on_own_case.report_trouble}
_KINDS = {"withdraw": RequestKind.WITHDRAW, "trouble": RequestKind.TROUBLE}


async def _by_card() -> tuple[World, str]:
    world = World()
    await cards.has_link(world)
    name = await cards.verify(world)
    await world.run()
    await cards.obtain(world, name)
    assert world.case(name).state is State.ISSUED
    return world, name


def _holder(card: str, number: int) -> CardHolder:
    return CardHolder(cards.verification(number), card, cards.NAME, "token", "session-1", counts=True)


async def _asked(world: World, name: str, act: str) -> bool:
    return _KINDS[act] in {each.kind for each in await world.storage.inbox.waiting(name)}


async def _refused(world: World, name: str, act: str, shown: Shown) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        await _ACTS[act](name, world.student, world.web, shown)
    assert not await _asked(world, name, act)
    return caught.value


@pytest.mark.parametrize("act", list(_ACTS))
async def test_the_password_alone_undoes_nothing_of_the_counter(act: str) -> None:
    world, name = await reach_at_office(State.ISSUED)
    for shown in (Shown(), Shown(holder=_holder(cards.CARD, 1))):
        error = await _refused(world, name, act, shown)
        assert (error.refusal, error.link) == (Refusal.IN_PERSON_ONLY, f"/pickup/{name}")


@pytest.mark.parametrize("act", list(_ACTS))
async def test_the_newest_slip_or_the_mailed_link_does(act: str) -> None:
    for collector in (Collector("hanako", "session-1", 1), Collector("hanako", "session-1", 0, slip=1)):
        world, name = await reach_at_office(State.ISSUED)
        await _ACTS[act](name, world.student, world.web, Shown(collector))
        assert await _asked(world, name, act)


async def test_an_older_slip_and_a_link_of_another_round_do_not() -> None:
    world, name = await reach_at_office(State.ISSUED)
    await print_slip(world, name)
    await world.run()
    old = Shown(Collector(world.student, "session-1", 0, slip=1))
    assert (await _refused(world, name, "withdraw", old)).refusal is Refusal.SLIP_REPLACED
    other = Shown(Collector(world.student, "session-1", 2))
    assert (await _refused(world, name, "withdraw", other)).refusal is Refusal.FORBIDDEN


@pytest.mark.parametrize("act", list(_ACTS))
async def test_what_a_card_began_wants_the_card_once_more(act: str) -> None:
    world, name = await _by_card()
    collector = Collector(world.student, "session-1", 1)
    for shown in (Shown(), Shown(collector), Shown(holder=_holder(cards.OTHER_CARD, 9))):
        error = await _refused(world, name, act, shown)
        assert (error.refusal, error.link) == (Refusal.IN_PERSON_ONLY, "/verify")
    await _ACTS[act](name, world.student, world.web, Shown(holder=_holder(cards.CARD, 9)))
    assert await _asked(world, name, act)


async def test_an_application_of_the_website_is_taken_back_with_the_password() -> None:
    world, name = await reach(State.IN_REVIEW)
    await act_on_own_case.withdraw(name, world.student, world.web)
    await world.run()
    assert world.case(name).state is State.CANCELLED
