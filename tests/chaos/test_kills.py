"""``kill -9`` of the hosts at any moment, storage stopped, Graph and mail in trouble: nobody is lost, nobody gets two passes."""

from tests.chaos.conftest import Scale
from tests.chaos.house import House
from tests.chaos.storm import Storm


def test_everybody_gets_through_while_the_hosts_are_killed(house: House, scale: Scale) -> None:
    kills = faults = people = 0
    for number in range(scale.of(1, scale.rounds)):
        before = house.kills
        storm = Storm(house, seed=scale.seed + number, people=scale.of(1, 6))
        storm.rage(kills=scale.of(3, 15))
        storm.storage_stops()
        storm.calm_down()
        assert storm.wrong() == []
        assert storm.left_over() == []
        kills, faults, people = kills + house.kills - before, faults + storm.faults, people + storm.people

    assert kills == scale.of(3, 15 * scale.rounds)
    scale.note(
        f"{kills} hosts killed, {faults} faults of Graph and mail, {people} people: all got their pass"
    )
