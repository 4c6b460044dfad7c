"""Sentences of the templates that decide who is who, and which therefore stand here once more, word for word.

A slip in one of them would deploy without a complaint and give web what only worker may have. Comments, spaces and line ends do
not count; whoever changes one on purpose changes it here, too.
"""

ASSIGNMENTS = {
    # symbol: its loop, its scope, whose right it is, which role
    "onTables": ("[for (grant, i) in tableGrants:", "tables[i]", "principals[grant.who]", "role[grant.may]"),
    "onQueues": ("[for (grant, i) in queueGrants:", "queues[i]", "principals[grant.who]", "role[grant.may]"),
    "onContainers": (
        "[for (grant, i) in blobGrants:",
        "containers[i]",
        "principals[grant.who]",
        "role[grant.may]",
    ),
    "onHosts": ("[for (app, i) in apps:", "hosts[i]", "principals[app]", "role.blobsOwn"),
    "onWebSecrets": (
        "[for (secret, i) in vaultEntries.web:",
        "webSecrets[i]",
        "principals.web",
        "role.secretRead",
    ),
    "onWorkerSecrets": (
        "[for (secret, i) in vaultEntries.worker:",
        "workerSecrets[i]",
        "principals.worker",
        "role.secretRead",
    ),
    "onMail": ("", "sender", "principals.worker", "role.mailSend"),
    "onTelemetry": ("[for app in apps:", "telemetry", "principals[app]", "role.metricsSend"),
}
"""Every role assignment of rbac.bicep."""

_OF_MAIN = [
    (
        "module rbac",
        "params.principals",
        """{
            web: identities.outputs.web.principalId
            worker: identities.outputs.worker.principalId
            courier: identities.outputs.courier.principalId
            auditor: auditorsGroupId
            operator: operatorsGroupId
        }""",
    ),
    ("module rbac", "params.roles", "roles.outputs.ids"),
    ("module rbac", "params.recordsAccount", "records.outputs.name"),
    ("module rbac", "params.photosAccount", "photos.outputs.name"),
    (
        "module rbac",
        "params.hostAccounts",
        "{ web: webHost.outputs.name worker: workerHost.outputs.name }",
    ),
    ("module rbac", "params.photosContainer", "photosContainer"),
    ("module rbac", "params.headsContainer", "headsContainer"),
    ("module rbac", "params.backupsContainer", "backupsContainer"),
    ("module rbac", "params.vault", "vault.outputs.name"),
    (
        "module rbac",
        "params.vaultEntries",
        "{ web: appSettings.outputs.webSecrets worker: appSettings.outputs.workerSecrets }",
    ),
    ("module rbac", "params.mail", "mail.outputs.name"),
    ("module rbac", "params.insights", "monitoring.outputs.insightsName"),
    ("module web", "params.role", "'web'"),
    ("module web", "params.identity", "identities.outputs.web"),
    ("module web", "params.hostBlobUrl", "webHost.outputs.blobUrl"),
    ("module web", "params.settings", "appSettings.outputs.web"),
    ("module worker", "params.role", "'worker'"),
    ("module worker", "params.identity", "identities.outputs.worker"),
    ("module worker", "params.hostBlobUrl", "workerHost.outputs.blobUrl"),
    ("module worker", "params.settings", "appSettings.outputs.worker"),
    ("module worker", "params.publicDoor", "false"),
    ("module webHost", "params.name", "'${prefix}web${unique}'"),
    ("module workerHost", "params.name", "'${prefix}wrk${unique}'"),
    ("module records", "params.name", "empty(recordsAccount) ? '${prefix}rec${unique}' : recordsAccount"),
    ("module photos", "params.name", "photosAccount"),
    ("module vault", "params.name", "'${prefix}-kv-${unique}'"),
    ("module alerts", "params.webId", "web.outputs.id"),
    ("output webAppName", "", "web.outputs.name"),
    ("output workerAppName", "", "worker.outputs.name"),
    ("output workerPrincipalId", "", "identities.outputs.worker.principalId"),
    ("output webUrl", "", "web.outputs.url"),
    ("output recordsAccount", "", "records.outputs.name"),
    ("output photosAccount", "", "photosAccount"),
    ("output mailServiceName", "", "mail.outputs.serviceName"),
    ("param recordsAccount", "", "''"),
    ("var webName", "", "'${name}-web-${unique}'"),
    ("module web", "params.name", "webName"),
    ("module worker", "params.name", "'${name}-worker-${unique}'"),
    ("param firstDeployment", "", "false"),
    ("var photosAccount", "", "'${prefix}pho${unique}'"),
    ("var unique", "", "uniqueString(resourceGroup().id, environmentName)"),
    ("module audit", "params.locked", "headsLocked"),
    ("module events", "params.courierId", "identities.outputs.courier.id"),
    ("module events", "params.queue", "reportsQueue"),
]

