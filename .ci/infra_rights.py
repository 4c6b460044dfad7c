"""Who may do what by these templates: every right, role and identity, word for word; another one needs a change here as well."""

import re
from collections.abc import Iterator
from typing import Any

import infra_fixed
from bicep_files import Estate, Template, body, said, spoken, values

from shared import names

_ENOUGH = 30
"""Letters of a reason: "needed" is none."""

MAY: dict[str, dict[str, set[str]]] = {
    "web": {
        "rowsAsk": {"requests", "accesses"},
        "rowsCount": {"limits"},
        "rowsRead": {"applications", "locks"},
        "messagesSend": {"review", "issuance", "mail"},
        "blobsAdd": {"photosContainer"},
        "blobsRead": {"headsContainer"},
    },
    "worker": {
        "rowsKeep": {"applications", "due", "locks", "photoprints"},
        "rowsErase": {"requests", "limits"},
        "rowsRead": {"accesses"},
        "messagesWork": set(names.QUEUES),
        "blobsErase": {"photosContainer"},
        "blobsAdd": {"headsContainer"},
        "blobsKeep": {"backupsContainer"},
    },
    "courier": {"messagesSend": {"delivery-reports"}},
    "operator": {"rowsRead": {"locks"}},
    "auditor": {"rowsRead": {"applications"}, "blobsRead": {"headsContainer"}},
}
"""All that each of them may do, in tables, queues and containers. A new right belongs here and into the threat model."""

OWN_ROLES: dict[str, tuple[str, str]] = {
    "rowsAsk": ("rows", "read add/action"),
    "rowsCount": ("rows", "read add/action update/action"),
    "rowsErase": ("rows", "read delete"),
    "rowsKeep": ("rows", "read write delete add/action update/action"),
    "messagesWork": ("messages", "read write delete add/action process/action"),
    "blobsAdd": ("blobs", "read add/action"),
    "blobsErase": ("blobs", "read delete"),
    "blobsKeep": ("blobs", "read write delete add/action"),
}
"""What each of our own roles may do with the data, and nothing else."""

_ACTIONS = {"messagesWork": ["Microsoft.Storage/storageAccounts/queueServices/queues/read"]}
"""What they may do beside that: the length of a queue."""

BUILT_IN = {
    "rowsRead": "76199698-9eea-4c19-bc75-cec21354c6b6",
    "messagesSend": "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a",
    "blobsRead": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "blobsOwn": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "secretRead": "4633458b-17de-408a-b874-0445c86b69e6",
    "metricsSend": "3913510d-42f4-4e42-8a64-420c390055eb",
    "mailSend": "09976791-48a7-449e-bb21-39d1a415f350",
}
"""Ids of built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles."""

ALWAYS_IN_GRAPH = {
    "UserAuthMethod-TAP.ReadWrite.All",
    "UserAuthenticationMethod.Read.All",
    "User.Read.All",
    "GroupMember.Read.All",
    "RoleManagement.Read.Directory",
    "Policy.Read.AuthenticationMethod",
    "User.RevokeSessions.All",
}
REMOVABLE_IN_GRAPH = {
    "phone": "UserAuthMethod-Phone.ReadWrite.All",
    "microsoftAuthenticator": "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
    "softwareOath": "UserAuthMethod-SoftwareOATH.ReadWrite.All",
    "fido2": "UserAuthMethod-Passkey.ReadWrite.All",
    "windowsHelloForBusiness": "UserAuthMethod-WindowsHello.ReadWrite.All",
    "platformCredential": "UserAuthMethod-PlatformCred.ReadWrite.All",
}
"""App roles of worker in Microsoft Graph: never one that covers every method, every group or the directory."""


def faults(estate: Estate) -> Iterator[str]:
    """Every right that is not as it must be, with its file."""
    for name, each in estate.templates.items():
        for fault in [*_assignments(name, each), *_grants(name, each), *_graph(name, each)]:
            yield f"{name}: {fault}"
    yield from _fixed(estate)
    yield from _roles(estate)
    yield from _rights(estate)
    yield from _purge(estate)


def _fixed(estate: Estate) -> Iterator[str]:
    for name, declaration, path, wanted in infra_fixed.TEXTS:
        if said(estate.templates[name], declaration, path) != [spoken(wanted)]:
            where = f"{declaration}, {path}" if path else declaration
            yield f"{name}: {where} must be {' '.join(wanted.split())}"


def _roles(estate: Estate) -> Iterator[str]:
    definitions = estate.templates["roles.bicep"].declared("variables")["definitions"]["value"]
    for each in definitions:
        key = each["key"]
        thing, verbs = OWN_ROLES.get(key, ("", ""))
        wanted = [f"${{{thing}}}/{verb}" for verb in verbs.split()]
        if sorted(each["dataActions"]) != sorted(wanted) or each["actions"] != _ACTIONS.get(key, []):
            yield f"roles.bicep: {key} may do {verbs or 'nothing'}, no more and no less"
    if [each["key"] for each in definitions] != list(OWN_ROLES):
        yield f"roles.bicep: the roles are {', '.join(OWN_ROLES)}"
    lines = estate.templates["rbac.bicep"].declared("variables")["builtIn"]["value"]
    for key in sorted({*lines, *BUILT_IN}):
        named = list(values(lines.get(key), "resource_name_1"))
        if named != [BUILT_IN.get(key)]:
            yield f"rbac.bicep: the built-in role {key} must be {BUILT_IN.get(key)}"


