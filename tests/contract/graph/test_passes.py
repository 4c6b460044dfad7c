"""The port `Passes` through the real SDK against the local Graph: what is made, refused, lost."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from local.graph.errors import GraphError
from local.people import Person
from shared import ports
from shared.adapters.graph_directory import GraphDirectory
from shared.adapters.graph_methods import GraphMethods
from shared.adapters.graph_passes import GraphPasses
from shared.adapters.graph_sessions import GraphSignInSessions
from shared.ports import ForbiddenError, UnavailableError, UnknownOutcomeError
from tests.contract.graph.conftest import AppCredential, Graph

type Find = Callable[..., Person]
CREATE = "POST temporaryAccessPassMethods"


async def test_a_pass_is_made_listed_without_code_and_deleted(graph: Graph, person: Find) -> None:
    student = person("student")
    passes = GraphPasses(graph.connection())

    made = await passes.create(student.oid, minutes=60, one_time=True)
    listed = await passes.listed(student.oid)

    assert made.code == graph.store.describe(student.upn)["passes"][0]["value"]
    assert made.expires_at == graph.clock.at + timedelta(minutes=60)
    assert made.code not in repr(made)
    assert [(each.id, each.usable, each.expires_at) for each in listed] == [(made.id, True, made.expires_at)]

    await passes.delete(student.oid, made.id)
    await passes.delete(student.oid, made.id)

    assert await passes.listed(student.oid) == []


async def test_the_code_always_carries_awkward_symbols_and_the_length_of_the_policy(
    graph: Graph, person: Find
) -> None:
    graph.faults.put({"graph": {"policy": {"defaultLength": 48}}})

    made = await GraphPasses(graph.connection()).create(person("student").oid, minutes=60, one_time=True)

    assert len(made.code) == 48
    assert set("+!<&") <= set(made.code)


async def test_a_second_create_replaces_the_first(graph: Graph, person: Find) -> None:
    student = person("student")
    passes = GraphPasses(graph.connection())

    first = await passes.create(student.oid, minutes=60, one_time=True)
    second = await passes.create(student.oid, minutes=60, one_time=True)

    assert [each.id for each in await passes.listed(student.oid)] == [second.id]
    assert graph.store.use_pass(student.upn, first.code) is not None
    assert graph.store.use_pass(student.upn, second.code) is None


async def test_switch_refuse_second(graph: Graph, person: Find) -> None:
    student = person("student")
    passes = GraphPasses(graph.connection())
    graph.faults.put({"graph": {"second_pass": "refuse"}})
    await passes.create(student.oid, minutes=60, one_time=True)

    with pytest.raises(ForbiddenError):
        await passes.create(student.oid, minutes=60, one_time=True)

    graph.clock.pass_time(minutes=61)
    await passes.create(student.oid, minutes=60, one_time=True)


@pytest.mark.parametrize("kind", ["admin", "nested_admin", "pim_eligible", "disabled", "out_of_policy"])
async def test_graph_itself_protects_nobody(graph: Graph, person: Find, kind: str) -> None:
    """Only our own guards stand between this permission and an administrator's account."""
    await GraphPasses(graph.connection()).create(person(kind).oid, minutes=60, one_time=True)

    assert len(graph.store.describe(person(kind).upn)["passes"]) == 1


async def test_an_external_guest_is_refused_an_internal_one_is_not(graph: Graph, person: Find) -> None:
    passes = GraphPasses(graph.connection())

    with pytest.raises(ForbiddenError):
        await passes.create(person("guest", 0).oid, minutes=60, one_time=True)
    await passes.create(person("guest", 1).oid, minutes=60, one_time=True)

    assert graph.store.describe(person("guest", 0).upn)["passes"] == []
    assert len(graph.store.describe(person("guest", 1).upn)["passes"]) == 1


@pytest.mark.parametrize(("minutes", "one_time"), [(59, True), (481, True), (5, True), (60, False)])
async def test_what_the_policy_forbids_is_refused(
    graph: Graph, person: Find, minutes: int, *, one_time: bool
) -> None:
    graph.faults.put({"graph": {"policy": {"isUsableOnce": True}}})

    with pytest.raises(ForbiddenError):
        await GraphPasses(graph.connection()).create(
            person("student").oid, minutes=minutes, one_time=one_time
        )
    assert graph.store.describe(person("student").upn)["passes"] == []


@pytest.mark.parametrize("switch", ["out_of_policy_create", "policy_disabled_create"])
async def test_policy_switches_at_creation(graph: Graph, person: Find, switch: str) -> None:
    policy = {"policy": {"state": "disabled"}} if switch == "policy_disabled_create" else {}
    graph.faults.put({"graph": {switch: "refuse", **policy}})

    with pytest.raises(ForbiddenError):
        await GraphPasses(graph.connection()).create(person("out_of_policy").oid, minutes=60, one_time=True)


