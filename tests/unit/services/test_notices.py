"""Whichever way somebody comes in: application, pass and completion are told to every address on file, with a link that works."""

from datetime import timedelta

import pytest

from shared.domain.links import Purpose
from shared.domain.states import State
from shared.services import answer_owner_notice
from tests.unit import cards, people
from tests.unit.counters import respond, vouched
from tests.unit.patient import get_approved
from tests.unit.world import World

_ON_FILE = (people.OUTSIDE, people.OWN_MAILBOX)


async def _by_website(world: World) -> str:
    name = await world.apply(contact_email=people.TYPED)
    await world.run()
    return name


async def _by_form(world: World) -> str:
    name = await respond(world, contact_email=people.TYPED)
    await world.run()
    return name


async def _at_the_office(world: World) -> str:
    return await vouched(world, contact_email=people.TYPED, contact_confirmed="on")


async def _by_card(world: World) -> str:
    await cards.has_link(world)
    name = await cards.verify(world)
    await world.run()
    return name


_WAYS = {"form": _by_form, "website": _by_website, "office": _at_the_office, "card": _by_card}


async def _pass(world: World, name: str, way: str) -> None:
    if way == "card":
        await cards.obtain(world, name)
        return
    if way != "office":
        await get_approved(world, name)
    await world.pickup(name)


async def _until(world: World, way: str, moment: str) -> str:
    name = await _WAYS[way](world)
    if moment != "application":
        await _pass(world, name, way)
    if moment == "completion":
        world.register()
        await world.move(timedelta(minutes=5))
    return name


_KINDS = {"application": "owner_notice", "pass": "pass_issued", "completion": "completed"}
_STATES = {"application": State.CANCELLED, "pass": State.CANCELLED, "completion": State.ATTENTION}


@pytest.mark.parametrize("address", _ON_FILE)
@pytest.mark.parametrize("moment", _KINDS)
@pytest.mark.parametrize("way", _WAYS)
async def test_the_link_of_this_notice_works_then(way: str, moment: str, address: str) -> None:
    world = World()
    name = await _until(world, way, moment)
    kind = "slip_printed" if (way, moment) == ("office", "application") else _KINDS[moment]
    assert kind in world.subjects(address)
    newest = next(each for each in reversed(world.mailer.to(address)) if each.subject.split()[0] == kind)
    (token,) = (
        word.removeprefix("not_me=")
        for word in newest.text.split()
        if word.startswith("not_me=") and word != "not_me="
    )
    if moment == "completion":
        await world.move(timedelta(days=29))
    await answer_owner_notice.answer_not_mine(world.links.read(Purpose.NOT_ME, token), world.web)
    await world.move(timedelta(minutes=5))
    assert world.case(name).disowned
    assert world.case(name).state is _STATES[moment]
    assert world.live_pass == ""
    assert world.storage.locks.peek(world.student).blocked_by == (name,)
    assert "operator_alert" in world.subjects(people.OPERATORS[0])
    assert world.graph.account(world.student).revocations > 0


@pytest.mark.parametrize("way", _WAYS)
async def test_a_typed_address_gets_no_such_link(way: str) -> None:
    world = World()
    await _until(world, way, "completion")
    texts = [each.text for each in world.mailer.to(people.TYPED)]
    assert not [each for each in texts if "not_me=not_me" in each]
