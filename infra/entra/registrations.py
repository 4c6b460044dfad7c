"""Makes the app registrations of ``wanted.py`` and their service principals, and keeps them so.

Found again by ``uniqueName``, which only the service that made them can set and nobody can change
(https://learn.microsoft.com/graph/api/application-upsert); a display name anybody could copy. Before one is touched its owners
are looked at: who owns a registration can add a secret to it and sign in as it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.entra import strangers
from infra.entra.graph import TO_COME, Graph, Json, where
from infra.entra.plan import ForeignError, Plan
from infra.entra.wanted import DEPLOY, Registration, Trust, wanted

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
_EXCHANGE = "api://AzureADTokenExchange"
_READ = (
    "id,appId,displayName,signInAudience,web,spa,publicClient,isFallbackPublicClient,api,appRoles,optionalClaims,"
    f"identifierUris,requiredResourceAccess,{strangers.CREDENTIALS}"
)


@dataclass(frozen=True)
class Made:
    """A registration with its service principal."""

    id: str
    client_id: str
    principal: str


def settle(graph: Graph, plan: Plan, me: str) -> dict[str, Made]:
    """Bring every registration to what is wanted; nothing is ever deleted.

    Raises:
        ForeignError: a registration has an owner, secret or trust that the plan does not know.
        GraphRefusedError: Graph refused.
    """
    if plan.web_identity:
        _is_an_identity(graph, plan.web_identity)
    else:
        graph.note(
            "web_identity is empty: neither applicants nor staff trust the identity of web, so nobody can sign in while "
            "SIGN_IN_WITH_IDENTITY is true, as the parameter files have it"
        )
    repository, environments = plan.github
    if environments:
        _no_deployer_of_all(graph, plan)
        if "@" not in repository:
            graph.note(
                f"{repository} is trusted by its name alone: a repository made or renamed since 15 July 2026 is named with its "
                "ids (owner@id/name@id), and without them whoever takes the name over later is trusted"
            )
    return {each.key: _settle(graph, plan, each, me) for each in wanted(plan)}


def _is_an_identity(graph: Graph, principal: str) -> None:
    """A trust in an id of another kind (the client id, which the portal shows beside it) would trust nobody, or somebody else."""
    found = graph.get(f"/servicePrincipals/{principal}?$select=id,servicePrincipalType")
    if found is None or found.get("servicePrincipalType") != "ManagedIdentity":
        raise ForeignError(
            f"web_identity {principal} is not the object id of a managed identity of this tenant: take principalId of web's "
            "identity, not its client id; an identity made a moment ago is known after some minutes"
        )


def _no_deployer_of_all(graph: Graph, plan: Plan) -> None:
    """An earlier version made one registration for every environment."""
    key = f"{plan.name}-{DEPLOY}".rstrip("-")
    if graph.get(f"/applications(uniqueName='{key}')?$select=id") is not None:
        raise ForeignError(
            f"registration {plan.name} {DEPLOY.rstrip('-')} may deploy to every environment: take its roles in Azure away and "
            "delete it; each environment gets one of its own"
        )


def _settle(graph: Graph, plan: Plan, wanted_one: Registration, me: str) -> Made:
    name = f"{plan.name} {wanted_one.key}"
    key = f"{plan.name}-{wanted_one.key}"
    path = f"/applications(uniqueName='{key}')"
    found = graph.get(f"{path}?$select={_READ}")
    body = wanted_one.body | {"displayName": name}
    if found is None:
        app = graph.write(f"registration {name}: create", "PATCH", path, body, upsert=True)
    else:
        strangers.none_in_registration(graph, plan, found, wanted_one, me)
        app = found
        body = _keeping_others(body, found)
        differing = {field: value for field, value in body.items() if not same(value, found.get(field))}
        if differing:
            graph.write(f"registration {name}: set {', '.join(sorted(differing))}", "PATCH", path, differing)
        else:
            graph.same(f"registration {name}")
    app_id, client_id = app.get("id", TO_COME), app.get("appId", TO_COME)
    if wanted_one.is_api and f"api://{client_id}" not in (app.get("identifierUris") or ()):
        uris = {"identifierUris": [f"api://{client_id}"]}
        graph.write(f"registration {name}: set identifierUris", "PATCH", f"/applications/{app_id}", uris)
    for trust in wanted_one.trusts:
        _trust(graph, name, app_id, trust)
    principal = _principal(graph, plan, name, client_id, me, assigned_only=wanted_one.assigned_only)
    if wanted_one.scopes:
        _consent(graph, name, principal, wanted_one.scopes)
    return Made(app_id, client_id, principal)


def _keeping_others(body: Json, found: Json) -> Json:
    """What the plan wants, beside app roles and scopes that stand there already: taking one away is for a person to decide."""
    kept = dict(body)
    if "appRoles" in kept:
        kept["appRoles"] = _beside(kept["appRoles"], found.get("appRoles"))
    if "api" in kept:
        there = (found.get("api") or {}).get("oauth2PermissionScopes")
        scopes = _beside(kept["api"]["oauth2PermissionScopes"], there)
        kept["api"] = kept["api"] | {"oauth2PermissionScopes": scopes}
    return kept


def _beside(ours: list[Json], there: list[Json] | None) -> list[Json]:
    """``origin`` is Graph's own and must not be sent back."""
    ids = {each["id"] for each in ours}
    others = [each for each in there or () if each["id"] not in ids]
    return [*ours, *({key: value for key, value in each.items() if key != "origin"} for each in others)]


