"""Storage goes away in the middle and comes back with the same data: nobody is lost."""

import time

from tests.chaos.conftest import Scale
from tests.chaos.house import House
from tests.chaos.storm import Storm

_SAVED_AFTER = 6.0
"""The emulator writes its rows to disk every five seconds; real storage has written them before it answers."""


def test_everybody_gets_through_while_storage_stops_and_is_killed(house: House, scale: Scale) -> None:
    before = house.storage.kills
    storm = Storm(house, seed=scale.seed, people=6)
    for _ in range(scale.rounds):
        storm.pause(longest=3.0)
        storm.storage_stops()
        storm.pause(longest=4.0)
        hosts = (house.web, *house.workers)
        for host in hosts:
            host.freeze()
        time.sleep(_SAVED_AFTER)
        house.storage.kill()
        house.storage.start()
        for host in hosts:
            host.thaw()
    storm.calm_down()

    assert storm.wrong() == []
    assert house.storage.kills - before == scale.rounds
    scale.note(f"storage stopped and killed {scale.rounds} times each under {storm.people} people")