_OF_IDENTITIES = [
    ("resource web", "name", "'${prefix}-web'"),
    ("resource worker", "name", "'${prefix}-worker'"),
    ("resource courier", "name", "'${prefix}-courier'"),
    (
        "output web",
        "",
        "{ id: web.id clientId: web.properties.clientId principalId: web.properties.principalId }",
    ),
    (
        "output worker",
        "",
        "{ id: worker.id clientId: worker.properties.clientId principalId: worker.properties.principalId }",
    ),
    ("output courier", "", "{ id: courier.id principalId: courier.properties.principalId }"),
]

_OF_APP = [
    (
        "resource app",
        "siteConfig",
        """{
            ftpsState: 'Disabled'
            http20Enabled: true
            ipSecurityRestrictionsDefaultAction: publicDoor ? 'Allow' : 'Deny'
            minTlsVersion: '1.2'
            remoteDebuggingEnabled: false
            scmIpSecurityRestrictionsDefaultAction: 'Allow'
            scmIpSecurityRestrictionsUseMain: false
            scmMinTlsVersion: '1.2'
        }""",
    ),
    ("resource app", "identity", "{ type: 'UserAssigned' userAssignedIdentities: { '${identity.id}': {} } }"),
    ("resource app", "keyVaultReferenceIdentity", "identity.id"),
    ("resource app", "userAssignedIdentityResourceId", "identity.id"),
    ("resource appSettings", "APP_ROLE", "role"),
    ("resource appSettings", "IDENTITY_CLIENT_ID", "identity.clientId"),
    ("resource appSettings", "AzureWebJobsStorage__clientId", "identity.clientId"),
    ("resource appSettings", "RecordsStorage__clientId", "identity.clientId"),
]

_REFERENCE = "'@Microsoft.KeyVault(VaultName=${vault};SecretName=${replace(name, '_', '-')})'"
_OF_SETTINGS = [
    ("var withIdentity", "", "toLower(values.?SIGN_IN_WITH_IDENTITY ?? 'false') == 'true'"),
    ("var sharedKey", "", "toLower(values.?FORMS_WITHOUT_TOKEN ?? 'false') == 'true'"),
    ("var card", "", "contains(ways, 'identity_verification')"),
    ("var secretsOfBoth", "", "concat(['LINK_KEYS'], card ? ['LINK_HASH_KEY'] : [])"),
    (
        "var secretsOfWeb",
        "",
        """concat(['COOKIE_KEYS'], withIdentity ? [] : ['APPLICANT_CLIENT_SECRET' 'STAFF_CLIENT_SECRET'],
        card ? ['VERIFY_CLIENT_KEY'] : [], sharedKey ? ['FORMS_FALLBACK_KEY'] : [])""",
    ),
    ("var secretsOfWorker", "", "['METHOD_HASH_KEY']"),
    ("var webNames", "", "filter(concat(forBoth, forWeb), name => contains(values, name))"),
    ("var workerNames", "", "filter(concat(forBoth, forWorker), name => contains(values, name))"),
    (
        "var webReferences",
        "",
        f"toObject(concat(secretsOfBoth, secretsOfWeb), name => name, name => {_REFERENCE})",
    ),
    (
        "var workerReferences",
        "",
        f"toObject(concat(secretsOfBoth, secretsOfWorker), name => name, name => {_REFERENCE})",
    ),
    ("output web", "", "union(toObject(webNames, name => name, name => values[name]), webReferences, known)"),
    (
        "output worker",
        "",
        "union(toObject(workerNames, name => name, name => values[name]), workerReferences, known, knownToWorker)",
    ),
    (
        "output webSecrets",
        "",
        "map(concat(secretsOfBoth, secretsOfWeb), name => replace(name, '_', '-'))",
    ),
    (
        "output workerSecrets",
        "",
        "map(concat(secretsOfBoth, secretsOfWorker), name => replace(name, '_', '-'))",
    ),
]

