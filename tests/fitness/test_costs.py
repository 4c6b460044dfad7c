"""The page of costs says what counts and prices say, and every price says where it is from."""

import json
import re
import tomllib
from typing import Any

from bench.costs import PAGE, PRICES, SIZES, Reckoning, made_now, page_with
from bench.count_operations import COUNTS
from local.demo import CHANNELS

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
