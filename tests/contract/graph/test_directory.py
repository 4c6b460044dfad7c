"""The port `Directory`: the guard material is complete, wherever in a list it stands."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from local.entra.registrations import WORKER_GRAPH_ROLES
from local.graph.records import Grant, Group
from local.people import (
    ELIGIBLE_ADMINS,
    EVERYONE,
    GLOBAL_ADMINISTRATOR,
    GROUPS,
    HELPDESK_ADMINISTRATOR,
    HELPDESK_ADMINS,
    LIBRARY_USERS,
    NO_PASS,
    PROTECTED_GROUPS,
    REVIEWERS,
    STUDENTS,
    USER_ADMINISTRATOR,
    Person,
)
from shared.adapters.graph_directory import GraphDirectory
from shared.domain.accounts import AccountFacts, account_guards, refused
from shared.domain.kinds import Guard
from shared.ports import ForbiddenError, UnavailableError
from tests.contract.graph.conftest import Graph

type Find = Callable[..., Person]


async def _facts(graph: Graph, subject: str) -> AccountFacts:
    facts = await GraphDirectory(graph.connection()).facts(subject)
    assert facts is not None
    return facts


def _refused(facts: AccountFacts | None) -> set[Guard]:
    results = account_guards(facts, protected=frozenset(PROTECTED_GROUPS))
    return {each.guard for each in refused(results)}


async def test_a_student_with_everything_passes_every_guard(graph: Graph, person: Find) -> None:
    student = person("student")

    facts = await _facts(graph, student.oid)

    assert _refused(facts) == set()
    assert (facts.oid, facts.upn, facts.display_name) == (student.oid, student.upn, student.name)
    assert (facts.affiliation, facts.employee_id, facts.pass_minutes) == (
        student.faculty,
        student.employee_id,
        60,
    )
    assert {STUDENTS, EVERYONE, LIBRARY_USERS} <= facts.groups
    assert [(each.value, each.own_mailbox) for each in facts.addresses] == [
        ("taro.mihon@mail.example.com", False),
        (student.upn, True),
    ]


async def test_when_the_password_was_changed_is_told_where_graph_says_it(graph: Graph, person: Find) -> None:
    student = person("student")
    assert (await _facts(graph, student.oid)).password_changed_at is None

    changed = datetime(2026, 10, 8, 1, 2, 3, tzinfo=UTC)
    graph.store.directory.user(student.oid).password_changed = changed

    assert (await _facts(graph, student.oid)).password_changed_at == changed


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("disabled", {Guard.ACCOUNT_ENABLED}),
        ("guest", {Guard.MEMBER}),
        ("nested_admin", {Guard.NO_DIRECTORY_ROLE}),
        ("pim_eligible", {Guard.NO_ELIGIBLE_ROLE}),
        ("out_of_policy", {Guard.IN_PASS_POLICY}),
        ("admin", {Guard.NO_DIRECTORY_ROLE, Guard.NOT_PROTECTED}),
        ("reviewer", {Guard.NOT_PROTECTED}),
        ("clerk", {Guard.NOT_PROTECTED}),
        ("operator", {Guard.NOT_PROTECTED}),
        ("no_address", {Guard.ADDRESS_ON_FILE}),
        ("own_mailbox_only", set()),
    ],
)
@pytest.mark.parametrize("switches", [{}, {"page_size": 1, "empty_first_page": True}])
async def test_each_guard_sees_what_it_must(
    graph: Graph, person: Find, kind: str, expected: set[Guard], switches: dict[str, object]
) -> None:
    graph.faults.put({"graph": switches} if switches else {})

    assert _refused(await _facts(graph, person(kind).oid)) == expected


async def test_what_matters_stands_on_page_two(graph: Graph, person: Find) -> None:
    """The sample people are arranged so that a reader of first pages only would see nothing dangerous."""
    shown = [group.id for group in graph.store.directory.transitive_groups(person("nested_admin").oid)]

    assert HELPDESK_ADMINS not in shown[:4]
    assert HELPDESK_ADMINS in (await _facts(graph, person("nested_admin").oid)).groups
    assert NO_PASS in (await _facts(graph, person("out_of_policy").oid)).groups
    assert REVIEWERS in (await _facts(graph, person("reviewer").oid)).groups


async def test_roles_are_named(graph: Graph, person: Find) -> None:
    assert (await _facts(graph, person("admin").oid)).directory_roles == {GLOBAL_ADMINISTRATOR}
    assert (await _facts(graph, person("nested_admin").oid)).directory_roles == {HELPDESK_ADMINISTRATOR}
    assert (await _facts(graph, person("pim_eligible").oid)).eligible_roles == {USER_ADMINISTRATOR}


async def test_a_role_scoped_to_an_administrative_unit_counts(graph: Graph, person: Find) -> None:
    student = person("student")
    scoped = Grant(id="g", principal=student.oid, role=USER_ADMINISTRATOR, scope="/administrativeUnits/x")
    graph.store.directory.grants.append(scoped)

    assert _refused(await _facts(graph, student.oid)) == {Guard.NO_DIRECTORY_ROLE}


async def test_a_direct_eligible_role_counts(graph: Graph, person: Find) -> None:
    student = person("student")
    graph.store.directory.grants.append(
        Grant(id="g", principal=student.oid, role=USER_ADMINISTRATOR, eligible=True)
    )

    assert _refused(await _facts(graph, student.oid)) == {Guard.NO_ELIGIBLE_ROLE}


async def test_a_role_behind_forty_groups_is_found(graph: Graph, person: Find) -> None:
    student = person("student")
    directory = graph.store.directory
    for number in range(40):
        directory.groups[f"course-{number}"] = Group(
            id=f"course-{number}", name="course", members=[student.oid]
        )
    directory.groups["last"] = Group(id="last", name="last", members=["course-39"], assignable=True)
    directory.grants.append(Grant(id="g", principal="last", role=GLOBAL_ADMINISTRATOR))

    facts = await _facts(graph, student.oid)

    assert facts.directory_roles == {GLOBAL_ADMINISTRATOR}
    assert len([each for each in facts.groups if each.startswith("course-")]) == 40


async def test_groups_that_may_not_be_read_are_a_doubt_and_asked_for_roles(
    graph: Graph, person: Find
) -> None:
    """Without a right to read groups Graph shows ids only: whether they can hold roles is then unknown."""
    roles = tuple(role for role in WORKER_GRAPH_ROLES if role != "GroupMember.Read.All")
    directory = GraphDirectory(graph.connection(roles=roles))

    nested = await directory.facts(person("nested_admin").oid)
    eligible = await directory.facts(person("pim_eligible").oid)

    assert nested is not None
    assert nested.directory_roles == {HELPDESK_ADMINISTRATOR}
    assert eligible is not None
    assert eligible.eligible_roles == {USER_ADMINISTRATOR}


@pytest.mark.parametrize(
    ("policy", "inside"),
    [
        ({"includeTargets": ["all_users"], "excludeTargets": []}, True),
        ({"includeTargets": [STUDENTS], "excludeTargets": []}, True),
        ({"includeTargets": [ELIGIBLE_ADMINS], "excludeTargets": []}, False),
        ({"includeTargets": ["all_users"], "excludeTargets": [EVERYONE]}, False),
        ({"includeTargets": []}, False),
        ({"state": "disabled"}, False),
    ],
)
async def test_scope_of_the_policy(
    graph: Graph, person: Find, policy: dict[str, object], *, inside: bool
) -> None:
    graph.faults.put({"graph": {"policy": {**policy, "minimumLifetimeInMinutes": 10}}})

    facts = await _facts(graph, person("student").oid)

    assert (facts.in_pass_policy, facts.pass_minutes) == (inside, 10)


async def test_a_renamed_account_is_found_by_its_id_and_a_name_in_any_case(
    graph: Graph, person: Find
) -> None:
    student = person("student")
    directory = GraphDirectory(graph.connection())
    by_name = await directory.facts(student.upn.upper())
    graph.store.directory.user(student.oid).upn = "renamed@utac.example.ac.jp"

    by_id = await directory.facts(student.oid)

    assert by_name is not None
    assert by_name.oid == student.oid
    assert by_id is not None
    assert by_id.upn == "renamed@utac.example.ac.jp"


async def test_an_external_guest_is_found_by_name(graph: Graph, person: Find) -> None:
    """Such names hold a `#`, which must not end the address of the request."""
    assert not (await _facts(graph, person("guest").upn)).member


async def test_an_invited_account_that_was_made_a_member_stays_external(graph: Graph, person: Find) -> None:
    user = graph.store.directory.user(person("guest").oid)
    user.user_type, user.upn = "Member", "renamed@utac.example.ac.jp"

    assert not (await _facts(graph, user.id)).member


async def test_nobody_and_a_deleted_account(graph: Graph, person: Find) -> None:
    directory = GraphDirectory(graph.connection())
    graph.store.directory.user(person("student").oid).deleted = True

    assert await directory.facts("00000000-0000-0000-0000-000000000000") is None
    assert await directory.facts(person("student").oid) is None
    assert await directory.employee_id(person("student").oid) == ""


async def test_employee_id(graph: Graph, person: Find) -> None:
    assert (
        await GraphDirectory(graph.connection()).employee_id(person("staff").oid)
        == person("staff").employee_id
    )


@pytest.mark.parametrize(
    "missing",
    [
        "User.Read.All",
        "RoleManagement.Read.Directory",
        "Policy.Read.AuthenticationMethod",
        "UserAuthenticationMethod.Read.All",
    ],
)
async def test_a_missing_permission_refuses_and_never_looks_like_no_role(
    graph: Graph, person: Find, missing: str
) -> None:
    roles = tuple(role for role in WORKER_GRAPH_ROLES if role != missing)

    with pytest.raises(ForbiddenError):
        await GraphDirectory(graph.connection(roles=roles)).facts(person("student").oid)


@pytest.mark.parametrize(
    "operation",
    [
        "GET user",
        "GET transitiveMemberOf",
        "GET roleAssignments",
        "GET roleEligibility",
        "PassPolicy",
        "emailMethods",
    ],
)
@pytest.mark.parametrize("switch", [{"status": 503, "retry_after": 30}, {"status": 401}])
async def test_any_doubt_is_an_error(
    graph: Graph, person: Find, operation: str, switch: dict[str, object]
) -> None:
    graph.faults.put({"graph": {**switch, "operation": operation}})

    with pytest.raises((UnavailableError, ForbiddenError)):
        await GraphDirectory(graph.connection()).facts(person("nested_admin").oid)


async def test_a_second_page_that_breaks_off_is_no_shorter_list(graph: Graph, person: Find) -> None:
    graph.faults.put({"graph": {"truncate": True, "after": 1, "operation": "GET transitiveMemberOf"}})

    with pytest.raises(UnavailableError):
        await GraphDirectory(graph.connection()).facts(person("nested_admin").oid)


async def test_one_look_costs_few_calls(graph: Graph, person: Find) -> None:
    await _facts(graph, person("student").oid)

    assert sum(graph.calls.counts()["graph"].values()) <= 7


def test_the_sample_groups_are_those_of_the_directory(graph: Graph) -> None:
    assert {group.id for group in GROUPS} <= set(graph.store.directory.groups)
