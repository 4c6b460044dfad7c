"""ID tokens that are wrong in exactly one way, signed with the provider's own key: what the switches cannot make."""

import time
from typing import Any

import pytest
from joserfc.jwa import JWS_ALGORITHMS

from local.card.tokens import _base64url, _part, claims_of
from shared.adapters.card_id_tokens import WrongCardTokenError
from shared.domain.card import nonce_of
from tests.contract.card.party import Party

CLIENT = "RP00000001"


def good(party: Party) -> dict[str, Any]:
    return claims_of(
        "subject", issuer=party.tokens.issuer, client_id=CLIENT, now=int(time.time()), life=300, nonce=nonce_of("v1"), acr="aal3"
    )  # fmt: skip


def signed(party: Party, claims: dict[str, Any], **header: object) -> str:
    """By hand: the library would not make what is wrong."""
    key = party.cloud.card.keys.current
    head = {
        name: value
        for name, value in ({"alg": "ES256", "kid": key.kid} | header).items()
        if value is not None
    }
    said = f"{_part(head)}.{_part(claims)}"
    algorithm = next(each for each in JWS_ALGORITHMS if each.name == "ES256")
    return f"{said}.{_base64url(algorithm.sign(said.encode(), key))}"


def test_what_the_forger_starts_from_is_good(party: Party) -> None:
    assert party.tokens.verify(signed(party, good(party)), nonce=nonce_of("v1")).identity.card


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"iss": None}, "issuer"),
        ({"iss": ["x"]}, "issuer"),
        ({"aud": None}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": [CLIENT, CLIENT]}, "audience"),
        ({"aud": {CLIENT: 1}}, "audience"),
        ({"azp": 1}, "audience"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": 1}, "nonce"),
        ({"nonce": nonce_of("v1").upper()}, "nonce"),
        ({"acr": ["aal3"]}, "acr"),
        ({"acr": ""}, "acr"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "s" * 256}, "subject"),
        ({"iat": None}, "time"),
        ({"exp": None}, "time"),
        ({"exp": "9999999999"}, "time"),
        ({"exp": True}, "time"),
        ({"exp": 1}, "time"),
        ({"iat": -1}, "time"),
        ({"iat": 2**50, "exp": 2**51}, "time"),
    ],
)
def test_a_claim_of_the_wrong_kind_is_refused(party: Party, wrong: dict[str, object], fault: str) -> None:
    claims = {name: value for name, value in (good(party) | wrong).items() if value is not None}
    with pytest.raises(WrongCardTokenError, match=f"^{fault}$"):
        party.tokens.verify(signed(party, claims), nonce=nonce_of("v1"))


@pytest.mark.parametrize("header", [{"kid": None}, {"kid": 7}, {"crit": ["strange"], "strange": 1}])
def test_a_header_that_is_not_understood_is_refused(party: Party, header: dict[str, object]) -> None:
    token = signed(party, good(party), **header)
    with pytest.raises(WrongCardTokenError):
        party.tokens.verify(token, nonce=nonce_of("v1"))


def test_an_altered_token_is_refused(party: Party) -> None:
    head, _, signature = signed(party, good(party)).split(".")
    other = signed(party, good(party) | {"sub": "another"}).split(".")[1]
    with pytest.raises(WrongCardTokenError, match="signature"):
        party.tokens.verify(f"{head}.{other}.{signature}", nonce=nonce_of("v1"))


def test_a_name_that_is_no_text_is_no_name(party: Party) -> None:
    for name in (7, ["太郎"], None, {"ja": "太郎"}):
        token = signed(party, good(party) | {"name": name})
        assert party.tokens.verify(token, nonce=nonce_of("v1")).identity.name == ""


def test_an_empty_nonce_is_never_answered(party: Party) -> None:
    with pytest.raises(WrongCardTokenError, match="nonce"):
        party.tokens.verify(signed(party, good(party) | {"nonce": ""}), nonce="")
