"""From which network a request comes: what the caller wrote itself counts for nothing."""

import azure.functions as func
import pytest

from functions._http.networks import UNKNOWN, network_of


def of(forwarded: str | None, hops: int = 1) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return network_of(func.HttpRequest("GET", "/", headers=headers, body=b""), hops)


@pytest.mark.parametrize(
    "forwarded",
    [
        "203.0.113.9",
        "203.0.113.9:54321",
        "198.51.100.1, 203.0.113.9",
        "evil, ,198.51.100.1,203.0.113.9:80",
        "::ffff:203.0.113.9",
        "[::ffff:203.0.113.9]:443",
    ],
)
def test_only_what_our_own_front_end_wrote_counts(forwarded: str) -> None:
    assert of(forwarded) == "203.0.113.9"


def test_with_a_proxy_of_ours_before_it_one_more_step_counts() -> None:
    assert of("192.0.2.66, 203.0.113.9, 198.51.100.7:80", 2) == "203.0.113.9"


@pytest.mark.parametrize(
    "forwarded", ["2001:db8:1:2::1", "[2001:db8:1:2:ffff::9]:443", "2001:db8:1:2:a:b:c:d"]
)
def test_a_whole_site_of_the_newer_protocol_is_one_network(forwarded: str) -> None:
    assert of(forwarded) == "2001:db8:1:2::/64"


@pytest.mark.parametrize("forwarded", [None, "", " , ", "unknown", "203.0.113.9.evil", "999.1.1.1"])
def test_what_is_no_address_shares_one_count(forwarded: str | None) -> None:
    assert of(forwarded) == UNKNOWN


def test_fewer_entries_than_front_ends_are_not_believed() -> None:
    assert of("203.0.113.9", 2) == UNKNOWN


def test_where_no_front_end_writes_no_header_is_believed() -> None:
    assert of("203.0.113.9", 0) == UNKNOWN
