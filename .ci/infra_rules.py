"""What these templates may not say, and the names that they share with the code."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bicep_files import Estate, Template, body, values

from shared import names
from shared.ports.telemetry import Metric
from shared.settings import Settings

_ENOUGH = 30
"""Letters of a reason: "needed" is none."""

_FORBIDDEN = """
FUNCTIONS_WORKER_RUNTIME FUNCTIONS_EXTENSION_VERSION SCM_DO_BUILD_DURING_DEPLOYMENT ENABLE_ORYX_BUILD
WEBSITE_RUN_FROM_PACKAGE WEBSITE_CONTENTSHARE WEBSITE_CONTENTAZUREFILECONNECTIONSTRING
WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT WEBSITE_TIME_ZONE TZ linuxFxVersion
"""
FORBIDDEN = frozenset(_FORBIDDEN.split())
"""Flex Consumption has no place for them: https://learn.microsoft.com/azure/azure-functions/functions-app-settings."""

_OF_THE_PLATFORM = re.compile(
    r"(AzureWebJobsStorage__(blobServiceUri|clientId|credential)|RecordsStorage__(clientId|credential)"
    r"|APPLICATIONINSIGHTS_AUTHENTICATION_STRING)"
)
_NEVER_IN_THE_CLOUD = {"RecordsStorage", "PhotosStorage"}
_SECRET_WORDS = re.compile(
    r"\blist[A-Z]\w*\(|\bgetSecret\b|[Cc]onnectionString|InstrumentationKey|\b(primary|secondary)(Shared)?Key\b"
)

MUST: dict[str, dict[str, object]] = {
    "Microsoft.Storage/storageAccounts": {
        "allowSharedKeyAccess": False, "allowBlobPublicAccess": False, "supportsHttpsTrafficOnly": True,
        "minimumTlsVersion": "TLS1_2", "allowCrossTenantReplication": False,
    },
    "Microsoft.Web/sites": {
        "httpsOnly": True, "minTlsVersion": "1.2", "scmMinTlsVersion": "1.2", "ftpsState": "Disabled",
        "functionsRuntimeAdminIsolationEnabled": True, "remoteDebuggingEnabled": False,
    },
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": {"allow": False},
    "Microsoft.Insights/components": {"DisableLocalAuth": True},
    "Microsoft.OperationalInsights/workspaces": {"disableLocalAuth": True},
    "Microsoft.Communication/communicationServices": {"disableLocalAuth": True},
    "Microsoft.KeyVault/vaults": {"enableRbacAuthorization": True, "enablePurgeProtection": True},
}  # fmt: skip
"""What a resource of each kind says, and how often: keys off, TLS 1.2 or later, no passwords."""

WEB_MAY = {
    "rowsAsk": {"requests", "accesses"},
    "rowsCount": {"limits"},
    "rowsRead": {"applications", "locks"},
    "messagesSend": {"review", "issuance", "mail"},
    "blobsAdd": {"photosContainer"},
    "blobsRead": {"headsContainer"},
}
"""All that web may do: it asks. A new right of web belongs here and into the threat model."""


def faults(estate: Estate) -> Iterator[str]:
    """Every broken rule, with its file."""
    for name, each in estate.templates.items():
        if each.problem:
            continue
        for fault in [
            *_secrets(each),
            *_shut(each),
            *_flex(each),
            *_assignments(name, each),
            *_grants(name, each),
            *_graph(name, each),
        ]:
            yield f"{name}: {fault}"
    for name, each in estate.parameters.items():
        yield from (f"{name}: {fault}" for fault in _flex(each))
    yield from _doors(estate)
    yield from _settings(estate)
    yield from _names(estate)
    yield from _rights(estate)


def _secrets(template: Template) -> Iterator[str]:
    secure = {
        name
        for name, spec in template.declared("parameters").items()
        if any(each["type"] == "secure" for each in spec.get("decorators", []))
    }
    for name in template.declared("outputs"):
        line = re.search(
            rf"^output {name}\b[^\n]*=(.*?)(?=^(?:@|output |resource |module |var |param )|\Z)",
            template.text,
            re.MULTILINE | re.DOTALL,
        )
        said = line[1] if line else ""
        if _SECRET_WORDS.search(said) or secure & set(re.findall(r"\w+", said)):
            yield f"output {name} gives a secret away"


def _shut(template: Template) -> Iterator[str]:
    for name, resource in template.declared("resources").items():
        if resource.get("existing"):
            continue
        for key, wanted in MUST.get(resource["type"], {}).items():
            said = list(values(body(resource), key))
            if said != [wanted]:
                yield f"{name}: {key} must be {wanted}"
    if template.name.endswith("photos.bicep"):
        kept = [
            *values(template.tree, "deleteRetentionPolicy"),
            *values(template.tree, "containerDeleteRetentionPolicy"),
        ]
        if [each.get("enabled") for each in kept] != [False, False]:
            yield "soft delete would keep a photo after its end"
        if list(values(template.tree, "isVersioningEnabled")) != [False]:
            yield "versions would keep a photo after its end"


def _doors(estate: Estate) -> Iterator[str]:
    modules = estate.templates["main.bicep"].declared("modules")
    if body(modules["worker"])["params"].get("publicDoor") is not False:
        yield "main.bicep: worker has a public door"


