"""What each app registration is to look like: applicants, staff, the API, the flow of Microsoft Forms, the workflows that deploy.

One registration deploys to one environment: with one for all, whoever may run a workflow in the least guarded environment would
hold what deploys to the one whose reviewers must agree.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from infra.entra.graph import Json
from infra.entra.plan import ROLES, Plan

DEPLOY = "deploy-"
"""Begins the key of the registration of an environment."""


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Whose tokens stand for the registration instead of a secret."""

    name: str
    issuer: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What one registration is to look like.

    Attributes:
        key: Ends its name, and its unique name.
        body: What of it is set.
        assigned_only: Only who was assigned to it gets a token.
        scopes: Delegated OIDC scopes consented to for everybody.
        trusts: Whose tokens stand for it.
        is_api: It has a URI of its own.
        secrets: It may hold a secret or certificate: nothing that the plan names stands for it.
    """

    key: str
    body: Json
    assigned_only: bool
    scopes: tuple[str, ...] = ()
    trusts: tuple[Trust, ...] = ()
    is_api: bool = False
    secrets: bool = False


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
            secrets=not trusts,
        ),
        Registration(
            key="staff",
            body=people | {"appRoles": [_role(plan, each, "User") for each in ROLES]},
            assigned_only=True,
            scopes=("openid", "profile"),
            trusts=trusts,
            secrets=not trusts,
        ),
    ]
    if plan.flow or plan.frontends:
        made.append(Registration(key="api", body=_api(plan), assigned_only=False, is_api=True))
    if plan.flow:
        made.append(
            Registration(
                key="forms-flow", body={"signInAudience": "AzureADMyOrg"}, assigned_only=True, secrets=True
            )
        )
    repository, environments = plan.github
    made += [_deploys(repository, each) for each in environments]
    return made


def _deploys(repository: str, environment: str) -> Registration:
    trust = Trust(
        name=environment,
        issuer="https://token.actions.githubusercontent.com",
        subject=f"repo:{repository}:environment:{environment}",
    )
    return Registration(
        key=f"{DEPLOY}{environment.lower()}",
        body={"signInAudience": "AzureADMyOrg"},
        assigned_only=True,
        trusts=(trust,),
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
