"""The port ``Links``: what was signed is read back, for its purpose only; the plain fake keeps the same promises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.signed_links import SignedLinks
from shared.domain.errors import LinkExpiredError, LinkMalformedError
from shared.domain.links import LinkClaims, Purpose
from shared.ports import Links
from tests.fakes.plain_links import PlainLinks

OLD, NEW, STRANGE = "o" * 32, "n" * 32, "s" * 32
EXPIRY = datetime(2026, 6, 16, 8, 0, tzinfo=UTC)


def _claims(purpose: Purpose = Purpose.REVIEW) -> LinkClaims:
    return LinkClaims(purpose, "0123456789abcdef", "a1b2c3d4", 2, EXPIRY)


@pytest.fixture(params=["signed", "plain"])
def links(request: pytest.FixtureRequest) -> Links:
    return SignedLinks([OLD, NEW]) if request.param == "signed" else PlainLinks()


@pytest.mark.parametrize("purpose", Purpose)
def test_what_was_signed_is_read_back(links: Links, purpose: Purpose) -> None:
    token = links.sign(_claims(purpose))
    found = links.read(purpose, token)
    assert found == _claims(purpose)
    assert found.expires_at.utcoffset() == timedelta(0)
    found.check(EXPIRY - timedelta(seconds=1))
    with pytest.raises(LinkExpiredError):
        found.check(EXPIRY)


def test_a_token_opens_one_door_only(links: Links) -> None:
    for made in Purpose:
        token = links.sign(_claims(made))
        for other in set(Purpose) - {made}:
            with pytest.raises(LinkMalformedError):
                links.read(other, token)


@pytest.mark.parametrize("token", ["", ".", "x", "a.b", "é", "x" * 5000, "eyJ9.", "%00"])
def test_what_is_no_token_is_malformed(links: Links, token: str) -> None:
    with pytest.raises(LinkMalformedError):
        links.read(Purpose.REVIEW, token)


def test_an_addressee_is_a_short_digest_the_same_in_any_letter_case(links: Links) -> None:
    digest = links.addressee("Someone@example.org")
    assert digest == links.addressee("someone@EXAMPLE.org")
    assert digest != links.addressee("someone.else@example.org")
    assert "@" not in digest


@given(data=st.data())
def test_a_token_altered_anywhere_is_malformed(data: st.DataObject) -> None:
    links = SignedLinks([NEW])
    token = links.sign(_claims())
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(
        st.characters(codec="ascii", categories=["L", "N"]).filter(lambda each: each != token[at])
    )
    altered = token[:at] + other + token[at + 1 :]
    try:
        found = links.read(Purpose.REVIEW, altered)
    except LinkMalformedError:
        return
    assert found == _claims()  # unused bits of the last base64 character say nothing


def test_a_token_of_any_listed_key_is_read_and_the_newest_signs() -> None:
    old = SignedLinks([OLD]).sign(_claims())
    both = SignedLinks([OLD, NEW])
    assert both.read(Purpose.REVIEW, old) == _claims()
    assert SignedLinks([NEW]).read(Purpose.REVIEW, both.sign(_claims())) == _claims()
    for links, token in ((SignedLinks([NEW]), old), (SignedLinks([STRANGE]), both.sign(_claims()))):
        with pytest.raises(LinkMalformedError):
            links.read(Purpose.REVIEW, token)


def test_an_addressee_stays_the_same_when_a_key_is_added() -> None:
    digest = SignedLinks([OLD]).addressee("someone@example.org")
    assert SignedLinks([OLD, NEW]).addressee("someone@example.org") == digest
    assert SignedLinks([NEW]).addressee("someone@example.org") != digest


def test_a_token_is_short_and_safe_in_an_address() -> None:
    token = SignedLinks([NEW]).sign(replace(_claims(), application="f" * 32))
    assert len(token) < 160
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


@pytest.mark.parametrize("keys", [[], [""], ["short"], [NEW, "short"]])
def test_keys_that_could_be_guessed_are_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="signing keys"):
        SignedLinks(keys)
