"""What these templates may not say, and the names that they share with the code."""

import re
from collections.abc import Iterator
from pathlib import Path

import infra_rights
from bicep_files import Estate, Template, body, values

from shared import names
from shared.ports.telemetry import Metric
from shared.settings import Settings

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
    "Microsoft.Insights/components": {"DisableLocalAuth": True, "DisableIpMasking": False},
    "Microsoft.OperationalInsights/workspaces": {"disableLocalAuth": True},
    "Microsoft.Communication/communicationServices": {"disableLocalAuth": True},
    "Microsoft.Communication/emailServices/domains": {"userEngagementTracking": "Disabled"},
    "Microsoft.KeyVault/vaults": {
        "enableRbacAuthorization": True, "enableSoftDelete": True, "enabledForDeployment": False,
        "enabledForDiskEncryption": False, "enabledForTemplateDeployment": False,
    },
    "Microsoft.Storage/storageAccounts/blobServices/containers": {"publicAccess": "None"},
    "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies": {
        "allowProtectedAppendWrites": False
    },
}  # fmt: skip
"""What a resource of each kind says, and how often: keys off, TLS 1.2 or later, no passwords."""


def faults(estate: Estate) -> Iterator[str]:
    """Every broken rule, with its file."""
    for name, each in estate.templates.items():
        if each.problem:
            continue
        for fault in [
            *_secrets(each),
            *_shut(each),
            *_flex(each),
        ]:
            yield f"{name}: {fault}"
    for name, each in estate.parameters.items():
        yield from (f"{name}: {fault}" for fault in _flex(each))
    yield from _settings(estate)
    yield from _names(estate)


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
            *values(template.tree, "changeFeed"),
        ]
        if [each.get("enabled") for each in kept] != [False, False, False]:
            yield "soft delete or the change feed would keep a photo, or its name, after its end"
        if list(values(template.tree, "isVersioningEnabled")) != [False]:
            yield "versions would keep a photo after its end"


def _flex(template: Template) -> Iterator[str]:
    for token in template.tokens:
        if token.text in FORBIDDEN:
            yield f"line {token.line}: {token.text} has no place on this plan"


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
    for grant in infra_rights.grants(estate.templates["rbac.bicep"]):
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
