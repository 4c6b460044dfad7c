"""The page of costs says what counts and prices say, and every price says where it is from."""

import json
import re
import tomllib
from typing import Any

import pytest

from bench.costs import ALERTS, PAGE, PRICES, SIZES, Reckoning, looks_a_minute, made_now, page_with
from bench.count_operations import COUNTS
from local.demo import CHANNELS
from shared import names

_PRICES: dict[str, Any] = tomllib.loads(PRICES.read_text("utf-8"))
_COUNTS: dict[str, Any] = json.loads(COUNTS.read_text("utf-8"))


def test_the_page_is_made_of_the_counts_and_prices_of_now() -> None:
    text = PAGE.read_text("utf-8")
    assert text == page_with(text, made_now()), "run `make costs`"


def test_every_price_has_a_unit_a_source_and_a_warning() -> None:
    for name, price in _PRICES["prices"].items():
        assert set(price) == {"value", "unit", "source"}, name
        assert "check before use" in price["source"], name


def test_no_price_stands_anywhere_else() -> None:
    """A number with so many places would be one."""
    for name in ("costs.py", "count_operations.py"):
        assert not re.search(r"\b0\.\d{3,}", (PRICES.parent / name).read_text("utf-8")), name


def test_every_way_in_was_counted_whole() -> None:
    assert set(_COUNTS["ways"]) == set(CHANNELS)
    for way in _COUNTS["ways"].values():
        assert way["graph"]["POST temporaryAccessPassMethods"] == 1
        assert way["mails"] >= 4
        assert way["storage"]["table.transaction"] > 5
        assert any(name.startswith("queue_") for name in way["executions"])


def test_the_shares_of_the_ways_are_all_there_is() -> None:
    guesses = _PRICES["assumptions"]
    assert round(sum(guesses[f"share_{way}"] for way in CHANNELS), 6) == 1


def test_more_applications_never_cost_less() -> None:
    small, middle, large = (Reckoning(_COUNTS, _PRICES).year(each) for each in SIZES)
    for line, cost in small.items():
        assert 0 <= cost <= middle[line] <= large[line]


def test_what_the_page_says_follows_from_the_figures() -> None:
    small, middle, large = (Reckoning(_COUNTS, _PRICES).year(each) for each in SIZES)
    left = sum(small.values()) - small["alerts"]
    assert small["alerts"] > 0.9 * sum(small.values())
    assert middle["alerts"] > 0.5 * sum(middle.values())
    assert small["logs"] + small["queues: operations"] > 0.5 * left
    assert large["mail"] > 0.5 * sum(large.values())
    assert large["functions: GB-seconds"] > 0.5 * (sum(large.values()) - large["mail"])


def test_what_prod_keeps_ready_is_paid_all_year_and_larger_than_all_else_of_a_small_one() -> None:
    """One instance of two GB (``infra/prod.bicepparam``)."""
    reckoning = Reckoning(_COUNTS, _PRICES)
    price = _PRICES["prices"]["always_ready_gb_s"]["value"]

    assert reckoning.kept_ready() == pytest.approx(365 * 24 * 3600 * 2 * price)
    assert reckoning.kept_ready() > sum(reckoning.year(100).values())
    assert reckoning.kept_ready() > sum(reckoning.year(10_000).values())


def test_every_rule_of_the_templates_is_in_the_year() -> None:
    rules = re.findall(r"^    name: '[a-z-]+'$", ALERTS.read_text("utf-8"), re.MULTILINE)
    each_costs_one = {
        name: price | {"value": 1.0 if name.startswith("alert_") else 0.0}
        for name, price in _PRICES["prices"].items()
    }
    year = Reckoning(_COUNTS, _PRICES | {"prices": each_costs_one}).year(100)

    assert year["alerts"] == sum(year.values()) == 12 * (len(rules) + 1)  # and the one that watches a metric


def test_an_instance_that_lives_looks_as_often_as_the_host_says() -> None:
    year = 365 * 24 * 60
    reckoning = Reckoning(
        _COUNTS, _PRICES | {"assumptions": _PRICES["assumptions"] | {"polls_a_minute": 0.0}}
    )

    assert looks_a_minute() == 30
    assert reckoning.polls(0) == 0
    assert reckoning.polls(100) > 100 * looks_a_minute() * _PRICES["assumptions"]["living_minutes"]
    assert reckoning.polls(10**9) == pytest.approx(30 * year * (1 + len(names.LANES)), rel=0.3)
    assert reckoning.polls(10**9) <= 30 * year * (1 + len(names.LANES))
