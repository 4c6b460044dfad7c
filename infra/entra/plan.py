"""Reads and checks the plan file: what this tenant's set-up is to look like."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

ROLES = ("Reviewer", "OfficeClerk", "Operator", "Auditor")
"""App roles of staff, as ``shared.domain.kinds.Role`` spells them (a test compares)."""

STRENGTHS = {
    "mfa": "00000000-0000-0000-0000-000000000002",
    "passwordless": "00000000-0000-0000-0000-000000000003",
    "phishing_resistant": "00000000-0000-0000-0000-000000000004",
}
"""Built-in authentication strengths: https://learn.microsoft.com/graph/api/resources/authenticationstrengthpolicy"""

TAP_FIELDS = {
    "state": str,
    "minimumLifetimeInMinutes": int,
    "maximumLifetimeInMinutes": int,
    "defaultLifetimeInMinutes": int,
    "defaultLength": int,
    "isUsableOnce": bool,
}


class WrongPlanError(Exception):
    """The plan file cannot be used; the text says what is wrong, all at once."""


class ForeignError(Exception):
    """Something that this must not touch or build upon; the text says what, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is wanted.

    Attributes:
        tenant_id: The tenant this may touch; another one is refused.
        base_url: Public address of ``web``.
        name: Beginning of the display names, and of the unique names by which objects are found again.
        owners: Object ids of people who may own the registrations, besides whoever runs this.
        web_identity: Object (principal) id of the managed identity of ``web``; empty: it does not exist yet.
        flow: Whether there is a flow of Microsoft Forms.
        frontends: Whether other frontends may be allowed: the scope of the API.
        github: The repository that deploys as the subject of its tokens names it (``owner/name``, or ``owner@id/name@id``:
            https://learn.microsoft.com/entra/workload-id/workload-identities-github-immutable-subjects), and the environments'
            names, letter by letter; empty: none.
        role_assignable: Whether the groups are role-assignable: only few administrators can then change who is in them.
        protected_groups: Further groups of protected accounts that exist already.
        tap: Fields of the Temporary Access Pass policy that this sets; every other one stays.
        contexts: Authentication contexts: setting's name to id such as ``c1``, display name, strength and hours.
        security_info: Whether to add the policy for registering security information (only reporting, at first).
    """

    tenant_id: str
    base_url: str
    name: str
    owners: tuple[str, ...]
    web_identity: str
    flow: bool
    frontends: bool
    github: tuple[str, tuple[str, ...]]
    role_assignable: bool
    protected_groups: tuple[str, ...]
    tap: dict[str, Any]
    contexts: dict[str, "Context"]
    security_info: bool


@dataclass(frozen=True, kw_only=True)
class Context:
    """One authentication context and the rule behind it; ``hours`` 0: signing in anew each time."""

    id: str
    display_name: str
    strength: str
    hours: int


def read_plan(path: Path) -> Plan:
    """Read the plan.

    Raises:
        WrongPlanError: it cannot be read, or something in it is missing, unknown or wrong.
    """
    try:
        given = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WrongPlanError(f"{path}: {error}") from None
    if not isinstance(given, dict):
        raise WrongPlanError(f"{path}: not a JSON object")
    wrong = _wrong(given)
    if wrong:
        raise WrongPlanError("\n".join(f"{path}: {each}" for each in wrong))
    github = given.get("github") or {}
    return Plan(
        tenant_id=given["tenant_id"].lower(),
        base_url=given["base_url"].rstrip("/"),
        name=given.get("name", "reregister"),
        owners=tuple(each.lower() for each in given.get("owners", ())),
        web_identity=given.get("web_identity", "").lower(),
        flow=given.get("flow", False),
        frontends=given.get("frontends", False),
        github=(github.get("repository", ""), tuple(github.get("environments", ()))),
        role_assignable=given.get("role_assignable", True),
        protected_groups=tuple(each.lower() for each in given.get("protected_groups", ())),
        tap=given.get("tap", {}),
        contexts={name: Context(**each) for name, each in given.get("contexts", {}).items()},
        security_info=given.get("security_info", False),
    )


_REPOSITORY = re.compile(r"[\w.-]+(@\d+)?/[\w.-]+(@\d+)?", re.ASCII)
_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_KNOWN: dict[str, type] = {
    "tenant_id": str,
    "base_url": str,
    "name": str,
    "owners": list,
    "web_identity": str,
    "flow": bool,
    "frontends": bool,
    "github": dict,
    "role_assignable": bool,
    "protected_groups": list,
    "tap": dict,
    "contexts": dict,
    "security_info": bool,
}
_CONTEXT: dict[str, type] = {"id": str, "display_name": str, "strength": str, "hours": int}


def _wrong(given: dict[str, Any]) -> list[str]:
    wrong = [f"{name} is missing" for name in ("tenant_id", "base_url") if name not in given]
    wrong += [f"{name} is not known" for name in given if name not in _KNOWN]
    mistyped = [
        f"{name} must be {kind.__name__}"
        for name, kind in _KNOWN.items()
        if name in given and type(given[name]) is not kind
    ]
    if wrong or mistyped:
        return wrong + mistyped
    ids = [given["tenant_id"], *given.get("owners", ()), *given.get("protected_groups", ())]
    ids += [given["web_identity"]] if given.get("web_identity") else []
    wrong += [f"{each!r} is not an id (such as 8a1c…-…)" for each in ids if not _is_id(each)]
    if urlsplit(given["base_url"]).scheme != "https":
        wrong.append("base_url must begin with https://")
    wrong += _wrong_github(given.get("github") or {})
    for name, value in given.get("tap", {}).items():
        if type(value) is not TAP_FIELDS.get(name):
            wrong.append(f"tap.{name} is not known, or of another kind")
    for name, each in given.get("contexts", {}).items():
        wrong += _wrong_context(name, each)
    return wrong


def _wrong_github(github: dict[str, Any]) -> list[str]:
    if not github:
        return []
    repository, environments = github.get("repository"), github.get("environments")
    if set(github) != {"repository", "environments"} or not isinstance(environments, list):
        return ["github must hold repository and environments"]
    wrong = []
    if not (isinstance(repository, str) and _REPOSITORY.fullmatch(repository)):
        wrong.append("github.repository must be owner/name, or owner@id/name@id")
    named = [each for each in environments if isinstance(each, str) and _ENVIRONMENT.fullmatch(each)]
    if not named or len(named) != len(environments) or len({each.lower() for each in named}) != len(named):
        wrong.append("github.environments must be different names of letters, digits and -")
    return wrong


def _wrong_context(name: str, each: object) -> list[str]:
    if name not in {"STAFF_AUTH_CONTEXT", "LINK_AUTH_CONTEXT"}:
        return [f"contexts.{name} is no setting of the service"]
    if not isinstance(each, dict) or {key: type(value) for key, value in each.items()} != _CONTEXT:
        return [f"contexts.{name} must hold id, display_name, strength and hours"]
    if each["strength"] not in STRENGTHS:
        return [f"contexts.{name}.strength must be one of {', '.join(STRENGTHS)}"]
    if not (each["id"][:1] == "c" and each["id"][1:].isdigit() and 1 <= int(each["id"][1:]) <= 99):  # noqa: PLR2004
        return [f"contexts.{name}.id must be c1 to c99"]
    return []


def _is_id(value: object) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False
