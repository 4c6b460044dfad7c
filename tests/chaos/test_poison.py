"""A message that the platform gave up on, in each queue: the case is parked, the operator told, one click runs it again."""

from functools import partial

import pytest

from local.visitor import Visitor
from shared import names
from tests.chaos.conftest import Scale
from tests.chaos.house import House
from tests.chaos.people import Desk, Walk
from tests.chaos.reckoning import read_books, send


@pytest.fixture(scope="module")
def operator(house: House) -> Visitor:
    """An operator, signed in with MFA."""
    visitor = Visitor(house.settings.base_url, house.cloud.people("operator")[0])
    visitor.sign_in("staff").raise_for_status()
    return visitor


def test_poison_of_each_queue_is_told_and_retried_with_one_click(
    house: House, operator: Visitor, scale: Scale
) -> None:
    desk, accepted = Desk(house), dict[str, str]()
    waiting: dict[str, Walk] = {}
    for lane, person in zip(names.LANES, house.people(len(names.LANES)), strict=True):
        waiting[lane] = Walk(house, person, desk, accepted)
        waiting[lane].applies()
    for lane, walk in waiting.items():
        walk.stubbornly("is in review", partial(stands, operator, walk.case, "in_review"))
        send(house.settings.storage, {lane + names.POISON_SUFFIX: walk.case})
    for walk in waiting.values():
        walk.stubbornly("is parked", partial(stands, operator, walk.case, "attention"))
        walk.stubbornly("is told of", partial(told, house, operator, walk.reference))
    kept = poison_keys(operator)
    assert len(kept) == len(names.LANES) == len(read_books(house.settings.storage).poison)
    for key in kept:
        assert operator.post(f"/staff/poison/{key}/retry", data={}).status_code == 202
    for walk in waiting.values():
        walk.stubbornly("is in review again", partial(stands, operator, walk.case, "in_review"))
    while poison_keys(operator):
        house.later(minutes=1)

    assert read_books(house.settings.storage).poison == ()
    for walk in waiting.values():
        walk.stubbornly("is approved", partial(desk.approves, walk.reference))
    scale.note("poison of each of three queues: told, retried with one click, decided on")


def stands(operator: Visitor, case: str, state: str) -> bool:
    """Whether the case is truly in this state."""
    answer = operator.get(f"/staff/applications/{case}", json=True)
    return bool(answer.ok and answer.json()["state"] == state)


def told(house: House, operator: Visitor, reference: str) -> bool:
    """Whether the operator has a mail about the case."""
    return any(operator.upn in mail["to"] for mail in house.mails(reference))


def poison_keys(operator: Visitor) -> list[str]:
    """The buttons of the console that send a message again."""
    page = operator.get("/staff/attention").text
    return sorted({each.partition("/retry")[0] for each in page.split("/staff/poison/")[1:]})
