"""What is counted where something is asked for: only what is taken, and against nobody else."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.domain.limits import DEFAULTS, Limit, Whose
from shared.domain.photo import PhotoDoubt
from shared.domain.states import State
from shared.ports import UnavailableError
from shared.services.count_use import TooManyError, count_use
from shared.services.refusals import Refusal, RefusedError
from shared.services.submit_application import Accepted, PhotoDoubtful, submit_application
from shared.services.take_form import take_form
from tests.unit.observed import Fault
from tests.unit.reaching import reach
from tests.unit.services.test_form_door import RESPONSE
from tests.unit.world import World

_ME: Mapping[Whose, str] = {Whose.ACCOUNT: "me", Whose.NETWORK: "campus"}


def allow(world: World, **most: int) -> None:
    """Set limits by their names."""
    limits = {each: replace(kept, most=most.get(each.value, kept.most)) for each, kept in DEFAULTS.items()}
    world.web = replace(world.web, rules=replace(world.web.rules, limits=limits))


def counted(world: World) -> dict[str, int]:
    """How often each limit was counted."""
    found: dict[str, int] = {}
    for window, count in world.storage.limits.counts.items():
        found[window.limit.value] = found.get(window.limit.value, 0) + count
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("full", [Limit.UPLOADS, Limit.UPLOADS_OF_NETWORK, Limit.SUBMISSIONS])
async def test_what_one_limit_refuses_uses_up_nothing_of_the_others(full: Limit) -> None:
    world = World()
    allow(world, **{full.value: 0})
    limits = (Limit.UPLOADS, Limit.UPLOADS_OF_NETWORK, Limit.SUBMISSIONS)
    with pytest.raises(TooManyError) as caught:
        await count_use(limits, dict(_ME), world.web)
    assert caught.value.whose is DEFAULTS[full].whose
    assert counted(world) == {}


async def test_what_cannot_be_looked_at_is_not_counted() -> None:
    world = World()
    world.seen.faults.append(Fault("limits", "has_room", UnavailableError("down")))
    with pytest.raises(UnavailableError):
        await count_use((Limit.UPLOADS, Limit.SUBMISSIONS), dict(_ME), world.web)
    assert counted(world) == {}


async def test_an_application_counts_once_it_is_taken_and_once_only() -> None:
    world = World()
    allow(world, applications=1)
    hard = b"photo " + next(iter(PhotoDoubt)).value.encode()
    doubtful = await submit_application(world.submission(photo=hard), world.web)
    assert isinstance(doubtful, PhotoDoubtful)
    assert counted(world) == {}

    for _ in range(3):
        assert isinstance(
            await submit_application(world.submission(photo=hard, keep_doubts=True), world.web), Accepted
        )
    await world.run()
    assert isinstance(
        await submit_application(world.submission(photo=hard, keep_doubts=True), world.web), Accepted
    )
    with pytest.raises(RefusedError):
        await submit_application(world.submission(nonce="another"), world.web)
    assert counted(world) == {"applications": 1, "submissions": 1}


async def test_one_application_too_many_stores_nothing_and_touches_nobody_else() -> None:
    world = World()
    allow(world, applications=1)
    await submit_application(world.submission(), world.web)
    stored = len(world.storage.photos.blobs)
    with pytest.raises(TooManyError):
        await submit_application(world.submission(nonce="another"), world.web)
    assert len(world.storage.photos.blobs) == stored
    assert isinstance(await submit_application(world.submission(subject="taro"), world.web), Accepted)
    assert counted(world) == {"applications": 2, "submissions": 2}


async def test_one_account_closes_the_form_for_nobody_else() -> None:
    world = World()
    allow(world, applications=2, form_responses=3, submissions=3)
    for number in range(2):
        await take_form(replace(RESPONSE, response=str(number)), world.web)
    for number in range(2, 9):
        with pytest.raises(RefusedError) as caught:
            await take_form(replace(RESPONSE, response=str(number)), world.web)
        assert caught.value.refusal is Refusal.TOO_MANY_RESPONSES
    assert len(await world.storage.inbox.everything()) == 2
    await take_form(replace(RESPONSE, response="0"), world.web)
    await take_form(replace(RESPONSE, response="99", responder="other@u.example"), world.web)
    assert counted(world) == {"applications": 3, "form_responses": 3}


async def test_forms_and_the_website_have_hours_of_their_own() -> None:
    world = World()
    allow(world, form_responses=1, submissions=1)
    await take_form(RESPONSE, world.web)
    with pytest.raises(TooManyError):
        await take_form(replace(RESPONSE, response="2", responder="other@u.example"), world.web)
    assert isinstance(await submit_application(world.submission(), world.web), Accepted)


async def test_asking_for_a_pass_counts_by_case_and_link() -> None:
    world, name = await reach(State.APPROVED)
    allow(world, pass_requests=1)
    await world.ask_for_pass(name)
    with pytest.raises(TooManyError):
        await world.ask_for_pass(name)
    (window,) = (each for each in world.storage.limits.counts if each.limit is Limit.PASS_REQUESTS)
    assert name in window.who
