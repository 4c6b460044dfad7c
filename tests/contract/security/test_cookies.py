"""Cookies: signed, bounded in time and size, one kind never stands in for another."""

import secrets
from dataclasses import dataclass

import pytest

from shared.adapters.sessions import LARGEST, Cookie, CookieKind, Cookies, CookieTooLargeError

OLD, NEW, STRANGE = "o" * 32, "n" * 32, "s" * 32
CLOUD, LOCAL = "https://recovery.example.ac.jp", "http://localhost:7071"
PAYLOAD = {"oid": "oid-1", "name": "東大 太郎", "roles": ["Reviewer"], "n": 1}


@dataclass
class Seconds:
    now: float = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def cookies(seconds: Seconds) -> Cookies:
    return Cookies([OLD, NEW], CLOUD, clock=seconds)


def _jar(cookie: Cookie) -> dict[str, str]:
    return {cookie.name: cookie.value}


@pytest.mark.parametrize("kind", CookieKind)
def test_what_was_sealed_is_opened_as_the_same_kind_only(cookies: Cookies, kind: CookieKind) -> None:
    cookie = cookies.seal(kind, PAYLOAD)
    assert cookies.open(kind, _jar(cookie)) == PAYLOAD
    for other in set(CookieKind) - {kind}:
        assert cookies.open(other, {cookies.name(other): cookie.value}) is None


@pytest.mark.parametrize("kind", CookieKind)
def test_in_the_cloud_a_cookie_is_bound_to_the_host_and_to_https(cookies: Cookies, kind: CookieKind) -> None:
    header = cookies.seal(kind, PAYLOAD).header
    name, _, rest = header.partition("=")
    attributes = rest.split("; ")[1:]
    assert name.startswith("__Host-")
    assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(attributes)
    assert not any(each.startswith("Domain") for each in attributes)


def test_on_this_machine_the_port_is_in_the_name(seconds: Seconds) -> None:
    first, second = (Cookies([NEW], f"http://localhost:{port}", clock=seconds) for port in (7071, 7171))
    cookie = first.seal(CookieKind.STAFF, PAYLOAD)
    assert cookie.name != second.name(CookieKind.STAFF)
    assert "__Host-" not in cookie.header
    assert "Secure" not in cookie.header
    assert "HttpOnly; SameSite=Lax" in cookie.header


@pytest.mark.parametrize("kind", [CookieKind.APPLICANT, CookieKind.STAFF])
def test_a_session_ends_after_half_an_hour_unless_sealed_anew(
    cookies: Cookies, seconds: Seconds, kind: CookieKind
) -> None:
    first = cookies.seal(kind, PAYLOAD)
    assert first.max_age == 1800
    seconds.now += 1800
    assert cookies.open(kind, _jar(first)) == PAYLOAD
    renewed = cookies.seal(kind, PAYLOAD)
    seconds.now += 1
    assert cookies.open(kind, _jar(first)) is None
    seconds.now += 1799
    assert cookies.open(kind, _jar(renewed)) == PAYLOAD


def test_a_sign_in_may_take_ten_minutes(cookies: Cookies, seconds: Seconds) -> None:
    cookie = cookies.seal(CookieKind.FLOW, PAYLOAD)
    seconds.now += 600
    assert cookies.open(CookieKind.FLOW, _jar(cookie)) == PAYLOAD
    seconds.now += 1
    assert cookies.open(CookieKind.FLOW, _jar(cookie)) is None


def test_a_pickup_cookie_lasts_as_long_as_the_browser(cookies: Cookies, seconds: Seconds) -> None:
    cookie = cookies.seal(CookieKind.PICKUP, PAYLOAD)
    assert cookie.max_age is None
    seconds.now += 7 * 24 * 3600
    assert cookies.open(CookieKind.PICKUP, _jar(cookie)) == PAYLOAD


def test_a_staff_session_ends_with_its_id_token_however_often_it_is_renewed(
    cookies: Cookies, seconds: Seconds
) -> None:
    end = seconds.now + 2000
    seconds.now += 1000
    cookie = cookies.seal(CookieKind.STAFF, PAYLOAD, ends_at=end)
    assert cookie.max_age == 1000
    seconds.now = end - 1
    renewed = cookies.seal(CookieKind.STAFF, PAYLOAD, ends_at=end)
    assert cookies.open(CookieKind.STAFF, _jar(renewed)) == PAYLOAD
    seconds.now = end
    assert cookies.open(CookieKind.STAFF, _jar(renewed)) is None
    assert cookies.seal(CookieKind.STAFF, PAYLOAD, ends_at=end).max_age == 0