def _trust(graph: Graph, name: str, app_id: str, trust: Trust) -> None:
    path = f"/applications/{app_id}/federatedIdentityCredentials"
    body = {"name": trust.name, "issuer": trust.issuer, "subject": trust.subject, "audiences": [_EXCHANGE]}
    if any(same(body, each) for each in graph.list(path)):
        graph.same(f"registration {name}: trusts {trust.name}")
        return
    graph.write(f"registration {name}: trust {trust.name} ({trust.subject})", "POST", path, body)


def _principal(graph: Graph, plan: Plan, name: str, client_id: str, me: str, *, assigned_only: bool) -> str:
    path = f"/servicePrincipals(appId='{client_id}')"
    fields = f"id,appRoleAssignmentRequired,{strangers.CREDENTIALS}"
    found = None if client_id == TO_COME else graph.get(f"{path}?$select={fields}")
    wanted_one = {"appRoleAssignmentRequired": assigned_only}
    if found is None:
        made = graph.write(f"enterprise application {name}: create", "PATCH", path, wanted_one, upsert=True)
        return str(made.get("id", TO_COME))
    strangers.none_in_principal(graph, plan, name, found, me)
    if bool(found.get("appRoleAssignmentRequired")) is not assigned_only:
        graph.write(
            f"enterprise application {name}: assignment required = {assigned_only}", "PATCH", path, wanted_one
        )
    else:
        graph.same(f"enterprise application {name}")
    return str(found["id"])


def _consent(graph: Graph, name: str, principal: str, scopes: Sequence[str]) -> None:
    """Agree to the OIDC scopes for everybody, so that nobody is asked; never to more than these."""
    resource = graph.get(f"/servicePrincipals(appId='{GRAPH_APP}')?$select=id") or {}
    granted = graph.list(f"/oauth2PermissionGrants?{where('clientId', principal)}")
    for each in granted:
        more = set(each["scope"].split()) - set(scopes)
        if more:
            raise ForeignError(
                f"{name} was granted {' '.join(sorted(more))}: with more than OIDC scopes a password alone no longer "
                "signs applicants in; remove that consent"
            )
    ours = [each for each in granted if each["consentType"] == "AllPrincipals"]
    if any(set(each["scope"].split()) == set(scopes) for each in ours):
        graph.same(f"enterprise application {name}: consent to {' '.join(scopes)}")
        return
    scope = {"scope": " ".join(scopes)}
    if ours:
        path, method, body = f"/oauth2PermissionGrants/{ours[0]['id']}", "PATCH", scope
    else:
        path, method = "/oauth2PermissionGrants", "POST"
        body = {
            "clientId": principal,
            "consentType": "AllPrincipals",
            "resourceId": resource.get("id", ""),
        } | scope
    graph.write(
        f"enterprise application {name}: consent to {scope['scope']} for everybody", method, path, body
    )


def same(wanted_value: object, found: object) -> bool:
    """Whether what is wanted stands there already; what Graph adds to an object of its own does not count."""
    if isinstance(wanted_value, Mapping):
        return isinstance(found, Mapping) and all(
            same(value, found.get(key)) for key, value in wanted_value.items()
        )
    if isinstance(wanted_value, list) and wanted_value:
        return _same_list(wanted_value, found)
    if not wanted_value:  # Graph leaves out, or answers with null, what is empty or off
        return not found
    return wanted_value == found


def _same_list(wanted_values: list[Any], found: object) -> bool:
    """Order does not count: Graph does not keep it."""
    if not isinstance(found, list) or len(found) != len(wanted_values):
        return False
    return all(any(same(each, other) for other in found) for each in wanted_values)
