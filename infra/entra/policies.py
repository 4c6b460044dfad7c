"""Policies: authentication contexts with the rule behind each, Temporary Access Pass, registering security information.

A context without an enabled policy is worse than none: Entra then puts it into a token without asking for anything ("if no
Conditional Access policy is assigned to an ACRS value the claim may still be issued",
https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context). So these policies
are made enabled, exclude nobody, and are switched on again if somebody switched them off. They reach only sign-ins that ask for
the context. A condition more (trusted locations, a platform, a risk) is an exclusion by another name, and a control more beside
the strength is a way around it: both are taken away, and what this does not know stops it. Session controls beside the sign-in
frequency let nobody in and stay. The policy for security information reaches everybody: it is made in report-only mode, a person
switches it on and chooses its exclusions, and of what else was changed in it this only tells.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.entra.graph import Graph, Json, where
from infra.entra.plan import STRENGTHS, Context, ForeignError, Plan
from infra.entra.registrations import same

_TAP = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass"
_CONTEXTS = "/identity/conditionalAccess/authenticationContextClassReferences"
_POLICIES = "/identity/conditionalAccess/policies"
_REPORTING = "enabledForReportingButNotEnforced"
_OTHERS: Json = {
    "conditions": {
        "locations": None,
        "platforms": None,
        "devices": None,
        "clientApplications": None,
        "authenticationFlows": None,
        "insiderRiskLevels": None,
        "userRiskLevels": [],
        "signInRiskLevels": [],
        "servicePrincipalRiskLevels": [],
        "applications": {
            "includeApplications": [],
            "excludeApplications": [],
            "includeUserActions": [],
            "includeAuthenticationContextClassReferences": [],
            "applicationFilter": None,
        },
        "users": {
            "excludeUsers": [],
            "includeGroups": [],
            "excludeGroups": [],
            "includeRoles": [],
            "excludeRoles": [],
            "includeGuestsOrExternalUsers": None,
            "excludeGuestsOrExternalUsers": None,
        },
    },
    "grantControls": {"builtInControls": [], "customAuthenticationFactors": [], "termsOfUse": []},
}
"""Every other condition and control that Graph v1.0 knows, as it is when it says nothing; sent only against one that says
something: https://learn.microsoft.com/graph/api/resources/conditionalaccessconditionset and ``…accessgrantcontrols``."""
_BY_PEOPLE = ("state", "conditions.users.exclude")
"""What people decide of the policy for security information."""


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
        return
    whole = _without_others(wanted, found, _OTHERS)
    if unknown := list(_unknown(whole, found)):
        raise ForeignError(
            f"{what} has {', '.join(unknown)}, which this does not know: Entra may give out the context without asking for "
            "anything; take it away"
        )
    differing = list(_differing(whole, found))
    if differing:
        graph.write(f"{what}: set {', '.join(differing)}", "PATCH", f"{_POLICIES}/{found['id']}", whole)
    else:
        graph.same(what)


def _security_info(graph: Graph, plan: Plan) -> None:
    name = f"{plan.name}: registering security information"
    found = _only(graph, name)
    body: Json = {
        "displayName": name,
        "state": _REPORTING,
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": {"includeUserActions": ["urn:user:registersecurityinfo"]},
            "users": {"includeUsers": ["All"]},
        },
        "grantControls": {"operator": "OR", "authenticationStrength": {"id": STRENGTHS["mfa"]}},
    }
    if found is None:
        graph.write(f"Conditional Access {name}: create, report-only", "POST", _POLICIES, body)
        return
    whole = _without_others(body, found, _OTHERS)
    changed = [*_differing(whole, found), *_unknown(whole, found)]
    if changed := [each for each in changed if not each.startswith(_BY_PEOPLE)]:
        graph.note(f"Conditional Access {name} is not as it was made: {', '.join(changed)}; is that meant?")
    else:
        graph.same(f"Conditional Access {name}")
    if found.get("state") != "enabled":
        graph.note(f"Conditional Access {name} is not enforced yet: a person switches it on (docs/deploy.md)")


def _without_others(wanted: Json, found: Mapping[str, Any], others: Json) -> Json:
    """What is wanted, and empty whatever else says something."""
    whole = dict(wanted)
    for name, empty in others.items():
        there = found.get(name)
        if isinstance(empty, dict):
            whole[name] = _without_others(wanted.get(name, {}), there or {}, empty)
        elif name not in wanted and _says(there):
            whole[name] = empty
    return whole


def _unknown(whole: Json, found: Mapping[str, Any]) -> Iterator[str]:
    """Conditions and controls that say something and are neither wanted nor known, by their paths."""
    for part in ("conditions", "grantControls"):
        yield from _beyond(whole[part], found.get(part) or {}, part)


def _beyond(whole: Json, found: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, value in found.items():
        if "@" in name or not _says(value):
            continue
        if name not in whole:
            yield f"{path}.{name}"
        elif isinstance(whole[name], dict) and isinstance(value, dict) and name != "authenticationStrength":
            yield from _beyond(whole[name], value, f"{path}.{name}")


def _differing(wanted: Json, found: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, value in wanted.items():
        there = found.get(name)
        if same(value, there):
            continue
        if isinstance(value, dict) and isinstance(there, dict):
            yield from _differing(value, there, f"{path}{name}.")
        else:
            yield f"{path}{name}"


def _says(value: object) -> bool:
    """Whether a condition or control is set; Graph answers with null, an empty list or an object of such for one that is not."""
    if isinstance(value, Mapping):
        return any(_says(each) for name, each in value.items() if "@" not in name)
    return bool(value) and value != "none"


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