_OF_RBAC = [
    ("var role", "", "union(builtIn, roles)"),
    ("var tableGrants", "", "filter(everyTableGrant, grant => !empty(principals[grant.who]))"),
    ("var queueGrants", "", "filter(everyQueueGrant, grant => !empty(principals[grant.who]))"),
    ("var blobGrants", "", "filter(everyBlobGrant, grant => !empty(principals[grant.who]))"),
    ("var apps", "", "['web' 'worker']"),
    ("resource tables", "", "[for grant in tableGrants: { name: '${recordsAccount}/default/${grant.on}' }]"),
    ("resource queues", "", "[for grant in queueGrants: { name: '${recordsAccount}/default/${grant.on}' }]"),
    (
        "resource containers",
        "",
        "[for grant in blobGrants: { name: '${photosAccount}/default/${grant.on}' }]",
    ),
    ("resource hosts", "", "[for app in apps: { name: hostAccounts[app] }]"),
    ("resource webSecrets", "", "[for secret in vaultEntries.web: { name: '${vault}/${secret}' }]"),
    ("resource workerSecrets", "", "[for secret in vaultEntries.worker: { name: '${vault}/${secret}' }]"),
    ("resource sender", "", "{ name: mail }"),
    ("resource telemetry", "", "{ name: insights }"),
    *(
        (f"resource {symbol}", path, text)
        for symbol, (loop, scope, principal, role) in ASSIGNMENTS.items()
        for path, text in (
            *((("=", loop),) if loop else ()),
            ("scope", scope),
            ("principalId", principal),
            ("roleDefinitionId", role),
        )
    ),
]

_OF_ROLES = [
    ("var scope", "", "resourceGroup().id"),
    ("var rows", "", "'Microsoft.Storage/storageAccounts/tableServices/tables/entities'"),
    ("var messages", "", "'Microsoft.Storage/storageAccounts/queueServices/queues/messages'"),
    ("var blobs", "", "'Microsoft.Storage/storageAccounts/blobServices/containers/blobs'"),
    ("resource roles", "=", "[for each in definitions:"),
    ("resource roles", "name", "guid(scope, prefix, each.key)"),
    ("resource roles", "assignableScopes", "[ scope ]"),
    (
        "resource roles",
        "permissions",
        "[ { actions: each.actions notActions: [] dataActions: each.dataActions notDataActions: [] } ]",
    ),
    *(
        (
            "output ids",
            key,
            f"subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(scope, prefix, '{key}'))",
        )
        for key in (
            *("rowsAsk", "rowsCount", "rowsErase", "rowsKeep"),
            *("messagesWork", "blobsAdd", "blobsErase", "blobsKeep"),
        )
    ),
]

_OF_GRAPH = [
    ("var granted", "", "concat(always, filter(removable, each => contains(removableKinds, each.kind)))"),
    ("resource graph", "", "{ appId: '00000003-0000-0000-c000-000000000000' }"),
    (
        "resource workerMay",
        "",
        """[for each in granted: {
            appRoleId: filter(graph.appRoles, role => role.value == each.role)[0].id
            principalId: workerPrincipalId
            resourceId: graph.id
        }]""",
    ),
]

_OF_OTHERS = [
    ("storage/audit.bicep", "resource immutable", "=", "if (!locked)"),
    ("storage/audit.bicep", "resource immutable", "parent", "heads"),
    ("storage/audit.bicep", "resource immutable", "immutabilityPeriodSinceCreationInDays", "immutableDays"),
    ("vault.bicep", "resource vault", "enablePurgeProtection", "purgeProtection ? true : null"),
    ("vault.bicep", "resource placeholders", "=", "[for secret in (firstDeployment ? entries : []):"),
    ("vault.bicep", "resource placeholders", "contentType", "'placeholder'"),
    ("vault.bicep", "resource placeholders", "value", "'not-set'"),
    ("mail.bicep", "resource sender", "=", "if (domainVerified && ownSender)"),
    ("mail.bicep", "output serviceName", "", "service.name"),
    ("mail.bicep", "output sender", "", "'${ownSender ? senderName : 'donotreply'}@${domain}'"),
]

TEXTS: list[tuple[str, str, str, str]] = [
    *(("main.bicep", *each) for each in _OF_MAIN),
    *(("identities.bicep", *each) for each in _OF_IDENTITIES),
    *(("app.bicep", *each) for each in _OF_APP),
    *(("settings.bicep", *each) for each in _OF_SETTINGS),
    *(("rbac.bicep", *each) for each in _OF_RBAC),
    *(("roles.bicep", *each) for each in _OF_ROLES),
    *(("graph.bicep", *each) for each in _OF_GRAPH),
    *_OF_OTHERS,
]
"""File, declaration, key in it (``=``: its condition or loop; empty: the whole), and what it says."""
