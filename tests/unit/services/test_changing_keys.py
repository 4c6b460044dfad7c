"""Keys are changed in the middle of a recovery, and web and worker take them up at different times: nobody notices."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product
from typing import Any, Literal

import pytest

from shared.adapters.sessions import CookieKind, Cookies
from shared.adapters.signed_links import SignedLinks
from shared.domain.errors import LinkMalformedError
from shared.domain.links import LinkClaims, Purpose
from shared.domain.states import State
from shared.key_list import in_order
from tests.unit import people
from tests.unit.world import World

OLD, NEW = "o" * 32, "n" * 32
STEPS = (OLD, f"{OLD},next:{NEW}", f"{OLD},{NEW}", NEW)
"""The values that the runbook sets one after the other."""
CHANGES = list(pairwise(STEPS))

type Process = Literal["web", "worker"]


def _takes_up(world: World, process: Process, keys: str) -> None:
    links = SignedLinks(in_order(keys.split(",")))
    if process == "web":
        world.web = replace(world.web, links=links)
    else:
        world.worker = replace(world.worker, links=links)


def _opened(world: World, purpose: Purpose, to: str) -> LinkClaims:
    """The newest link of this purpose that an address got, as web reads it now."""
    wanted = "not_me=" if purpose is Purpose.NOT_ME else "action="
    for mail in reversed(world.mailer.to(to)):
        for word in reversed(mail.text.split()):
            token = word.removeprefix(wanted)
            if word.startswith(wanted) and token:
                with suppress(LinkMalformedError):
                    return world.web.links.read(purpose, token)
    raise LinkMalformedError(purpose.value)


class _Rotated(World):
    """A world whose links are signed with real keys."""

    def link(self, purpose: Purpose, to: str) -> LinkClaims:
        return _opened(self, purpose, to)


@pytest.mark.parametrize(("change", "first"), list(product(CHANGES, ("web", "worker"))))
async def test_a_recovery_goes_on_while_web_and_worker_know_different_keys(
    change: tuple[str, str], first: Process
) -> None:
    before, after = change
    second: Process = "worker" if first == "web" else "web"
    world = _Rotated()
    for each in (first, second):
        _takes_up(world, each, before)
    name = await world.apply()
    await world.run()
    _takes_up(world, first, after)
    await world.decide()
    await world.run()
    assert world.case(name).state is State.APPROVED
    mailed_meanwhile = world.link(Purpose.PICKUP, people.OUTSIDE)
    _takes_up(world, second, after)
    assert world.link(Purpose.PICKUP, people.OUTSIDE) == mailed_meanwhile
    assert world.link(Purpose.NOT_ME, people.OUTSIDE).application == name

    assert await world.pickup(name)
    world.register()
    await world.move(timedelta(minutes=5))
    assert world.case(name).state is State.COMPLETED


async def test_without_the_step_in_between_a_mailed_link_does_not_open() -> None:
    world = _Rotated()
    _takes_up(world, "web", OLD)
    _takes_up(world, "worker", f"{OLD},{NEW}")
    await world.apply()
    await world.run()
    with pytest.raises(LinkMalformedError):
        world.link(Purpose.REVIEW, people.REVIEWERS[0])


@pytest.mark.parametrize("change", CHANGES)
def test_a_session_goes_on_between_instances_that_know_different_keys(change: tuple[str, str]) -> None:
    instances = [Cookies(in_order(keys.split(",")), "https://recovery.example.ac.jp") for keys in change]
    for sealing, opening in product(instances, instances):
        cookie = sealing.seal(CookieKind.PICKUP, {"a": "1"})
        assert opening.open(CookieKind.PICKUP, {cookie.name: cookie.value}) == {"a": "1"}


def test_what_the_old_key_signed_ends_with_it() -> None:
    cookie = Cookies([OLD], "https://recovery.example.ac.jp").seal(CookieKind.STAFF, {"a": "1"})
    kept: Mapping[str, Any] = {cookie.name: cookie.value}
    assert Cookies([OLD, NEW], "https://recovery.example.ac.jp").open(CookieKind.STAFF, kept) == {"a": "1"}
    assert Cookies([NEW], "https://recovery.example.ac.jp").open(CookieKind.STAFF, kept) is None


@pytest.mark.parametrize("given", [f"next:{NEW}", f"next:{OLD},next:{NEW}"])
def test_a_list_in_which_no_key_signs_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="none signs"):
        in_order(given.split(","))
