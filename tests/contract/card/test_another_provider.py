"""The same relying party before an OpenID provider that was not written by us: npm ``oidc-provider``."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import requests
from joserfc.jwk import ECKey

from local.azurite import ROOT, node
from local.card.keys import new_key
from shared.adapters.card_id_tokens import CardIdTokens, CardKeys
from shared.adapters.card_provider import CardClient, CardProvider
from shared.adapters.card_refusals import CardRefusedError
from shared.adapters.card_tokens import ProviderCardTokens
from tests.contract.card.party import COUNTS_FOR, HASH_KEY, changed

CLIENT_ID = "RP00000001"
CALLBACK = "https://recovery.example.ac.jp/verify/callback"
_SCRIPT = Path(__file__).parent / "provider.mjs"


@dataclass(frozen=True)
class Running:
    """The provider's issuer, and the private key that it has our public half of."""

    issuer: str
    key: ECKey

    def client(self) -> CardClient:
        return CardClient(
            client_id=CLIENT_ID,
            key=json.dumps(self.key.as_dict(private=True)),
            redirect_uri=CALLBACK,
            authorization_url=f"{self.issuer}/auth",
            token_url=f"{self.issuer}/token",
            scopes="openid name",
            acr_values="aal3 crl",
        )


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    key = new_key()
    wanted = {"client_id": CLIENT_ID, "redirect_uri": CALLBACK, "jwk": key.as_dict(private=False)}
    process = subprocess.Popen(
        [node(), str(_SCRIPT), json.dumps(wanted)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = iter(process.stdout.readline, "")
        ready = next((line for line in said if line.startswith("READY ")), "")
        assert ready, process.communicate(timeout=10)[1]
        yield Running(ready.split()[1], key)
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False
        yield made


@pytest.fixture
def tokens(running: Running, session: requests.Session) -> CardIdTokens:
    keys = CardKeys(f"{running.issuer}/jwks", session)
    return CardIdTokens(
        keys, issuer=running.issuer, client_id=CLIENT_ID, accepted=("aal3",), hash_key=HASH_KEY
    )


def party(client: CardClient, tokens: CardIdTokens, session: requests.Session) -> CardProvider:
    return CardProvider(client, tokens, tokens._keys, session, counts_for=COUNTS_FOR)


@pytest.fixture
def provider(running: Running, tokens: CardIdTokens, session: requests.Session) -> CardProvider:
    return party(running.client(), tokens, session)


def browse(address: str, person: str = "taro") -> dict[str, str]:
    """Follow the provider's redirects until it sends the browser to our callback: its query."""
    with requests.Session() as browser:
        browser.trust_env = False
        where = changed(address, login_hint=person)
        for _ in range(8):
            answer = browser.get(where, allow_redirects=False, timeout=10)
            assert answer.is_redirect, answer.text
            where = urljoin(where, answer.headers["Location"])
            if where.startswith(CALLBACK):
                return dict(parse_qsl(urlsplit(where).query))
    raise AssertionError("it never comes back")


async def refused(provider: CardProvider, flow: dict[str, str], query: dict[str, str]) -> str:
    with pytest.raises(CardRefusedError) as error:
        await provider.finish(flow, query)
    return str(error.value)


async def test_a_card_is_verified_and_the_worker_believes_it(
    provider: CardProvider, tokens: CardIdTokens
) -> None:
    address, flow = await provider.start("v1")
    query = browse(address)
    found = await provider.finish(flow, query)
    worker = ProviderCardTokens(tokens, counts_for=COUNTS_FOR)

    assert query["iss"] == tokens.issuer
    assert found.identity.name == "見本 taro"
    assert await worker.verify(found.token, verification="v1", stamped_at=found.issued_at) == found.identity
    assert await worker.verify(found.token, verification="v2", stamped_at=found.issued_at) is None


async def test_the_same_person_is_the_same_card_and_another_is_not(provider: CardProvider) -> None:
    cards = []
    for verification, person in (("v1", "taro"), ("v2", "taro"), ("v3", "hanako")):
        address, flow = await provider.start(verification)
        cards.append((await provider.finish(flow, browse(address, person))).identity.card)

    assert cards[0] == cards[1] != cards[2]


async def test_a_code_is_refused_the_second_time(provider: CardProvider) -> None:
    address, flow = await provider.start("v1")
    query = browse(address)
    await provider.finish(flow, query)
    assert await refused(provider, flow, query) == "expired_flow token endpoint"


async def test_a_verifier_of_another_flow_is_refused(provider: CardProvider) -> None:
    address, flow = await provider.start("v1")
    _, other = await provider.start("v2")
    query = browse(address)
    assert (
        await refused(provider, flow | {"code_verifier": other["code_verifier"]}, query)
        == "expired_flow token endpoint"
    )


async def test_a_nonce_of_another_verification_is_refused(provider: CardProvider) -> None:
    address, flow = await provider.start("v1")
    assert await refused(provider, flow | {"verification": "v2"}, browse(address)) == "wrong_token nonce"


async def test_a_lower_acr_is_refused(provider: CardProvider) -> None:
    address, flow = await provider.start("v1")
    query = browse(changed(address, acr_values=None), "low")
    assert (await refused(provider, flow, query)).startswith("wrong_token acr")


async def test_somebody_who_cancels_is_told_so(provider: CardProvider) -> None:
    address, flow = await provider.start("v1")
    assert await refused(provider, flow, browse(address, "cancel")) == "cancelled callback"


async def test_a_key_that_is_not_registered_is_refused(
    running: Running, tokens: CardIdTokens, session: requests.Session, provider: CardProvider
) -> None:
    stranger = new_key().as_dict(private=True) | {"kid": running.key.kid}
    wrong = party(replace(running.client(), key=json.dumps(stranger)), tokens, session)
    address, flow = await provider.start("v1")
    assert await refused(wrong, flow, browse(address)) == "refused token endpoint"


async def test_a_request_without_pkce_is_refused(provider: CardProvider) -> None:
    address, flow = await provider.start("v1")
    query = browse(changed(address, code_challenge=None, code_challenge_method=None))
    assert query["error"] == "invalid_request"
    assert await refused(provider, flow, query) == "refused callback"
