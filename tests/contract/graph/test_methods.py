"""The ports `Methods` and `SignInSessions`: what is listed, removed, kept, left alone."""

from collections.abc import Callable

import pytest

from local.entra.registrations import WORKER_GRAPH_ROLES
from local.graph.errors import GraphError
from local.people import PHONE_METHOD_IDS, Person
from shared.adapters.graph_methods import GraphMethods
from shared.adapters.graph_passes import GraphPasses
from shared.adapters.graph_sessions import GraphSignInSessions
from shared.domain.accounts import Method, MethodKind
from shared.ports import ForbiddenError, MissingError, UnavailableError
from tests.contract.graph.conftest import Graph

type Find = Callable[..., Person]
KEY = b"a key of the tests"


def _methods(graph: Graph, **options: object) -> GraphMethods:
    return GraphMethods(graph.connection(**options), hash_key=KEY)  # type: ignore[arg-type]


def _kinds(graph: Graph, person: Person) -> list[str]:
    return [each["kind"] for each in graph.store.describe(person.upn)["methods"]]


async def _of(methods: GraphMethods, subject: str, kind: MethodKind) -> Method:
    return next(each for each in await methods.registered(subject) if each.kind is kind)


async def test_all_kinds_are_listed_over_several_pages(graph: Graph, person: Find) -> None:
    student = person("student")
    graph.faults.put({"graph": {"unknown_method": True, "page_size": 2}})
    for kind in (
        "softwareOath",
        "fido2",
        "windowsHelloForBusiness",
        "platformCredential",
        "hardwareOath",
        "qrCodePin",
    ):
        graph.store.register_method(student.upn, kind)
    await GraphPasses(graph.connection()).create(student.oid, minutes=60, one_time=True)

    found = await _methods(graph).registered(student.oid)

    counts = {kind: sum(each.kind is kind for each in found) for kind in MethodKind}
    assert counts.pop(MethodKind.UNKNOWN) == 2
    assert set(counts.values()) == {1}


async def test_a_phone_number_is_kept_only_as_a_keyed_hash(graph: Graph, person: Find) -> None:
    student = person("student")
    methods = _methods(graph)

    before = await _of(methods, student.oid, MethodKind.PHONE)
    again = await _of(methods, student.oid, MethodKind.PHONE)
    graph.store.register_method(student.upn, "phone", phoneNumber="+81 9099999999")
    after = await _of(methods, student.oid, MethodKind.PHONE)

    assert before == again
    assert (before.id, before.created_at) == (after.id, after.created_at)
    assert before.identity != after.identity
    assert after.label == "…99"
    assert "9999" not in repr(after)
    other_key = GraphMethods(graph.connection(), hash_key=b"another")
    assert (await _of(other_key, student.oid, MethodKind.PHONE)).fingerprint != after.fingerprint


async def test_a_masked_number_still_makes_a_method(graph: Graph, person: Find) -> None:
    graph.faults.put({"graph": {"mask_phones": True}})

    phone = await _of(_methods(graph), person("student").oid, MethodKind.PHONE)

    assert phone.label == "…01"
    assert phone.fingerprint


async def test_spelling_does_not_make_a_number_new(graph: Graph, person: Find) -> None:
    student = person("student")
    methods = _methods(graph)
    graph.store.register_method(student.upn, "phone", phoneNumber="+81 9012345678")
    first = await _of(methods, student.oid, MethodKind.PHONE)
    graph.store.register_method(student.upn, "phone", phoneNumber="+81 90-1234-5678")

    assert (await _of(methods, student.oid, MethodKind.PHONE)).fingerprint == first.fingerprint


async def test_each_removable_kind_is_removed_and_twice_is_the_same(graph: Graph, person: Find) -> None:
    student = person("student")
    methods = _methods(graph)
    for kind in (
        "softwareOath",
        "fido2",
        "windowsHelloForBusiness",
        "platformCredential",
        "microsoftAuthenticator",
    ):
        graph.store.register_method(student.upn, kind)
    listed = [each for each in await methods.registered(student.oid) if each.kind.is_mfa]

    # The default method goes last: Graph keeps it while others exist.
    default = graph.store.directory.user(student.oid).default_method
    for method in sorted(listed, key=lambda each: each.id == default):
        assert await methods.remove(student.oid, method)
        assert await methods.remove(student.oid, method)

    assert _kinds(graph, student) == ["password", "email"]


@pytest.mark.parametrize(
    "kind",
    [
        MethodKind.PASSWORD,
        MethodKind.EMAIL,
        MethodKind.UNKNOWN,
        MethodKind.HARDWARE_OATH,
        MethodKind.TEMPORARY_ACCESS_PASS,
    ],
)
async def test_some_kinds_are_never_touched(graph: Graph, person: Find, kind: MethodKind) -> None:
    assert not await _methods(graph).remove(person("student").oid, Method(kind=kind, id="any"))
    assert len(graph.store.journal) == 0


async def test_the_default_method_is_kept_while_others_exist(graph: Graph, person: Find) -> None:
    student = person("student")
    methods = _methods(graph)
    default = await _of(methods, student.oid, MethodKind.MICROSOFT_AUTHENTICATOR)
    phone = await _of(methods, student.oid, MethodKind.PHONE)

    assert not await methods.remove(student.oid, default)
    assert await methods.remove(student.oid, phone)
    assert await methods.remove(student.oid, default)


