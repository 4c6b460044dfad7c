"""Each permission of the worker is shown by one harmless call: with it nothing is said, without it exactly that one is named."""

import pytest

from local.entra.registrations import WORKER_GRAPH_ROLES
from shared.adapters.graph_probe import GraphCalls
from shared.domain.health import GraphCall
from shared.ports import ForbiddenError, UnavailableError
from tests.contract.graph.conftest import Graph

NOT_SEEN = {
    "GroupMember.Read.All",  # without it Graph still lists groups, with less of each; the guards then doubt every one
    "UserAuthMethod-HardwareOATH.ReadWrite.All",  # v1.0 cannot delete these
}
ALSO = {
    GraphCall.ELIGIBLE_ROLES: {"RoleManagement.Read.Directory"},
}
"""Roles that allow the call as well, and that the worker has."""


async def refused(graph: Graph, roles: tuple[str, ...]) -> set[GraphCall]:
    probe = GraphCalls(graph.connection(roles=roles))
    found = set()
    for call in GraphCall:
        try:
            await probe.ask(call)
        except ForbiddenError:
            found.add(call)
    return found


async def test_the_worker_s_roles_are_enough_and_nothing_is_written(graph: Graph) -> None:
    before = graph.store.snapshot()
    assert await refused(graph, WORKER_GRAPH_ROLES) == set()
    assert (await GraphCalls(graph.connection()).pass_policy()).enabled
    assert graph.store.snapshot() == before


@pytest.mark.parametrize("call", GraphCall)
async def test_a_role_that_is_missing_is_named_and_no_other(graph: Graph, call: GraphCall) -> None:
    without = {call.value} | ALSO.get(call, set())
    others = {GraphCall(each) for each in without}
    assert await refused(graph, tuple(set(WORKER_GRAPH_ROLES) - without)) == others


def test_every_role_of_the_worker_is_asked_for() -> None:
    assert {each.value for each in GraphCall} == set(WORKER_GRAPH_ROLES) - NOT_SEEN


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 400}, {"drop": "before"}])
async def test_whatever_else_graph_says_is_no_all_clear(graph: Graph, fault: dict[str, object]) -> None:
    graph.faults.put({"graph": fault})
    probe = GraphCalls(graph.connection())
    with pytest.raises(UnavailableError):
        await probe.ask(GraphCall.USERS)
    with pytest.raises(UnavailableError):
        await probe.pass_policy()


async def test_a_policy_that_is_off_is_seen(graph: Graph) -> None:
    graph.faults.put({"graph": {"policy": {"state": "disabled"}}})
    assert not (await GraphCalls(graph.connection()).pass_policy()).enabled
