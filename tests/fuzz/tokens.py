"""What travels in an address, a cookie or a header: links, sessions, keys, paths, languages, account names."""

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_network
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

import azure.functions as func
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from hypothesis import strategies as st

from functions._http.cookie_jar import Jar, Kind
from functions._http.languages import preferred
from functions._http.networks import UNKNOWN, network_of
from functions._http.own_paths import own_path
from shared.adapters.sealed_pass import LONGEST_CODE, RsaSealer
from shared.adapters.sessions import CookieKind, Cookies
from shared.adapters.signed_links import SignedLinks
from shared.domain.account_names import normalised_account
from shared.domain.errors import LinkMalformedError
from shared.domain.kinds import Language
from shared.domain.links import LinkClaims, Purpose
from tests.doors.house import BASE, House
from tests.fuzz.mutations import ODD_TEXTS, encodable, mutated, mutated_text, texts
from tests.fuzz.target import Target

_URL_SAFE: Final = "ABCXYZabcxyz0189-_.=~%/+ \u00e9"
_CLAIMS: Final = LinkClaims(Purpose.REVIEW, "0" * 32, "f" * 16, 3, datetime(2030, 1, 1, tzinfo=UTC))
_LINKS: Final = SignedLinks(
    ["first-key-of-the-links-0123456789-abc", "second-key-of-the-links-0123456789-ab"]
)
_COOKIES: Final = Cookies(["key-of-the-cookies-0123456789-0123456789"], BASE)
_HELD: Final[dict[str, Any]] = {"oid": "hanako", "roles": [], "until": 4_000_000_000}


# --- links --------------------------------------------------------------------------------------------


def _read_link(house: House, sent: tuple[str, Purpose]) -> bool:
    """Either it is refused, or it claims what was signed and for what it was signed."""
    del house
    token, purpose = sent
    try:
        claims = _LINKS.read(purpose, token)
    except LinkMalformedError:
        return False
    assert claims == _CLAIMS
    assert purpose is Purpose.REVIEW
    return True


def _link_tokens() -> st.SearchStrategy[tuple[str, Purpose]]:
    good = _LINKS.sign(_CLAIMS)
    token = st.one_of(st.just(good), mutated_text(good, _URL_SAFE), texts(), _compressed())
    return st.tuples(token, st.sampled_from([Purpose.REVIEW, *Purpose]))


def _compressed() -> st.SearchStrategy[str]:
    """What itsdangerous would inflate: a dot in front."""
    return st.binary(max_size=60).map(
        lambda raw: "." + base64.urlsafe_b64encode(raw).decode().rstrip("=") + ".c2ln"
    )


# --- cookies ------------------------------------------------------------------------------------------


def _open_cookie(house: House, sent: tuple[str, CookieKind]) -> bool:
    """Either there is no session, or it is the one that was sealed, under its own name."""
    del house
    value, kind = sent
    held = _COOKIES.open(kind, {_COOKIES.name(kind): value})
    if held is None:
        return False
    assert (held, kind) == (_HELD, CookieKind.STAFF)
    return True


def _cookie_values() -> st.SearchStrategy[tuple[str, CookieKind]]:
    good = _COOKIES.seal(CookieKind.STAFF, _HELD).value
    value = st.one_of(st.just(good), mutated_text(good, _URL_SAFE), texts(), _compressed())
    return st.tuples(value, st.sampled_from([CookieKind.STAFF, *CookieKind]))


def _read_jar(house: House, header: str) -> bool:
    """Whatever a browser sends, reading it opens nothing and breaks nothing."""
    del house
    jar = Jar(header)
    kinds: tuple[Kind, ...] = ("applicant", "staff", "flow", "pickup", "verify", "card", "linker")
    assert all(jar.read(kind) is None for kind in kinds)
    assert isinstance(jar.language, str)
    return jar.tried_a_photo


# --- public keys --------------------------------------------------------------------------------------


