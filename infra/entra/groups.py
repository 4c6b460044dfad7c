"""Groups: one for each app role of staff, one for everybody else who must never get a pass here; and who has which role."""

from urllib.parse import quote

from infra.entra.graph import TO_COME, Graph, Json
from infra.entra.plan import ROLES, ForeignError, Plan
from infra.entra.registrations import Made
from infra.entra.wanted import role_id

_FORMS = "Forms.Submit"
_PROTECTED = "Protected"
_ABOUT = {
    "Reviewer": "Decides about applications.",
    "OfficeClerk": "Applies for people at the counter.",
    "Operator": "Runs the service; may freeze it.",
    "Auditor": "Reads and verifies the trails.",
    _PROTECTED: "Break-glass accounts, owners of the subscription and of the registrations: they never get a pass here.",
}


def settle(graph: Graph, plan: Plan, made: dict[str, Made], me: str) -> list[str]:
    """Make the groups and give each its app role; the ids that must stand in PROTECTED_GROUPS.

    Roles reach people through these groups only, and the groups are protected: so nobody who decides about others can be given a
    pass by this service.

    Raises:
        ForeignError: a group is of another kind than it must be, or somebody has a role beside the groups.
        GraphRefusedError: Graph refused.
    """
    ids = {each: _group(graph, plan, each, me) for each in (*ROLES, _PROTECTED)}
    staff = made["staff"]
    _no_side_doors(graph, "staff", staff, set(ids.values()))
    if "api" in made:
        _no_side_doors(graph, "the API", made["api"], {_flow(graph, plan, made)})
    for role in ROLES:
        _assign(graph, f"group {plan.name} {role}: app role {role}", ids[role], staff, role_id(plan, role))
    if "forms-flow" in made:
        flow, api = made["forms-flow"], made["api"]
        _assign(
            graph, f"{plan.name} forms-flow: app role {_FORMS}", flow.principal, api, role_id(plan, _FORMS)
        )
    return [*ids.values(), *plan.protected_groups]


def _group(graph: Graph, plan: Plan, role: str, me: str) -> str:
    name, key = f"{plan.name} {role}", f"{plan.name}-{role.lower()}"
    path = f"/groups(uniqueName='{key}')"
    found = graph.get(f"{path}?$select=id,displayName,isAssignableToRole,securityEnabled,groupTypes")
    if found is None:
        body: Json = {
            "displayName": name,
            "description": _ABOUT[role],
            "mailEnabled": False,
            "mailNickname": key,
            "securityEnabled": True,
        }
        if plan.role_assignable:
            body["isAssignableToRole"] = True
        made = graph.write(f"group {name}: create", "PATCH", path, body, upsert=True)
        return str(made.get("id", TO_COME))
    if plan.role_assignable and not found.get("isAssignableToRole"):
        raise ForeignError(
            f"group {name} is not role-assignable, which can only be chosen when a group is made: delete it and run again, or "
            "set role_assignable to false"
        )
    if "DynamicMembership" in (found.get("groupTypes") or ()):
        raise ForeignError(
            f"group {name} has dynamic members: whoever may change attributes would give roles"
        )
    owners = {each["id"] for each in graph.list(f"/groups/{found['id']}/owners?$select=id")}
    if strangers := sorted(owners - {*plan.owners, me}):
        raise ForeignError(
            f"group {name} has an owner who is not in the plan and may put people in: {', '.join(strangers)}"
        )
    graph.same(f"group {name}")
    if not graph.list(f"/groups/{found['id']}/members?$select=id"):
        graph.note(f"group {name} has no member yet")
    return str(found["id"])


def _no_side_doors(graph: Graph, whose: str, of: Made, known: set[str]) -> None:
    """Whoever has a role beside those of the plan decides without standing in a protected group, or sends forms unseen."""
    for each in graph.list(f"/servicePrincipals/{quote(of.principal)}/appRoleAssignedTo"):
        if each["principalId"] not in known:
            raise ForeignError(
                f"{each.get('principalDisplayName') or '?'} ({each['principalId']}) has a role of {whose} beside the plan; "
                "take it away (Enterprise applications, Users and groups); members of staff belong into the groups"
            )


def _flow(graph: Graph, plan: Plan, made: dict[str, Made]) -> str:
    """The flow's service principal, also while the plan has it switched off: taking its role away is for a person to decide."""
    if "forms-flow" in made:
        return made["forms-flow"].principal
    app = graph.get(f"/applications(uniqueName='{plan.name}-forms-flow')?$select=appId")
    found = graph.get(f"/servicePrincipals(appId='{app['appId']}')?$select=id") if app else None
    return str(found["id"]) if found else ""


def _assign(graph: Graph, what: str, principal: str, resource: Made, role: str) -> None:
    path = f"/servicePrincipals/{quote(resource.principal)}/appRoleAssignedTo"
    assigned = graph.list(path)
    if any(each["principalId"] == principal and each["appRoleId"] == role for each in assigned):
        graph.same(what)
        return
    body = {"principalId": principal, "resourceId": resource.principal, "appRoleId": role}
    graph.write(what, "POST", path, body)
