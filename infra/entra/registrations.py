"""App registrations: applicants, staff, the API, the flow of Microsoft Forms, the repository that deploys.

Found again by ``uniqueName``, which only the service that made them can set and nobody can change
(https://learn.microsoft.com/graph/api/application-upsert); a display name anybody could copy. Before one is touched its owners
are looked at: who owns a registration can add a secret to it and sign in as it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from infra.entra.graph import TO_COME, Graph, Json, where
from infra.entra.plan import ROLES, Plan

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
_EXCHANGE = "api://AzureADTokenExchange"
_READ = (
    "id,appId,displayName,signInAudience,web,spa,publicClient,isFallbackPublicClient,api,appRoles,optionalClaims,"
    "identifierUris,requiredResourceAccess,passwordCredentials,keyCredentials"
)


class ForeignError(Exception):
    """Something that this must not touch or build upon; the text says what, and what to do."""


@dataclass(frozen=True)
class Made:
    """A registration with its service principal."""

    id: str
    client_id: str
    principal: str


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whose tokens stand for the registration instead of a secret."""

    name: str
    issuer: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What one registration is to look like. ``scopes`` are delegated OIDC scopes consented to for everybody."""

    key: str
    body: Json
    assigned_only: bool
    scopes: tuple[str, ...] = ()
    trusts: tuple[Trust, ...] = field(default=())
    is_api: bool = False


def wanted(plan: Plan) -> list[Registration]:
    """Every registration of the plan, in the order in which they are made."""
    trusts: tuple[Trust, ...] = ()
    if plan.web_identity:
        issuer = f"https://login.microsoftonline.com/{plan.tenant_id}/v2.0"
        trusts = (Trust(name="web", issuer=issuer, subject=plan.web_identity),)
    people = {
        "signInAudience": "AzureADMyOrg",
        "isFallbackPublicClient": False,
        "spa": {"redirectUris": []},
        "publicClient": {"redirectUris": []},
        "web": {
            "redirectUris": [f"{plan.base_url}/auth/callback", f"{plan.base_url}/"],
            "implicitGrantSettings": {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False},
        },
    }
    made = [
        Registration(
            key="applicants",
            body=people | {"optionalClaims": _claims("auth_time")},
            assigned_only=False,
            scopes=("openid", "profile"),
            trusts=trusts,
        ),
        Registration(
            key="staff",
            body=people | {"appRoles": [_role(plan, each, "User") for each in ROLES]},
            assigned_only=True,
            scopes=("openid", "profile"),
            trusts=trusts,
        ),
    ]
    if plan.flow or plan.frontends:
        made.append(Registration(key="api", body=_api(plan), assigned_only=False, is_api=True))
    if plan.flow:
        made.append(
            Registration(key="forms-flow", body={"signInAudience": "AzureADMyOrg"}, assigned_only=True)
        )
    repository, environments = plan.github
    if repository:
        trusted = tuple(
            Trust(
                name=each,
                issuer="https://token.actions.githubusercontent.com",
                subject=f"repo:{repository}:environment:{each}",
            )
            for each in environments
        )
        made.append(
            Registration(
                key="deploy", body={"signInAudience": "AzureADMyOrg"}, assigned_only=True, trusts=trusted
            )
        )
    return made


def settle(graph: Graph, plan: Plan, me: str) -> dict[str, Made]:
    """Bring every registration to what is wanted; nothing is ever deleted.

    Raises:
        ForeignError: a registration has an owner, secret or trust that the plan does not know.
        GraphRefusedError: Graph refused.
    """
    return {each.key: _settle(graph, plan, each, me) for each in wanted(plan)}


def _settle(graph: Graph, plan: Plan, wanted_one: Registration, me: str) -> Made:
    name = f"{plan.name} {wanted_one.key}"
    key = f"{plan.name}-{wanted_one.key}"
    path = f"/applications(uniqueName='{key}')"
    found = graph.get(f"{path}?$select={_READ}")
    body = wanted_one.body | {"displayName": name}
    if found is None:
        app = graph.write(f"registration {name}: create", "PATCH", path, body, upsert=True)
    else:
        _no_strangers(graph, plan, found, wanted_one, me)
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
    principal = _principal(graph, name, client_id, assigned_only=wanted_one.assigned_only)
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


def _no_strangers(graph: Graph, plan: Plan, found: Json, wanted_one: Registration, me: str) -> None:
    """Nobody but those whom the plan names may be able to sign in as this registration."""
    name = found["displayName"]
    known = {*plan.owners, me}
    strangers = [
        each["id"] for each in graph.list(f"/applications/{found['id']}/owners") if each["id"] not in known
    ]
    trusted = {(each.issuer, each.subject) for each in wanted_one.trusts}
    foreign = [
        each["name"]
        for each in graph.list(f"/applications/{found['id']}/federatedIdentityCredentials")
        if (each["issuer"], each["subject"]) not in trusted
    ]
    if strangers:
        raise ForeignError(f"registration {name} has an owner who is not in the plan: {', '.join(strangers)}")
    if foreign:
        raise ForeignError(
            f"registration {name} trusts something that is not in the plan: {', '.join(foreign)}"
        )
    secrets = [*(found.get("passwordCredentials") or ()), *(found.get("keyCredentials") or ())]
    for each in secrets:
        graph.note(
            f"registration {name}: a secret or certificate ends {each.get('endDateTime', '?')}; known to you?"
        )


def _trust(graph: Graph, name: str, app_id: str, trust: Trust) -> None:
    path = f"/applications/{app_id}/federatedIdentityCredentials"
    body = {"name": trust.name, "issuer": trust.issuer, "subject": trust.subject, "audiences": [_EXCHANGE]}
    if any(same(body, each) for each in graph.list(path)):
        graph.same(f"registration {name}: trusts {trust.name}")
        return
    graph.write(f"registration {name}: trust {trust.name} ({trust.subject})", "POST", path, body)


def _principal(graph: Graph, name: str, client_id: str, *, assigned_only: bool) -> str:
    path = f"/servicePrincipals(appId='{client_id}')"
    found = None if client_id == TO_COME else graph.get(f"{path}?$select=id,appRoleAssignmentRequired")
    wanted_one = {"appRoleAssignmentRequired": assigned_only}
    if found is None:
        made = graph.write(f"enterprise application {name}: create", "PATCH", path, wanted_one, upsert=True)
        return str(made.get("id", TO_COME))
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


def _api(plan: Plan) -> Json:
    scopes = [_scope(plan)] if plan.frontends else []
    roles = [_role(plan, "Forms.Submit", "Application")] if plan.flow else []
    return {
        "signInAudience": "AzureADMyOrg",
        "api": {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": scopes},
        "appRoles": roles,
    }


def _claims(*names: str) -> Json:
    return {"idToken": [{"name": each, "essential": True} for each in names]}


def role_id(plan: Plan, value: str) -> str:
    """Id of an app role or scope: made of its name, so that a second run makes the same one."""
    return str(uuid5(NAMESPACE_URL, f"{plan.tenant_id}/{plan.name}/{value}"))


def _role(plan: Plan, value: str, member: str) -> Json:
    return {
        "id": role_id(plan, value),
        "value": value,
        "displayName": value,
        "description": f"{plan.name}: {value}",
        "allowedMemberTypes": [member],
        "isEnabled": True,
    }


def _scope(plan: Plan) -> Json:
    return {
        "id": role_id(plan, "Applications.Submit"),
        "value": "Applications.Submit",
        "type": "User",
        "isEnabled": True,
        "adminConsentDisplayName": "Apply for the signed-in person",
        "adminConsentDescription": "Send an application of the signed-in person and read how it stands.",
        "userConsentDisplayName": "Apply for you",
        "userConsentDescription": "Send your application and read how it stands.",
    }


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