@cache
def _keys() -> Sequence[bytes]:
    private: list[Any] = [
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        rsa.generate_private_key(public_exponent=3, key_size=2048),
        rsa.generate_private_key(public_exponent=65537, key_size=3072),
        rsa.generate_private_key(public_exponent=65537, key_size=1024),
        ec.generate_private_key(ec.SECP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
        dsa.generate_private_key(2048),
    ]
    return [
        each.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for each in private
    ]


def _take_key(house: House, text: str) -> bool:
    """A key that the door takes is one to which the worker can seal the longest pass, and only RSA of 2048 to 4096 bits."""
    del house
    sealer = RsaSealer()
    if not sealer.accepts(text):
        return False
    key = load_der_public_key(base64.b64decode(text, validate=True))
    assert isinstance(key, rsa.RSAPublicKey)
    assert 2048 <= key.key_size <= 4096
    assert key.public_numbers().e >= 3
    sealed = base64.b64decode(sealer.seal(text, "x" * LONGEST_CODE))
    assert len(sealed) == (key.key_size + 7) // 8
    assert b"x" * 8 not in sealed
    return True


def _key_texts() -> st.SearchStrategy[str]:
    der = st.one_of(st.sampled_from(_keys()), *[mutated(each, _keys()[0][:40]) for each in _keys()])
    text = der.map(lambda raw: base64.b64encode(raw).decode())
    good = base64.b64encode(_keys()[0]).decode()
    return st.one_of(text, mutated_text(good, "AZaz09+/=\n -_\u00e9"), texts(good))


# --- paths, languages, names ----------------------------------------------------------------------------


def _go_on(house: House, path: str) -> bool:
    """Wherever a sign-in goes on to, it is on our own host, and nothing in it means anything else to a browser."""
    del house
    target = own_path(path)
    address = urlsplit(urljoin(f"{BASE}/auth/callback", target))
    assert (address.scheme, address.netloc) == ("https", "mfa.example.ac.jp")
    assert target.startswith("/")
    assert not re.search(r"//|[\\?#%:@\s\x00-\x1f\x7f]", target)
    assert unquote(target) == target
    return target == path


def _paths() -> st.SearchStrategy[str]:
    good = (
        "/apply",
        f"/applications/{'0' * 32}",
        "/review/a.b.c",
        "/staff/attention",
        f"/office/{'0' * 32}/slip",
        "/verify/link",
    )
    pieces = st.lists(
        st.sampled_from(
            [*good, "/", "\\", "..", ".", "%2f", "//evil.example", "@", ":", "?", "#", "\t", "\n", "a"]
        ),
        max_size=5,
    )
    return st.one_of(
        st.sampled_from(good),
        pieces.map("".join),
        *[mutated_text(each, "/\\.%:@?#\t\n aA0") for each in good],
        texts(),
    )


def _speak(house: House, sent: tuple[str, str]) -> bool:
    """One of our languages, whatever the browser says; the one that was chosen by hand comes first."""
    del house
    kept, header = sent
    got = preferred(kept, header)
    assert got in set(Language)
    if kept in {"ja", "en"}:
        assert got == kept
    return got is Language.EN


def _languages() -> st.SearchStrategy[tuple[str, str]]:
    tag = st.sampled_from(["ja", "en", "en-GB", "JA-jp", "fr", "*", "", "-", "x" * 300, "en_US", "\u00e9"])
    weight = st.sampled_from(
        [
            "",
            ";q=0",
            ";q=0.5",
            ";q=1",
            ";q=nan",
            ";q=inf",
            ";q=-1",
            ";q=1e400",
            ";q=",
            ";q=\u0663",
            ";q=0x1",
            "; q=1",
        ]
    )
    ranges = st.lists(st.tuples(tag, weight).map("".join), max_size=30).map(",".join)
    return st.tuples(st.sampled_from(["", "ja", "en", "fr", "\x00"]), st.one_of(ranges, texts("ja", "en")))


def _name(house: House, typed: str) -> bool:
    """An account's name that is safe in an address of Graph, the same when it is typed again; or none."""
    del house
    name = normalised_account(typed, "utac.example.ac.jp")
    if not name:
        return False
    assert re.fullmatch(r"[a-z0-9.'_!#^~+-]{1,64}@[a-z0-9.-]{3,}", name)
    assert len(name) <= 113
    assert normalised_account(name, "utac.example.ac.jp") == name
    assert normalised_account(f" {name} ", "") == name
    return True


def _names() -> st.SearchStrategy[str]:
    good = "1000799819@utac.example.ac.jp"
    wide = "".join(chr(ord(each) + 0xFEE0) for each in good)
    return st.one_of(
        st.sampled_from([good, "1000799819", wide, "o'hara_1#ext#@utac.example.ac.jp"]),
        mutated_text(good, "０１９＠．. @'#/\\\u200b\u202eİıſK%?$&"),
        mutated_text(wide, "０１９＠．. @'#/\\\u200b\u202eİıſK%?$&"),
        texts(*ODD_TEXTS),
    )


def _headers() -> st.SearchStrategy[str]:
    pair = encodable("=", ";", "__Host-reregister-tried=1", "__Host-reregister-staff=a.b.c")
    return st.one_of(texts(), st.lists(pair).map("; ".join))


def _network(house: House, sent: tuple[str, str, int]) -> bool:
    """Where somebody comes from is what the trusted hops say: nothing that the caller writes before them changes it."""
    del house
    invented, trusted, hops = sent
    own = network_of(_from(trusted), hops)
    assert network_of(_from(f"{invented},{trusted}" if invented else trusted), hops) == own or not _enough(
        trusted, hops
    )
    if own == UNKNOWN:
        return False
    assert str(ip_network(own, strict=False)) in {own, f"{own}/32"}
    return True


def _enough(header: str, hops: int) -> bool:
    """Whether the trusted part has all the hops that are trusted."""
    return len([each for each in header.split(",") if each.strip()]) >= hops


def _from(header: str) -> func.HttpRequest:
    return func.HttpRequest(method="GET", url=f"{BASE}/", headers={"x-forwarded-for": header}, body=b"")


def _hops() -> st.SearchStrategy[tuple[str, str, int]]:
    hop = st.one_of(
        st.sampled_from(
            [
                "192.0.2.1",
                "192.0.2.1:443",
                "[2001:db8::1]:443",
                "2001:db8:0:1::5",
                "::ffff:192.0.2.9",
                "fe80::1%eth0",
                "unknown",
                "1.2.3",
                "0x7f.1",
            ]
        ),
        encodable().map(lambda text: text.replace(",", "")),
    )
    chain = st.lists(hop, max_size=4).map(", ".join)
    return st.tuples(chain, chain, st.integers(0, 3))


TARGETS: Final = (
    Target("where a caller comes from", _hops(), _network),
    Target("signed links", _link_tokens(), _read_link),
    Target("cookies", _cookie_values(), _open_cookie),
    Target("cookie headers", _headers(), _read_jar),
    Target("public keys", _key_texts(), _take_key, slowness=2),
    Target("where a sign-in goes on to", _paths(), _go_on),
    Target("languages", _languages(), _speak),
    Target("account names", _names(), _name),
)  # fmt: skip
