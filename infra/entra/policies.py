"""Policies: authentication contexts with the rule behind each, Temporary Access Pass, registering security information.

A context without an enabled policy is worse than none: Entra then puts it into a token without asking for anything ("if no
Conditional Access policy is assigned to an ACRS value the claim may still be issued",
https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context). So these policies
are made enabled, exclude nobody, and are switched on again if somebody switched them off. They reach only sign-ins that ask for
the context. The policy for security information reaches everybody: it is made in report-only mode, and a person switches it on.
"""

from typing import Any

from infra.entra.graph import Graph, Json, where
from infra.entra.plan import STRENGTHS, Context, Plan
from infra.entra.registrations import ForeignError, same

_TAP = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass"
_CONTEXTS = "/identity/conditionalAccess/authenticationContextClassReferences"
_POLICIES = "/identity/conditionalAccess/policies"
_REPORTING = "enabledForReportingButNotEnforced"


def settle(graph: Graph, plan: Plan) -> None:
    """Bring the policies to what is wanted.

    Raises:
        ForeignError: an authentication context is used for something else already.
        GraphRefusedError: Graph refused.
    """
    for each in plan.contexts.values():
        _context(graph, each)
        _rule(graph, each)
    if plan.security_info:
        _security_info(graph, plan)
    if plan.tap:
        _tap(graph, plan.tap)


def _context(graph: Graph, context: Context) -> None:
    path = f"{_CONTEXTS}/{context.id}"
    found = graph.get(path)
    what = f"authentication context {context.id} ({context.display_name})"
    if found is not None and found.get("displayName") != context.display_name:
        raise ForeignError(
            f"authentication context {context.id} is '{found.get('displayName')}' already: take another id in the plan"
        )
    if found is not None and found.get("isAvailable"):
        graph.same(what)
        return
    body = {
        "displayName": context.display_name,
        "description": "Asked for by the account recovery service.",
        "isAvailable": True,
    }
    graph.write(f"{what}: {'publish' if found else 'create'}", "PATCH", path, body)


def _rule(graph: Graph, context: Context) -> None:
    frequency: Json = {
        "isEnabled": True,
        "authenticationType": "primaryAndSecondaryAuthentication",
        "frequencyInterval": "timeBased" if context.hours else "everyTime",
    }
    if context.hours:
        frequency |= {"type": "hours", "value": context.hours}
    wanted: Json = {
        "displayName": context.display_name,
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": {
                "includeApplications": [],
                "includeAuthenticationContextClassReferences": [context.id],
            },
            "users": {"includeUsers": ["All"], "excludeUsers": [], "excludeGroups": [], "excludeRoles": []},
        },
        "grantControls": {"operator": "OR", "authenticationStrength": {"id": STRENGTHS[context.strength]}},
        "sessionControls": {"signInFrequency": frequency},
    }
    what = f"Conditional Access {context.display_name}"
    found = _only(graph, context.display_name)
    if found is None:
        graph.write(f"{what}: create, enabled", "POST", _POLICIES, wanted)
    elif same(wanted, found):
        graph.same(what)
    else:
        differing = sorted(field for field, value in wanted.items() if not same(value, found.get(field)))
        graph.write(f"{what}: set {', '.join(differing)}", "PATCH", f"{_POLICIES}/{found['id']}", wanted)


def _security_info(graph: Graph, plan: Plan) -> None:
    name = f"{plan.name}: registering security information"
    found = _only(graph, name)
    if found is None:
        body = {
            "displayName": name,
            "state": _REPORTING,
            "conditions": {
                "clientAppTypes": ["all"],
                "applications": {"includeUserActions": ["urn:user:registersecurityinfo"]},
                "users": {"includeUsers": ["All"]},
            },
            "grantControls": {"operator": "OR", "authenticationStrength": {"id": STRENGTHS["mfa"]}},
        }
        graph.write(f"Conditional Access {name}: create, report-only", "POST", _POLICIES, body)
        return
    graph.same(f"Conditional Access {name}")
    if found.get("state") != "enabled":
        graph.note(f"Conditional Access {name} is not enforced yet: a person switches it on (docs/deploy.md)")


def _only(graph: Graph, name: str) -> Json | None:
    found = graph.list(f"{_POLICIES}?{where('displayName', name)}")
    if len(found) > 1:
        raise ForeignError(
            f"{len(found)} Conditional Access policies are called '{name}': rename or delete one"
        )
    return found[0] if found else None


def _tap(graph: Graph, wanted: dict[str, Any]) -> None:
    """Set what the plan names; who is included and excluded is for the tenant's people to decide."""
    found = graph.get(_TAP) or {}
    differing = {field: value for field, value in wanted.items() if found.get(field) != value}
    if differing:
        said = ", ".join(
            f"{field} {found.get(field)} -> {value}" for field, value in sorted(differing.items())
        )
        kind = {"@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration"}
        graph.write(f"Temporary Access Pass policy: {said}", "PATCH", _TAP, kind | differing)
    else:
        graph.same("Temporary Access Pass policy")
    if not (found.get("includeTargets") or ()):
        graph.note(
            "Temporary Access Pass policy includes nobody: choose its target groups in the admin centre"
        )