async def test_an_account_that_does_not_exist(graph: Graph) -> None:
    with pytest.raises(ForbiddenError):
        await GraphPasses(graph.connection()).create("nobody", minutes=60, one_time=True)


async def test_a_pass_expires_and_is_spent(graph: Graph, person: Find) -> None:
    student = person("student")
    passes = GraphPasses(graph.connection())
    made = await passes.create(student.oid, minutes=60, one_time=True)

    assert graph.store.use_pass(student.upn, made.code) is None
    assert not (await passes.listed(student.oid))[0].usable
    assert "User Credential Policy" in (graph.store.use_pass(student.upn, made.code) or "")

    again = await passes.create(student.oid, minutes=60, one_time=True)
    graph.clock.pass_time(minutes=60)
    assert [each.usable for each in await passes.listed(student.oid)] == [False]
    assert graph.store.use_pass(student.upn, again.code) is not None


async def test_an_unknown_usability_reason_changes_nothing(graph: Graph, person: Find) -> None:
    graph.faults.put({"graph": {"unknown_reason": True}})
    passes = GraphPasses(graph.connection())
    await passes.create(person("student").oid, minutes=60, one_time=True)

    assert [each.usable for each in await passes.listed(person("student").oid)] == [True]


async def test_reads_lag_behind_writes(graph: Graph, person: Find) -> None:
    graph.faults.put({"graph": {"lag": 30, "pass_delay": 60}})
    student = person("student")
    passes = GraphPasses(graph.connection())

    made = await passes.create(student.oid, minutes=60, one_time=True)
    assert await passes.listed(student.oid) == []
    graph.clock.pass_time(seconds=31)
    assert [each.id for each in await passes.listed(student.oid)] == [made.id]
    assert graph.store.use_pass(student.upn, made.code) is not None
    await passes.delete(student.oid, made.id)
    assert [each.id for each in await passes.listed(student.oid)] == [made.id]
    graph.clock.pass_time(seconds=31)
    assert await passes.listed(student.oid) == []


async def test_deleting_may_revoke_sessions(graph: Graph, person: Find) -> None:
    graph.faults.put({"graph": {"delete_pass_revokes_sessions": True}})
    student = person("student")
    passes = GraphPasses(graph.connection())
    made = await passes.create(student.oid, minutes=60, one_time=True)

    await passes.delete(student.oid, made.id)

    assert graph.store.describe(student.upn)["sessionsRevoked"] == 1


# Faults: a create is sent once, and what is not known is said to be not known -------------------------------


@pytest.mark.parametrize("status", [500, 503, 504])
@pytest.mark.parametrize("done", [False, True])
async def test_a_server_error_leaves_the_outcome_unknown(
    graph: Graph, person: Find, status: int, *, done: bool
) -> None:
    graph.faults.put({"graph": {"status": status, "done": done, "operation": CREATE, "retry_after": 1}})

    with pytest.raises(UnknownOutcomeError):
        await GraphPasses(graph.connection()).create(person("student").oid, minutes=60, one_time=True)

    assert graph.requests(CREATE) == 1
    assert graph.store.journal[-1].retry_attempt is None
    assert len(graph.store.describe(person("student").upn)["passes"]) == int(done)


@pytest.mark.parametrize(
    "switch", [{"drop": "before"}, {"drop": "after"}, {"truncate": True}, {"slow": 1.5, "done": True}]
)
async def test_a_lost_answer_leaves_the_outcome_unknown(
    graph: Graph, person: Find, switch: dict[str, object]
) -> None:
    graph.faults.put({"graph": {**switch, "operation": CREATE}})

    with pytest.raises(UnknownOutcomeError):
        await GraphPasses(graph.connection(timeout=1)).create(
            person("student").oid, minutes=60, one_time=True
        )

    made = graph.store.describe(person("student").upn)["passes"]
    assert len(made) == (0 if switch == {"drop": "before"} else 1)
    assert graph.calls.counts()["graph"][CREATE] == 1


