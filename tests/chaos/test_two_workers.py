"""Two workers on the same storage, their clocks minutes apart: no work is done twice."""

from collections import Counter

from shared import names
from shared.domain.events import EventKind
from tests.chaos.conftest import Scale
from tests.chaos.house import House
from tests.chaos.reckoning import read_books, send
from tests.chaos.storm import Storm

_CREATE = "POST temporaryAccessPassMethods"


def test_two_workers_do_no_work_twice_although_every_message_comes_twice(house: House, scale: Scale) -> None:
    house.cloud.call("DELETE", "/api/calls")
    storm = Storm(house, seed=scale.seed, people=scale.of(1, 12))
    doubled = 0
    while not storm.over():
        storm.pause(longest=2.0)
        for case in list(storm.accepted):
            send(house.settings.storage, dict.fromkeys(names.LANES, case))
            doubled += len(names.LANES)
        house.later(minutes=0.2)
    storm.calm_down()

    assert storm.wrong() == []
    assert doubled_mails(house, storm) == {}
    assert made(house, storm) == (storm.people, storm.people)
    sends, mails = house.calls("mail")["POST emails:send"], len(house.mails(""))
    scale.note(
        f"two workers, {doubled} messages besides: {storm.people} passes made once each, {sends} sends of {mails} mails"
    )


def doubled_mails(house: House, storm: Storm) -> dict[tuple[str, ...], int]:
    """Mails that somebody got more than once."""
    found = Counter(
        (mail["subject"], *mail["to"]) for each in storm.walks for mail in house.mails(each.reference)
    )
    return {key: count for key, count in found.items() if count > 1}


def made(house: House, storm: Storm) -> tuple[int, int]:
    """Passes that Graph has made and passes on record."""
    cases = read_books(house.settings.storage).cases
    events = [event.kind for case in storm.accepted for event in cases[case].events]
    return house.calls("graph")[_CREATE], events.count(EventKind.PASS_ISSUED)
