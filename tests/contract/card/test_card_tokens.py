"""The port ``CardTokens``: the real one, over tokens of the local provider, and the plain one hold the same promises."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import requests

from local import people
from shared.adapters.card_tokens import NoCardTokens, ProviderCardTokens
from shared.domain.card import nonce_of
from shared.ports import CardTokens, UnavailableError
from tests.contract.card.party import COUNTS_FOR, TARO, Party, browse
from tests.fakes.plain_security import PlainCardTokens

HANAKO = people.PEOPLE[1]


@dataclass(frozen=True)
class Bench:
    """A port, and tokens for it."""

    port: CardTokens
    make: Callable[[str, people.Person], Awaitable[str]]


@pytest.fixture(params=["real", "plain"])
def bench(request: pytest.FixtureRequest, party: Party) -> Bench:
    if request.param == "plain":
        plain = PlainCardTokens()

        async def make_plain(verification: str, person: people.Person) -> str:
            return plain.make(person.upn, person.name, verification=verification)

        return Bench(plain, make_plain)

    async def make(verification: str, person: people.Person) -> str:
        return (await party.verify(verification, person)).token

    return Bench(ProviderCardTokens(party.tokens, counts_for=COUNTS_FOR), make)


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_token_says_whose_card_it_is(bench: Bench) -> None:
    found = await bench.port.verify(await bench.make("v1", HANAKO), verification="v1", stamped_at=now())

    assert found is not None
    assert found.card
    assert found.name == "見本 花子"


async def test_the_same_card_is_the_same_and_another_is_not(bench: Bench) -> None:
    found = [
        await bench.port.verify(await bench.make(name, person), verification=name, stamped_at=now())
        for name, person in (("v1", TARO), ("v2", TARO), ("v3", HANAKO))
    ]
    first, again, other = (each.card for each in found if each is not None)

    assert first == again != other


async def test_a_token_proves_nothing_for_another_verification(bench: Bench) -> None:
    token = await bench.make("v1", TARO)
    for other in ("v2", "", nonce_of("v1")):
        assert await bench.port.verify(token, verification=other, stamped_at=now()) is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "eyJ" * 5000])
async def test_what_is_no_token_is_nobody(bench: Bench, token: str) -> None:
    assert await bench.port.verify(token, verification="v1", stamped_at=now()) is None


async def test_a_token_counts_for_ten_minutes_though_its_own_life_is_shorter(bench: Bench) -> None:
    token = await bench.make("v1", TARO)
    for minutes, counts in ((0, True), (9.9, True), (10.2, False), (-0.9, True), (-1.2, False)):
        at = now() + timedelta(minutes=minutes)
        assert (await bench.port.verify(token, verification="v1", stamped_at=at) is not None) is counts


@pytest.mark.parametrize(
    "wrong", ["iss", "aud", "nonce", "none", "hs256", "rs256", "unknown_kid", "other_key", "no_sub", "no_acr"]
)
async def test_the_worker_believes_no_wrong_token(party: Party, wrong: str) -> None:
    """What web would have to see, the worker sees too."""
    address, flow = await party.provider.start("v1")
    party.cloud.faults.put({"card": {"bad_token": wrong}})
    code = browse(address)["code"]
    token = party.provider._redeem(code, flow["code_verifier"])
    port = ProviderCardTokens(party.tokens, counts_for=COUNTS_FOR)

    assert await port.verify(token, verification="v1", stamped_at=now()) is None


async def test_while_the_keys_cannot_be_read_nothing_is_said(party: Party) -> None:
    token = (await party.verify("v1")).token
    worker = Party.of(party.cloud, party.session)
    port = ProviderCardTokens(worker.tokens, counts_for=COUNTS_FOR)
    party.cloud.faults.put({"card": {"status": 503}})
    with pytest.raises(UnavailableError):
        await port.verify(token, verification="v1", stamped_at=now())
    party.cloud.faults.put({})
    assert await port.verify(token, verification="v1", stamped_at=now()) is not None
    party.cloud.faults.put({"card": {"status": 503}})
    assert await port.verify(token, verification="v1", stamped_at=now()) is not None  # the keys are known now
    worker.age.now = 25 * 3600
    assert (
        await port.verify(token, verification="v1", stamped_at=now()) is not None
    )  # old ones are better than none


@pytest.mark.parametrize(("status", "body"), [(200, "[]"), (200, "no JSON"), (200, '{"keys": 1}'), (302, "")])
async def test_keys_that_are_none_are_no_keys(party: Party, status: int, body: str) -> None:
    token = (await party.verify("v1")).token
    worker = Party.of(party.cloud, party.session)
    answer = requests.Response()
    answer.status_code, answer._content = status, body.encode()
    worker.keys._session = requests.Session()
    worker.keys._session.get = lambda *_, **__: answer  # type: ignore[method-assign]
    port = ProviderCardTokens(worker.tokens, counts_for=COUNTS_FOR)
    with pytest.raises(UnavailableError):
        await port.verify(token, verification="v1", stamped_at=now())


async def test_where_no_provider_is_set_nobody_is_believed(party: Party) -> None:
    token = (await party.verify("v1")).token
    assert await NoCardTokens().verify(token, verification="v1", stamped_at=now()) is None
