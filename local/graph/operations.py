"""Each Graph call this service makes: its path, the app roles that allow it, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from local.graph.errors import GraphError, bad_request, not_found
from local.graph.methods import BETA_ONLY, KINDS
from local.graph.passes import parse_stamp
from local.graph.records import DEFAULT_PROPERTIES

if TYPE_CHECKING:
    from local.graph.store import GraphStore

#: Reading what a group is, beyond that it exists.
GROUP_READERS: Final = frozenset({"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"})
_BROAD_READ: Final = "UserAuthenticationMethod.Read.All"
_BROAD_WRITE: Final = "UserAuthenticationMethod.ReadWrite.All"
_PASSES: Final = "temporaryAccessPassMethods"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request, parsed: path parts, query, JSON body and the caller's app roles."""

    path: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer: a document, a list to be paged, or neither (204)."""

    status: int = 200
    document: dict[str, Any] | None = None
    items: list[dict[str, Any]] | None = None


type Handler = Callable[[GraphStore, Call], Answer]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One call. ``name`` is its method and last collection; any one of ``roles`` allows it."""

    name: str
    method: str
    path: str
    roles: frozenset[str]
    handler: Handler
    odata: bool = True


def _get_user(store: GraphStore, call: Call) -> Answer:
    full = store.directory.user(call.path["user"]).document()
    selected = [name.strip() for name in call.query.get("$select", "").split(",") if name.strip()]
    unknown = [name for name in selected if name not in full]
    if unknown:
        message = f"Could not find a property named '{unknown[0]}' on type 'microsoft.graph.user'."
        raise GraphError(message, status=400, code="BadRequest")
    return Answer(
        document={"@odata.type": "#microsoft.graph.user"}
        | {name: full[name] for name in selected or DEFAULT_PROPERTIES}
    )


def _member_of(store: GraphStore, call: Call) -> Answer:
    advanced = {"$filter", "$search", "$count", "$orderby"} & set(call.query)
    if advanced and call.headers.get("consistencylevel", "").lower() != "eventual":
        message = "Request with advanced query options needs the header ConsistencyLevel: eventual."
        raise GraphError(message, status=400, code="Request_UnsupportedQuery")
    if "$filter" in call.query:
        message = "The local Graph does not evaluate $filter on memberships."
        raise bad_request(message)
    user = store.directory.user(call.path["user"])
    return Answer(items=store.directory.member_of(user.id, readable=bool(call.roles & GROUP_READERS)))


def _principal(call: Call) -> str:
    words = call.query.get("$filter", "").split()
    if words[:2] != ["principalId", "eq"] or len(words) != 3:
        message = "The local Graph lists grants only by $filter=principalId eq '{id}'."
        raise bad_request(message)
    return words[2].strip("'")


def _grants(*, eligible: bool) -> Handler:
    def handler(store: GraphStore, call: Call) -> Answer:
        granted = store.directory.granted(_principal(call), eligible=eligible)
        return Answer(items=[grant.document() for grant in granted])

    return handler


def _policy(store: GraphStore, _call: Call) -> Answer:
    return Answer(document=store.switches.policy().document())


def _methods(store: GraphStore, call: Call) -> Answer:
    return Answer(items=store.list_methods(call.path["user"]))


def _methods_of(kind: str) -> Handler:
    def handler(store: GraphStore, call: Call) -> Answer:
        return Answer(items=store.list_methods(call.path["user"], kind))

    return handler


def _delete_method(kind: str) -> Handler:
    def handler(store: GraphStore, call: Call) -> Answer:
        store.delete_method(call.path["user"], kind, call.path["id"])
        return Answer(status=204)

    return handler


def _passes(store: GraphStore, call: Call) -> Answer:
    return Answer(items=store.list_passes(call.path["user"]))


def _get_pass(store: GraphStore, call: Call) -> Answer:
    return Answer(document=store.get_pass(call.path["user"], call.path["id"]))


def _delete_pass(store: GraphStore, call: Call) -> Answer:
    store.delete_pass(call.path["user"], call.path["id"])
    return Answer(status=204)