async def test_a_new_method_becomes_the_default_unless_switched(graph: Graph, person: Find) -> None:
    stays, moves = person("student", 0), person("student", 1)
    methods = _methods(graph)
    old_stays = await _of(methods, stays.oid, MethodKind.MICROSOFT_AUTHENTICATOR)
    old_moves = await _of(methods, moves.oid, MethodKind.MICROSOFT_AUTHENTICATOR)
    graph.store.register_method(moves.upn, "microsoftAuthenticator")
    graph.faults.put({"graph": {"default_method_stays": True}})
    graph.store.register_method(stays.upn, "microsoftAuthenticator")

    assert await methods.remove(moves.oid, old_moves)
    assert not await methods.remove(stays.oid, old_stays)


async def test_no_alternate_phone_without_a_mobile_phone(graph: Graph, person: Find) -> None:
    student = person("student")
    methods = _methods(graph)
    graph.store.register_method(
        student.upn, "phone", phoneType="alternateMobile", phoneNumber="+81 9011111111"
    )
    graph.store.directory.user(student.oid).default_method = None
    phones = {
        each.id: each for each in await methods.registered(student.oid) if each.kind is MethodKind.PHONE
    }

    assert not await methods.remove(student.oid, phones[PHONE_METHOD_IDS["mobile"]])
    assert await methods.remove(student.oid, phones[PHONE_METHOD_IDS["alternateMobile"]])
    assert await methods.remove(student.oid, phones[PHONE_METHOD_IDS["mobile"]])
    with pytest.raises(GraphError):
        graph.store.register_method(student.upn, "phone", phoneType="alternateMobile")


async def test_a_missing_permission_refuses_that_kind_only(graph: Graph, person: Find) -> None:
    student = person("student")
    roles = tuple(role for role in WORKER_GRAPH_ROLES if "Phone" not in role)
    methods = _methods(graph, roles=roles)
    graph.store.register_method(student.upn, "fido2")
    phone = await _of(methods, student.oid, MethodKind.PHONE)
    authenticator = await _of(methods, student.oid, MethodKind.MICROSOFT_AUTHENTICATOR)

    with pytest.raises(ForbiddenError):
        await methods.remove(student.oid, phone)
    assert await methods.remove(student.oid, authenticator)


@pytest.mark.parametrize("switch", [{"status": 503, "done": True}, {"drop": "after"}, {"status": 504}])
async def test_a_delete_whose_answer_is_lost_is_repeated(
    graph: Graph, person: Find, switch: dict[str, object]
) -> None:
    student = person("student")
    methods = _methods(graph)
    phone = await _of(methods, student.oid, MethodKind.PHONE)
    graph.faults.put({"graph": {**switch, "times": 1, "operation": "DELETE"}})

    assert await methods.remove(student.oid, phone)
    assert "phone" not in _kinds(graph, student)


async def test_throttled_writes_leave_reads_alone(graph: Graph, person: Find) -> None:
    student = person("student")
    methods = _methods(graph)
    graph.faults.put({"graph": {"status": 429, "retry_after": 60, "operation": "DELETE"}})
    phone = await _of(methods, student.oid, MethodKind.PHONE)

    with pytest.raises(UnavailableError):
        await methods.remove(student.oid, phone)
    assert "phone" in _kinds(graph, student)


async def test_lists_lag_behind_registration_and_removal(graph: Graph, person: Find) -> None:
    student = person("student")
    methods = _methods(graph)
    phone = await _of(methods, student.oid, MethodKind.PHONE)
    graph.faults.put({"graph": {"lag": 30}})
    graph.store.register_method(student.upn, "fido2")
    await methods.remove(student.oid, phone)

    early = {each.kind for each in await methods.registered(student.oid)}
    graph.clock.pass_time(seconds=31)
    late = {each.kind for each in await methods.registered(student.oid)}

    assert (MethodKind.PHONE in early, MethodKind.FIDO2 in early) == (True, False)
    assert (MethodKind.PHONE in late, MethodKind.FIDO2 in late) == (False, True)


@pytest.mark.parametrize("status", [200, 204])
async def test_sessions_end(graph: Graph, person: Find, status: int) -> None:
    student = person("student")
    graph.faults.put({"graph": {"revoke_status": status, "revoke_delay": 90}})

    await GraphSignInSessions(graph.connection()).revoke(student.oid)

    user = graph.store.directory.user(student.oid)
    assert graph.store.describe(student.upn)["sessionsRevoked"] == 1
    assert user.sessions_valid_from is not None
    assert (user.sessions_valid_from - graph.clock.at).total_seconds() == 90


async def test_sessions_of_nobody_and_of_an_external_guest(graph: Graph, person: Find) -> None:
    sessions = GraphSignInSessions(graph.connection())

    await sessions.revoke(person("guest").oid)
    with pytest.raises(MissingError):
        await sessions.revoke("nobody")

    assert graph.store.describe(person("guest").upn)["sessionsRevoked"] == 0


async def test_methods_of_nobody(graph: Graph) -> None:
    with pytest.raises(MissingError):
        await _methods(graph).registered("nobody")