def test_a_cookie_from_the_future_is_not_believed(cookies: Cookies, seconds: Seconds) -> None:
    cookie = cookies.seal(CookieKind.STAFF, PAYLOAD)
    seconds.now -= 600
    assert cookies.open(CookieKind.STAFF, _jar(cookie)) is None


@pytest.mark.parametrize("value", ["", "x", ".", "a.b.c", "é", "x" * 5000])
def test_what_we_did_not_sign_is_no_session(cookies: Cookies, value: str) -> None:
    assert cookies.open(CookieKind.STAFF, {cookies.name(CookieKind.STAFF): value}) is None
    assert cookies.open(CookieKind.STAFF, {}) is None


def test_an_altered_cookie_is_no_session(cookies: Cookies) -> None:
    cookie = cookies.seal(CookieKind.STAFF, PAYLOAD)
    for at in range(0, len(cookie.value) - 1, 7):
        other = "A" if cookie.value[at] != "A" else "B"
        altered = cookie.value[:at] + other + cookie.value[at + 1 :]
        assert cookies.open(CookieKind.STAFF, {cookie.name: altered}) is None


def test_keys_are_rotated(seconds: Seconds) -> None:
    old, both, strange = (Cookies(keys, CLOUD, clock=seconds) for keys in ([OLD], [OLD, NEW], [STRANGE]))
    assert both.open(CookieKind.STAFF, _jar(old.seal(CookieKind.STAFF, PAYLOAD))) == PAYLOAD
    assert old.open(CookieKind.STAFF, _jar(both.seal(CookieKind.STAFF, PAYLOAD))) is None
    assert strange.open(CookieKind.STAFF, _jar(both.seal(CookieKind.STAFF, PAYLOAD))) is None
    with pytest.raises(ValueError, match="signing keys"):
        Cookies(["short"], CLOUD)


def test_what_browsers_would_drop_is_never_sent(cookies: Cookies) -> None:
    with pytest.raises(CookieTooLargeError):
        cookies.seal(CookieKind.STAFF, {"id_token": secrets.token_hex(4000)})
    cookie = cookies.seal(CookieKind.STAFF, {"id_token": secrets.token_hex(1200)})
    assert len(cookie.name) + len(cookie.value) < LARGEST


@pytest.mark.parametrize(
    ("kind", "seconds_kept"),
    [(CookieKind.VERIFY, 1800), (CookieKind.CARD, 1800), (CookieKind.LINKER, 1800)],
)
def test_what_identity_verification_keeps_lasts_half_an_hour_at_most(
    cookies: Cookies, seconds: Seconds, kind: CookieKind, seconds_kept: int
) -> None:
    cookie = cookies.seal(kind, PAYLOAD, ends_at=seconds.now + 600)
    longest = cookies.seal(kind, PAYLOAD)
    assert (cookie.max_age, longest.max_age) == (600, seconds_kept)
    seconds.now += 600
    assert cookies.open(kind, _jar(cookie)) is None
    seconds.now += seconds_kept - 599
    assert cookies.open(kind, _jar(longest)) is None


def test_a_card_s_and_a_linker_s_token_fit_into_their_cookies_and_all_of_them_into_a_header(
    cookies: Cookies,
) -> None:
    """Kestrel and the local host take a header of 8 KB at least; a browser may hold all of these at once."""
    oid, digest = "0" * 36, "a" * 64
    card = {"token": secrets.token_urlsafe(825), "card": digest, "name": "﨑" * 200, "sid": digest[:32]}
    linker = {"token": secrets.token_urlsafe(1875), "oid": oid, "upn": "u" * 60, "name": "見本 太郎"}
    staff = {"token": secrets.token_urlsafe(1500), "oid": oid, "name": "見本 太郎", "roles": ["Reviewer"]}
    sealed = [
        cookies.seal(CookieKind.CARD, card),
        cookies.seal(CookieKind.LINKER, linker),
        cookies.seal(CookieKind.STAFF, staff),
        cookies.seal(CookieKind.VERIFY, {"flow": {"state": digest, "code_verifier": digest}}),
    ]
    assert len(linker["token"]) == 2500
    assert sum(len(each.name) + len(each.value) + 3 for each in sealed) < 8190


def test_signing_out_removes_the_cookie(cookies: Cookies) -> None:
    header = cookies.removed(CookieKind.STAFF).header
    assert header.startswith(f"{cookies.name(CookieKind.STAFF)}=; ")
    assert "Max-Age=0" in header
    assert "Secure" in header