def _create_pass(store: GraphStore, call: Call) -> Answer:
    body = {name: value for name, value in call.body.items() if not name.startswith("@odata.")}
    known = {"lifetimeInMinutes": int, "isUsableOnce": bool, "startDateTime": str}
    for name, value in body.items():
        if name not in known or (value is not None and type(value) is not known[name]):
            message = f"Invalid property '{name}' in the request body."
            raise bad_request(message)
    try:
        start: datetime | None = parse_stamp(body["startDateTime"]) if body.get("startDateTime") else None
    except ValueError as error:
        message = "Invalid StartDateTime specified."
        raise bad_request(message) from error
    made = store.create_pass(
        call.path["user"], lifetime=body.get("lifetimeInMinutes"), once=body.get("isUsableOnce"), start=start
    )
    return Answer(status=201, document=made)


def _revoke(store: GraphStore, call: Call) -> Answer:
    store.revoke_sessions(call.path["user"])
    if store.switches.number("revoke_status", 200) == 204:
        return Answer(status=204)
    return Answer(document={"value": True})


def _no_such_path(_store: GraphStore, _call: Call) -> Answer:
    what = "path"
    raise not_found(what)


def _operations() -> list[Operation]:
    user, methods = "/v1.0/users/{user}", "/v1.0/users/{user}/authentication"
    role_management = "/v1.0/roleManagement/directory"
    configuration = "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations"
    read_user = frozenset({"User.Read.All", "User.ReadWrite.All", "Directory.Read.All"})
    read_roles = frozenset({"RoleManagement.Read.Directory", "RoleManagement.Read.All"})
    write_pass = frozenset({"UserAuthMethod-TAP.ReadWrite.All", _BROAD_WRITE})
    read_pass = write_pass | {"UserAuthMethod-TAP.Read.All", _BROAD_READ}
    read_methods = frozenset({_BROAD_READ, _BROAD_WRITE})
    table: list[tuple[str, str, frozenset[str], Handler]] = [
        ("GET user", user, read_user, _get_user),
        ("GET transitiveMemberOf", f"{user}/transitiveMemberOf", read_user | GROUP_READERS, _member_of),
        ("GET roleAssignments", f"{role_management}/roleAssignments", read_roles, _grants(eligible=False)),
        (
            "GET roleEligibilityScheduleInstances",
            f"{role_management}/roleEligibilityScheduleInstances",
            read_roles | {"RoleEligibilitySchedule.Read.Directory"},
            _grants(eligible=True),
        ),
        (
            "GET temporaryAccessPassPolicy",
            f"{configuration}/{{name:(?i:temporaryAccessPass)}}",
            frozenset({"Policy.Read.AuthenticationMethod", "Policy.ReadWrite.AuthenticationMethod"}),
            _policy,
        ),
        ("GET methods", f"{methods}/methods", read_methods, _methods),
        (f"GET {_PASSES}", f"{methods}/{_PASSES}", read_pass, _passes),
        (f"POST {_PASSES}", f"{methods}/{_PASSES}", write_pass, _create_pass),
        (f"GET {_PASSES}", f"{methods}/{_PASSES}/{{id}}", read_pass, _get_pass),
        (f"DELETE {_PASSES}", f"{methods}/{_PASSES}/{{id}}", write_pass, _delete_pass),
        (
            "POST revokeSignInSessions",
            f"{user}/revokeSignInSessions",
            frozenset({"User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"}),
            _revoke,
        ),
    ]
    for kind, (segment, word) in KINDS.items():
        if kind in BETA_ONLY:
            continue
        write = frozenset({f"UserAuthMethod-{word}.ReadWrite.All", _BROAD_WRITE})
        read = write | {f"UserAuthMethod-{word}.Read.All", _BROAD_READ}
        table.append((f"GET {segment}", f"{methods}/{segment}", read, _methods_of(kind)))
        if kind != "password":  # a password is changed, never deleted
            table.append((f"DELETE {segment}", f"{methods}/{segment}/{{id}}", write, _delete_method(kind)))
    return [
        Operation(
            name=name,
            method=name.split()[0],
            path=path,
            roles=roles,
            handler=handler,
            odata=name != "GET methods",
        )
        for name, path, roles, handler in table
    ]


OPERATIONS: Final = _operations()
#: Whatever else is asked under the two versions.
UNKNOWN: Final = Operation(
    name="unknown",
    method="*",
    path="/{version:v1.0|beta}/{rest:.*}",
    roles=frozenset(),
    handler=_no_such_path,
)