def _purge(estate: Estate) -> Iterator[str]:
    default = estate.templates["main.bicep"].declared("parameters")["vaultPurgeProtection"].get("default")
    if default is not True:
        yield "main.bicep: the vault is protected from purging unless a parameter file says otherwise"
    for name, each in estate.parameters.items():
        if name.startswith(("prod.", "test.")) and "vaultPurgeProtection" in each.declared("variables"):
            yield f"{name}: the vault keeps its protection from purging"


def grants(template: Template) -> list[dict[str, Any]]:
    """The lines of rbac.bicep's tables: who, on, may, why."""
    found = [
        each["value"] for name, each in template.declared("variables").items() if name.startswith("every")
    ]
    return [grant for table in found for grant in table]


def _assignments(name: str, template: Template) -> Iterator[str]:
    for symbol, resource in template.declared("resources").items():
        if resource["type"] != "Microsoft.Authorization/roleAssignments":
            continue
        if name != "rbac.bicep":
            yield f"{symbol}: role assignments belong into rbac.bicep"
        elif symbol not in infra_fixed.ASSIGNMENTS:
            yield f"{symbol}: nobody knows this assignment"
        why = body(resource).get("properties", {}).get("description", "")
        from_table = "description: grant.why" in template.text and not isinstance(why, str)
        if not from_table and len(str(why)) < _ENOUGH:
            yield f"{symbol}: the assignment has no reason"
        scope = re.search(rf"resource {symbol} [^{{]*{{\s*scope: (\w+)", template.text)
        on = template.declared("resources").get(scope[1] if scope else "", {})
        if not on.get("existing"):
            yield f"{symbol}: the assignment has no scope of one resource"
        elif (
            on["type"] in {"Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults"}
            and scope
            and scope[1] != "hosts"
        ):
            yield f"{symbol}: the scope is wider than one table, queue, container or secret"


def _grants(name: str, template: Template) -> Iterator[str]:
    if name != "rbac.bicep":
        return
    for grant in grants(template):
        who, on, may = (str(grant.get(each)) for each in ("who", "on", "may"))
        if len(str(grant.get("why", ""))) < _ENOUGH:
            yield f"{who} on {on}: the assignment has no reason"
        if on not in MAY.get(who, {}).get(may, set()):
            yield f"{who} may not have {may} on {on}"


def _graph(name: str, template: Template) -> Iterator[str]:
    theirs = [
        s for s, each in template.declared("resources").items() if each["type"].startswith("Microsoft.Graph/")
    ]
    if name != "graph.bicep":
        yield from (f"{symbol}: what gives rights in Graph belongs into graph.bicep" for symbol in theirs)
        for symbol, module in template.declared("modules").items():
            if module["detail"]["path"] == "graph.bicep":
                asked = re.search(
                    rf"module {symbol} [^{{]*{{.*?workerPrincipalId: ([\w.]+)", template.text, re.DOTALL
                )
                if not asked or asked[1] != "identities.outputs.worker.principalId":
                    yield f"module {symbol}: rights in Graph are for worker alone"
        return
    principals = [str(each) for each in values(template.tree.get("resources", {}), "principalId")]
    if principals != ["workerPrincipalId"]:
        yield "rights in Graph are for worker alone"
    lists = template.declared("variables")
    always, removable = lists["always"]["value"], lists["removable"]["value"]
    yield from (
        f"{line.get('role')}: the role has no reason"
        for line in [*always, *removable]
        if len(str(line.get("why", ""))) < _ENOUGH - 10
    )
    for role in sorted({str(each["role"]) for each in always} ^ ALWAYS_IN_GRAPH):
        yield f"worker may have {role} in Graph, or should, not both"
    kinds = {(str(each["kind"]), str(each["role"])) for each in removable}
    for kind, role in sorted(kinds ^ set(REMOVABLE_IN_GRAPH.items())):
        yield f"worker may have {role} in Graph for {kind}, or should, not both"


def _rights(estate: Estate) -> Iterator[str]:
    """What each app may read and erase is what the code says of it; the doctor tries the same in an environment."""
    lines = grants(estate.templates["rbac.bicep"])
    said = estate.templates["main.bicep"].declared("variables")
    erasing = {"rowsErase", "rowsKeep", "blobsErase", "blobsKeep"}
    for who, reads, erases in (
        ("web", {*names.READ_BY_WEB, *names.READ_BY_WEB_AS_BLOBS}, set[str]()),
        (
            "worker",
            {*names.READ_BY_WORKER, *names.CONTAINERS},
            {*names.CHANGED_BY_WORKER, *names.ERASED_BY_WORKER},
        ),
    ):
        mine = [each for each in lines if each["who"] == who and not each["may"].startswith("messages")]
        readable = {said[on]["value"] if (on := each["on"]) in said else on for each in mine}
        erasable = {
            said[on]["value"] if (on := each["on"]) in said else on for each in mine if each["may"] in erasing
        }
        yield from (
            f"rbac.bicep: {who} may read {each}, or should, not both" for each in sorted(readable ^ reads)
        )
        yield from (
            f"rbac.bicep: {who} may erase in {each}, or should, not both"
            for each in sorted(erasable ^ erases)
        )
