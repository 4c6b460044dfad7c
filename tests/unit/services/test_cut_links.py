"""An operator removes the link between an account and a card, from the page of a case of that account."""

import pytest

from shared.domain.requests import RequestKind
from shared.domain.staff import StaffIdentity
from shared.domain.states import State
from shared.services import watch_blocks, watch_cases
from shared.services.ask import ask
from shared.services.refusals import Refusal, RefusedError
from tests.unit import cards, people
from tests.unit.reaching import reach
from tests.unit.world import REAL, World


async def _with_link() -> tuple[World, str]:
    world, name = await reach(State.CANCELLED)
    await cards.has_link(world)
    world.mailer.sent.clear()
    return world, name


async def _cut(world: World, name: str, by: str = "ope") -> None:
    staff = world.staff[by]
    await watch_blocks.cut_link(name, staff.identity, staff.token, world.web)
    await world.tick()


async def test_the_link_goes_the_history_names_the_operator_and_the_owner_is_told() -> None:
    world, name = await _with_link()
    assert (await watch_cases.show_case(name, world.staff["ope"].identity, world.web)).card_linked
    await _cut(world, name)
    assert world.storage.card_links.rows() == {}
    line = list(world.storage.card_links.history.values())[-1]
    assert (line.deed.value, line.subject, line.actor) == ("unlinked", world.student, "ope")
    told = [world.subjects(each) for each in (people.OUTSIDE, people.OWN_MAILBOX)]
    assert told == [["card_unlinked"], ["card_unlinked"]]
    assert len(world.storage.inbox) == 0
    assert not (await watch_cases.show_case(name, world.staff["ope"].identity, world.web)).card_linked


async def test_two_presses_are_one_request() -> None:
    world, name = await _with_link()
    staff = world.staff["ope"]
    for _ in range(2):
        await watch_blocks.cut_link(name, staff.identity, staff.token, world.web)
    assert len(world.storage.inbox) == 1


async def test_an_application_by_the_card_that_is_open_gives_nothing_afterwards() -> None:
    world, name = await _with_link()
    by_card = await cards.verify(world)
    await world.run()
    await _cut(world, name)
    await cards.press_issue(world, by_card)
    await world.run()
    assert world.graph.account(world.student).passes_made == []


@pytest.mark.parametrize("who", ["forged", "reviewer", "the owner", "the owner's other account"])
async def test_nobody_but_another_operator_removes_it(who: str) -> None:
    world, name = await _with_link()
    token = world.staff["rei" if who == "reviewer" else "ope"].token
    if who == "forged":
        token = "forged"
    if who == "the owner":
        token = world.tokens.make(world.student, "Hanako", "Operator", at=REAL)
    if who == "the owner's other account":
        world.graph.account(world.student).facts = people.account("hanako", employee_id="employee-ope")
    link = await world.storage.card_links.by_account(world.student)
    assert link is not None
    body = {"case": name, "verification": link.verification, "language": "ja"}
    await ask(cards.verification(9), RequestKind.CUT_LINK, 0, world.web, body=body, evidence=token)
    await world.tick()
    assert await world.storage.card_links.by_account(world.student) is not None
    assert len(world.storage.inbox) == 0
    assert [each.to for each in world.mailer.sent] == list(people.OPERATORS), (
        "somebody tried: operators hear of it"
    )


async def test_a_link_that_was_made_anew_since_the_page_was_shown_stays() -> None:
    world, name = await _with_link()
    body = {"case": name, "verification": cards.verification(8), "language": "ja"}
    token = world.staff["ope"].token
    await ask(cards.verification(9), RequestKind.CUT_LINK, 0, world.web, body=body, evidence=token)
    await world.tick()
    assert await world.storage.card_links.by_account(world.student) is not None
    assert len(world.storage.inbox) == 0


async def test_the_console_refuses_one_s_own_account_and_an_account_without_a_link() -> None:
    world, name = await _with_link()
    own = StaffIdentity(world.student, "Hanako", frozenset({"Operator"}))
    with pytest.raises(RefusedError) as mine:
        await watch_blocks.cut_link(name, own, "token", world.web)
    assert mine.value.refusal is Refusal.OWN_CASE
    await _cut(world, name)
    with pytest.raises(RefusedError) as late:
        await watch_blocks.cut_link(name, world.staff["ope"].identity, "token", world.web)
    assert late.value.refusal is Refusal.TOO_LATE