async def test_a_create_may_happen_after_the_caller_gave_up(graph: Graph, person: Find) -> None:
    """Why an unknown outcome is settled by looking, and not at once: the pass may come into being later."""
    student = person("student")
    passes = GraphPasses(graph.connection(timeout=0.5))
    await passes.listed(student.oid)
    graph.faults.put({"graph": {"slow": 0.8, "operation": CREATE}})

    with pytest.raises(UnknownOutcomeError):
        await passes.create(student.oid, minutes=60, one_time=True)
    early = graph.store.describe(student.upn)["passes"]
    await asyncio.sleep(0.6)

    assert (len(early), len(graph.store.describe(student.upn)["passes"])) == (0, 1)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [(2, 2), (300, 300), ("0", 0), (None, None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
async def test_throttling_is_surely_nothing_done(
    graph: Graph, person: Find, retry_after: int | str | None, seconds: float | None
) -> None:
    header = {} if retry_after is None else {"retry_after": retry_after}
    graph.faults.put({"graph": {"status": 429, **header}})

    with pytest.raises(UnavailableError) as caught:
        await GraphPasses(graph.connection()).create(person("student").oid, minutes=60, one_time=True)

    assert caught.value.retry_after == seconds
    assert graph.requests(CREATE) == 1


async def test_nobody_listens(graph: Graph, person: Find) -> None:
    passes = GraphPasses(graph.connection(url="http://127.0.0.1:9/v1.0"))

    with pytest.raises(UnavailableError):
        await passes.create(person("student").oid, minutes=60, one_time=True)


async def test_a_read_is_repeated_a_little(graph: Graph, person: Find) -> None:
    graph.faults.put({"graph": {"status": 503, "times": 2, "retry_after": 0}})

    assert await GraphPasses(graph.connection()).listed(person("student").oid) == []
    assert graph.requests("GET temporaryAccessPassMethods") == 3


async def test_a_read_does_not_wait_long_inside_a_running_function(graph: Graph, person: Find) -> None:
    graph.faults.put({"graph": {"status": 429, "retry_after": 120}})

    with pytest.raises(UnavailableError) as caught:
        await GraphPasses(graph.connection()).listed(person("student").oid)

    assert caught.value.retry_after == 120
    assert graph.requests("GET temporaryAccessPassMethods") == 1


# Tokens and app roles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("roles", [(), ("UserAuthMethod-TAP.Read.All",), ("User.Read.All",)])
async def test_a_missing_app_role_is_refused(graph: Graph, person: Find, roles: tuple[str, ...]) -> None:
    """The web app's identity has no role at all; a role that reads cannot create."""
    with pytest.raises(ForbiddenError, match="403 accessDenied"):
        await GraphPasses(graph.connection(roles=roles)).create(
            person("student").oid, minutes=60, one_time=True
        )


async def test_a_token_for_another_audience_is_refused(graph: Graph, person: Find) -> None:
    credential = AppCredential(("UserAuthMethod-TAP.ReadWrite.All",), audience="api://other")

    with pytest.raises(UnavailableError, match="401"):
        await GraphPasses(graph.connection(credential=credential)).listed(person("student").oid)


async def test_the_token_goes_to_allowed_hosts_only(graph: Graph, person: Find) -> None:
    passes = GraphPasses(graph.connection(hosts=("graph.microsoft.com",)))

    with pytest.raises(UnavailableError, match="401"):
        await passes.listed(person("student").oid)


async def test_no_log_and_no_journal_holds_the_code(
    graph: Graph, person: Find, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)

    made = await GraphPasses(graph.connection()).create(person("student").oid, minutes=60, one_time=True)

    assert made.code not in caplog.text
    assert made.code not in repr(graph.store.journal)


async def test_the_state_survives_a_snapshot(graph: Graph, person: Find) -> None:
    student = person("student")
    made = await GraphPasses(graph.connection()).create(student.oid, minutes=60, one_time=True)
    snapshot = graph.store.snapshot()

    graph.store.delete_pass(student.oid, made.id)
    graph.store.restore(snapshot)

    assert graph.store.describe(student.upn)["passes"][0]["value"] == made.code


def test_the_library_door_refuses_in_graphs_words(graph: Graph, person: Find) -> None:
    with pytest.raises(GraphError, match="valid range between 60 and 480") as caught:
        graph.store.create_pass(person("student").oid, lifetime=59)

    assert (caught.value.status, caught.value.code) == (400, "badRequest")


def test_the_adapters_have_the_shape_of_the_ports(graph: Graph) -> None:
    """Checked by the type checker: these assignments are the test."""
    connection = graph.connection()
    passes: ports.Passes = GraphPasses(connection)
    methods: ports.Methods = GraphMethods(connection, hash_key=b"k")
    directory: ports.Directory = GraphDirectory(connection)
    sessions: ports.SignInSessions = GraphSignInSessions(connection)

    assert None not in (passes, methods, directory, sessions)


def test_importing_the_adapters_loads_no_sdk() -> None:
    """The web app shares the code of the worker and must not pay for Graph or mail."""
    code = (
        "import sys, shared.adapters.graph_directory, shared.adapters.graph_methods, shared.adapters.graph_passes, "
        "shared.adapters.graph_sessions, shared.adapters.acs_mail; "
        "sys.exit(bool({'msgraph', 'msgraph_core', 'httpx', 'azure.core', 'aiohttp'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