def _flex(template: Template) -> Iterator[str]:
    for token in template.tokens:
        if token.text in FORBIDDEN:
            yield f"line {token.line}: {token.text} has no place on this plan"


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
        said = body(resource)
        why = said.get("properties", {}).get("description", "")
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
        if who == "web" and on not in WEB_MAY.get(may, set()):
            yield f"web may not have {may} on {on}"


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
    said = [str(each) for each in values(template.tree.get("resources", {}), "principalId")]
    if said != ["workerPrincipalId"]:
        yield "rights in Graph are for worker alone"
    lines = [
        line
        for each in template.declared("variables").values()
        for line in each["value"]
        if isinstance(each["value"], list)
    ]
    for line in lines:
        if len(str(line.get("why", ""))) < _ENOUGH - 10:
            yield f"{line.get('role')}: the role has no reason"
        if str(line.get("role", "")).startswith("UserAuthenticationMethod.ReadWrite"):
            yield f"{line['role']}: it would cover every method of every account"


def settings_of(estate: Estate) -> dict[str, set[str]]:
    """Names of app settings by the list of settings.bicep that has them; ``fixed``: those that templates set by name."""
    lists = estate.templates["settings.bicep"].declared("variables")
    found = {name: set(lists[name]["value"]) for name in ("forBoth", "forWeb", "forWorker")}
    text = estate.templates["settings.bicep"].text
    found["secret"] = set(re.findall(r"'([A-Z][A-Z0-9_]+)'", text[text.index("var secretsOfBoth") :]))
    main, app = estate.templates["main.bicep"].text, estate.templates["app.bicep"].text
    known = re.findall(r"\n      ([A-Z][A-Z_]+): ", main)
    found["fixed"] = {*known, *re.findall(r"\n    (\w+): ", app[app.index("resource appSettings") :])}
    return found


def _settings(estate: Estate) -> Iterator[str]:
    fields = {each.alias or name.upper(): each for name, each in Settings.model_fields.items()}
    by_list = settings_of(estate)
    given = set().union(*by_list.values())
    known = set(fields) - _NEVER_IN_THE_CLOUD
    yield from (
        f"app setting {each} is not known to the code"
        for each in sorted(given - known)
        if not _OF_THE_PLATFORM.fullmatch(each)
    )
    yield from (f"setting {each} has no place in the templates" for each in sorted(known - given))
    secret = {name for name, each in fields.items() if "SecretStr" in str(each.annotation)}
    plain = by_list["forBoth"] | by_list["forWeb"] | by_list["forWorker"]
    yield from (
        f"app setting {each} is a secret and must come from the vault" for each in sorted(secret & plain)
    )
    worker_only = {
        "PROTECTED_GROUPS",
        "MAIL_PER_MINUTE",
        "MAIL_PER_HOUR",
        "GRAPH_URL",
        "REVIEWER_ADDRESSES",
        "OPERATOR_ADDRESSES",
    }
    yield from (
        f"app setting {each} is none of web's business" for each in sorted(worker_only - by_list["forWorker"])
    )
    vaulted = {each.replace("_", "-") for each in by_list["secret"]}
    stored = set(estate.templates["main.bicep"].declared("variables")["secrets"]["value"])
    yield from (
        f"secret {each} is in the vault or in settings.bicep, not in both"
        for each in sorted(vaulted ^ stored)
    )
    for name, each in estate.parameters.items():
        for key in each.declared("variables").get("settings", {}).get("value", {}):
            if key not in plain:
                yield f"{name}: {key} is no setting that may be given here"


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


def _names(estate: Estate) -> Iterator[str]:
    said = estate.templates["main.bicep"].declared("variables")
    queues = {
        str(each).replace("${reportsQueue}", str(said["reportsQueue"]["value"]))
        for each in said["queues"]["value"]
    }
    queues = {said["reportsQueue"]["value"] if each == "reportsQueue" else each for each in queues}
    containers = {said[each]["value"] for each in ("photosContainer", "headsContainer", "backupsContainer")}
    for what, here, there in (
        ("table", set(said["tables"]["value"]), set(names.TABLES)),
        ("queue", queues, set(names.QUEUES)),
        ("container", containers, set(names.CONTAINERS)),
    ):
        yield from (f"main.bicep: {what} {each} is not known to the code" for each in sorted(here - there))
        yield from (f"main.bicep: {what} {each} is missing" for each in sorted(there - here))
    things = {*names.TABLES, *names.QUEUES, "photosContainer", "headsContainer", "backupsContainer"}
    for grant in grants(estate.templates["rbac.bicep"]):
        if grant["on"] not in things:
            yield f"rbac.bicep: there is no {grant['on']}"
    text = estate.templates["alerts.bicep"].text
    known = {each.value for each in Metric}
    yield from (
        f"alerts.bicep: nobody tells {each}"
        for each in sorted(set(re.findall(r'"(reregister\.[a-z.]+)"', text)) - known)
    )
    root = Path(__file__).resolve().parents[1] / "functions"
    code = "".join(each.read_text("utf-8") for each in root.rglob("*.py"))
    called = re.findall(r'Properties\.door\) == "(\w+)"', text) + re.findall(
        r"'function:(\w+)'", estate.templates["main.bicep"].text
    )
    yield from (f"there is no function {each}" for each in called if f"def {each}(" not in code)
