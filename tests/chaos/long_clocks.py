"""A worker whose clock is wrong by more than an attempt lasts: it may end another worker's attempt, and that is all it can do."""

from tests.chaos.conftest import Scale
from tests.chaos.house import House
from tests.chaos.storm import Storm
from tests.chaos.test_two_workers import doubled_mails


def test_a_clock_that_is_wrong_by_more_than_an_attempt_lasts_costs_at_most_another_press(
    house: House, scale: Scale
) -> None:
    usual = house.skews
    house.skews = tuple(skew * 2 for skew in usual)
    try:
        storm = Storm(house, seed=scale.seed, people=scale.of(1, 12))
        storm.calm_down()
    finally:
        house.skews = usual

    assert storm.wrong() == []
    assert doubled_mails(house, storm) == {}
    scale.note(
        f"clocks {int(max(usual).total_seconds()) // 30} minutes apart: {storm.people} people got their pass"
    )
