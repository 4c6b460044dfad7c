"""The fake Graph refuses and allows what Graph does (entra.md 13); its suite against the real adapters is in graph."""

from datetime import timedelta

import pytest

from shared.domain.accounts import AccountFacts, Address, Method, MethodKind
from shared.ports import ForbiddenError, MissingError
from tests.fakes.fixed_clock import FixedClock
from tests.fakes.memory_graph import MemoryGraph
from tests.fakes.seeded_randomness import SeededRandomness

PHONE = Method(MethodKind.PHONE, "3179e48a", fingerprint="f1")
AUTHENTICATOR = Method(MethodKind.MICROSOFT_AUTHENTICATOR, "app-1")
EMAIL = Method(MethodKind.EMAIL, "mail-1")


def _facts(*roles: str) -> AccountFacts:
    return AccountFacts(
        oid="oid-1",
        upn="one@example.ac.jp",
        display_name="東大 太郎",
        enabled=True,
        member=True,
        affiliation="工学部",
        employee_id="E1",
        groups=frozenset(),
        directory_roles=frozenset(roles),
        eligible_roles=frozenset(),
        in_pass_policy=True,
        pass_minutes=60,
        addresses=(Address("one@example.org", own_mailbox=False),),
    )


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def graph(clock: FixedClock) -> MemoryGraph:
    graph = MemoryGraph(clock=clock, randomness=SeededRandomness())
    graph.add(_facts(), PHONE, AUTHENTICATOR, EMAIL)
    return graph


async def test_one_pass_an_account_and_a_new_one_replaces_the_old(graph: MemoryGraph) -> None:
    first = await graph.passes.create("oid-1", minutes=60, one_time=True)
    second = await graph.passes.create("oid-1", minutes=60, one_time=True)
    (listed,) = await graph.passes.listed("oid-1")
    assert listed.id == second.id != first.id
    assert second.code not in repr(second)
    await graph.passes.delete("oid-1", first.id)
    assert len(await graph.passes.listed("oid-1")) == 1
    await graph.passes.delete("oid-1", second.id)
    await graph.passes.delete("oid-1", second.id)
    assert await graph.passes.listed("oid-1") == []


async def test_a_pass_is_usable_for_its_life_and_once(graph: MemoryGraph, clock: FixedClock) -> None:
    made = await graph.passes.create("oid-1", minutes=60, one_time=True)
    assert made.expires_at == clock.now() + timedelta(minutes=60)
    assert (await graph.passes.listed("oid-1"))[0].usable
    kept = graph.accounts["oid-1"].current_pass
    assert kept is not None
    kept.used = True
    assert not (await graph.passes.listed("oid-1"))[0].usable
    kept.used = False
    clock.advance(timedelta(minutes=60))
    assert not (await graph.passes.listed("oid-1"))[0].usable


@pytest.mark.parametrize("minutes", [9, 43_201])
async def test_a_life_outside_graph_s_bounds_is_refused(graph: MemoryGraph, minutes: int) -> None:
    with pytest.raises(ForbiddenError):
        await graph.passes.create("oid-1", minutes=minutes, one_time=True)


async def test_administrators_get_passes_too(graph: MemoryGraph) -> None:
    graph.accounts["oid-1"].facts = _facts("global-administrator")
    assert (await graph.passes.create("oid-1", minutes=60, one_time=True)).code


async def test_a_pass_is_listed_among_the_methods_but_not_removed_as_one(graph: MemoryGraph) -> None:
    await graph.passes.create("oid-1", minutes=60, one_time=True)
    made = next(
        m for m in await graph.methods.registered("oid-1") if m.kind is MethodKind.TEMPORARY_ACCESS_PASS
    )
    assert not await graph.methods.remove("oid-1", made)
    assert len(await graph.passes.listed("oid-1")) == 1


async def test_the_default_method_goes_last(graph: MemoryGraph) -> None:
    graph.accounts["oid-1"].default_method = AUTHENTICATOR.id
    assert not await graph.methods.remove("oid-1", AUTHENTICATOR)
    assert await graph.methods.remove("oid-1", PHONE)
    assert await graph.methods.remove("oid-1", AUTHENTICATOR)
    assert await graph.methods.remove("oid-1", AUTHENTICATOR)  # gone already counts as removed
    assert not await graph.methods.remove("oid-1", EMAIL)
    assert await graph.methods.registered("oid-1") == [EMAIL]


async def test_what_the_directory_does_not_know(graph: MemoryGraph) -> None:
    assert await graph.directory.facts("nobody") is None
    assert await graph.directory.employee_id("nobody") == ""
    with pytest.raises(MissingError):
        await graph.methods.registered("nobody")
    with pytest.raises(ForbiddenError):
        await graph.passes.create("nobody", minutes=60, one_time=True)
