"""Graph misbehaves for an hour of business time, then is well again: everybody completes, nobody has two passes."""

import time

from tests.chaos.conftest import Scale
from tests.chaos.house import House
from tests.chaos.storm import Storm

_WEATHER: tuple[dict[str, object], ...] = (
    {"status": 503},
    {"status": 429, "retry_after": 20},
    {"drop": "before"},
    {"slow": 1.0},
    {"drop": "after"},
    {"status": 500, "done": True},
)
_MINUTES = 60


def test_an_hour_of_trouble_with_graph_costs_nobody_the_pass(house: House, scale: Scale) -> None:
    storm = Storm(house, seed=scale.seed, people=8)
    step = 2
    for minute in range(0, _MINUTES, step):
        weather = _WEATHER[minute * len(_WEATHER) // _MINUTES]
        house.faults(graph=[weather, {"second_pass": "refuse"}])
        time.sleep(2)
        house.later(minutes=step)
    in_the_middle = [each.stage for each in storm.walks]
    storm.calm_down()

    assert set(in_the_middle) != {"done"}  # a slow Graph lets some through within the hour
    assert storm.wrong() == []
    scale.note(
        f"Graph in trouble for {_MINUTES} minutes of business time: {storm.people} people got their pass after it"
    )
