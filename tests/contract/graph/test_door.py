"""The HTTP door itself: envelope, ids, paths, paging. What the SDK would hide is asked with a plain client."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from local.entra.registrations import WORKER_GRAPH_ROLES
from local.people import Person
from tests.contract.graph.conftest import AppCredential, Graph

type Find = Callable[..., Person]


@pytest.fixture
async def client(graph: Graph) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {AppCredential(WORKER_GRAPH_ROLES).token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        yield session


async def _get(client: aiohttp.ClientSession, url: str) -> tuple[int, Any]:
    async with client.get(url) as answer:
        return answer.status, await answer.json()


async def test_the_error_envelope(graph: Graph, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{graph.url}/users/nobody", headers={"client-request-id": "mine"}) as answer:
        body = await answer.json()

    assert answer.status == 404
    assert body["error"]["code"] == "itemNotFound"
    assert body["error"]["innerError"]["request-id"] == answer.headers["request-id"]
    assert body["error"]["innerError"]["client-request-id"] == answer.headers["client-request-id"] == "mine"


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}]
)
async def test_without_a_good_token(graph: Graph, person: Find, header: dict[str, str]) -> None:
    async with aiohttp.ClientSession(headers=header) as session:
        status, body = await _get(session, f"{graph.url}/users/{person('student').oid}")

    assert (status, body["error"]["code"]) == (401, "InvalidAuthenticationToken")


async def test_an_unknown_path_and_beta(graph: Graph, client: aiohttp.ClientSession) -> None:
    for path in ("/v1.0/nothing", "/beta/users", "/v1.0/users/x/authentication/hardwareOathMethods"):
        status, _ = await _get(client, graph.url.removesuffix("/v1.0") + path)
        assert status == 404


async def test_a_user_without_select_shows_no_guard_material(
    graph: Graph, client: aiohttp.ClientSession, person: Find
) -> None:
    _, plain = await _get(client, f"{graph.url}/users/{person('student').oid}")
    _, chosen = await _get(client, f"{graph.url}/users/{person('student').oid}?$select=accountEnabled,id")

    assert "accountEnabled" not in plain
    assert chosen["accountEnabled"] is True
    assert "displayName" not in chosen


async def test_lists_are_paged_and_the_methods_list_takes_no_options(
    graph: Graph, client: aiohttp.ClientSession, person: Find
) -> None:
    base = f"{graph.url}/users/{person('student').oid}"

    _, first = await _get(client, f"{base}/transitiveMemberOf?$top=2")
    _, second = await _get(client, first["@odata.nextLink"])
    refused, _ = await _get(client, f"{base}/authentication/methods?$top=2")
    advanced, _ = await _get(client, f"{base}/transitiveMemberOf?$count=true")

    assert len(first["value"]) == len(second["value"]) == 2
    assert first["value"] != second["value"]
    assert (refused, advanced) == (400, 400)


async def test_a_bad_body(graph: Graph, client: aiohttp.ClientSession, person: Find) -> None:
    url = f"{graph.url}/users/{person('student').oid}/authentication/temporaryAccessPassMethods"
    for body in ({"lifetimeInMinutes": "60"}, {"unknown": 1}, {"startDateTime": "yesterday"}, [1]):
        async with client.post(url, json=body) as answer:
            assert answer.status == 400
    async with client.post(url, data="x") as answer:
        assert answer.status == 415


async def test_a_start_time_is_honoured(graph: Graph, client: aiohttp.ClientSession, person: Find) -> None:
    student = person("student")
    url = f"{graph.url}/users/{student.upn.upper()}/authentication/temporaryAccessPassMethods"
    body = {"@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethod"}

    async with client.post(url, json={**body, "startDateTime": "2026-10-09T13:00:00Z"}) as answer:
        made = await answer.json()
    _, listed = await _get(client, url)
    graph.clock.pass_time(minutes=119)
    _, later = await _get(client, f"{url}/{made['id']}")
    graph.clock.pass_time(minutes=1)
    _, dead = await _get(client, f"{url}/{made['id']}")

    assert (answer.status, made["methodUsabilityReason"]) == (201, "NotYetValid")
    assert listed["value"][0]["temporaryAccessPass"] is None
    assert (later["isUsable"], dead["methodUsabilityReason"]) == (True, "Expired")


async def test_the_password_cannot_be_deleted(
    graph: Graph, client: aiohttp.ClientSession, person: Find
) -> None:
    base = f"{graph.url}/users/{person('student').oid}/authentication/passwordMethods"
    _, found = await _get(client, base)

    async with client.delete(f"{base}/{found['value'][0]['id']}") as answer:
        assert answer.status == 404


async def test_deleting_a_pass_twice_is_not_found(
    graph: Graph, client: aiohttp.ClientSession, person: Find
) -> None:
    student = person("student")
    made = graph.store.create_pass(student.oid)
    url = f"{graph.url}/users/{student.oid}/authentication/temporaryAccessPassMethods/{made['id']}"

    statuses = []
    for _ in range(2):
        async with client.delete(url) as answer:
            statuses.append(answer.status)

    assert statuses == [204, 404]


async def test_every_request_is_counted_and_journalled_a_refused_one_too(graph: Graph, person: Find) -> None:
    async with aiohttp.ClientSession(headers={"Retry-Attempt": "2"}) as session:
        await _get(session, f"{graph.url}/users/{person('student').oid}")

    entry = graph.store.journal[-1]
    assert (entry.operation, entry.status, entry.acted, entry.retry_attempt) == ("GET user", 401, False, "2")
    assert graph.calls.counts()["graph"] == {"GET user": 1}
