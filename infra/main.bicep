// The whole service in one resource group: two function apps from one package, and what each of them may touch.
// docs/infrastructure.md says what is deployed and why.

targetScope = 'resourceGroup'

@description('Region of everything that has one.')
param location string = 'japaneast'

@description('Which environment this is: stands in names and tags.')
@allowed([
  'dev'
  'test'
  'prod'
])
param environmentName string

@description('Begins every name: small letters and digits, at most six.')
@minLength(2)
@maxLength(6)
param prefix string

@description('Tags of every resource, beside the one that names the environment.')
param tags object = {}

@description('Public address of web, without a closing slash. Empty: the address that Azure gives it.')
param baseUrl string = ''

@description('Settings of the service by name (docs/settings.md), each a string; never a secret.')
param settings object

@description('Redundancy of the storage accounts: three zones, or one.')
@allowed([
  'Standard_ZRS'
  'Standard_LRS'
])
param storageSku string = 'Standard_ZRS'

@description('Name of the account of the tables and queues. Empty: the name that goes with the group. Another one only after a restore into a fresh account (docs/operations.md), and then for good.')
@maxLength(24)
param recordsAccount string = ''

@description('Days after which the platform deletes a photo or an export that the service has not deleted.')
param photoDaysAtMost int = 60

@description('Days for which the head of an audit chain can be neither changed nor deleted; as long as the trail itself is kept.')
param headsImmutableDays int = 365

@description('True from the day on which the rule of the heads was locked (docs/infrastructure.md): a locked rule refuses to be deployed.')
param headsLocked bool = false

@description('Whether the apps are spread over zones; each group of always-ready instances then needs two.')
param zoneRedundant bool = false

@description('Always-ready instances of web: nobody waits for a cold start; each costs all day.')
param alwaysReadyWeb int = 0

@description('Always-ready instances of the lane issuance: somebody waits before a screen while a pass is made; each costs all day.')
param alwaysReadyIssuance int = 0

@description('Most instances of web.')
param webInstancesAtMost int = 40

@description('Most instances of worker; each function has its own.')
param workerInstancesAtMost int = 40

@description('Memory of an instance in MB; the Graph SDK and a photo of 12 megapixels need 2048.')
param memory int = 2048

@description('Whether a deleted vault and its secrets stay for 90 days whatever anybody does. Once on it is on for ever.')
param vaultPurgeProtection bool = true

@description('True at the very first deployment only: makes the secrets with a value that no process accepts.')
param firstDeployment bool = false

@description('Where the mail service keeps data at rest.')
param mailDataLocation string = 'Japan'

@description('Domain of the sender; its DNS records are outputs.')
param mailDomain string

@description('True once the sending limits of the domain were raised: mail then comes from a sender of its own. Before, a domain has donotreply@ alone.')
param mailOwnSender bool = false

@description('What stands before the @ of a sender of its own.')
param mailSenderName string = 'recovery'

@description('Name that mail programs show beside a sender of its own.')
param mailSenderDisplayName string

@description('True once the records are in DNS and the domain was verified.')
param mailDomainVerified bool

@description('Whether this deployment also gives worker its app roles in Microsoft Graph; false where another team runs graph.bicep.')
param assignGraphRoles bool

@description('Kinds of methods that worker may remove (graph.bicep); empty with OLD_METHODS=keep.')
param removableKinds array = [
  'phone'
  'microsoftAuthenticator'
  'softwareOath'
  'fido2'
  'windowsHelloForBusiness'
  'platformCredential'
]

@description('Object id of the group of auditors that verify the trail with the command; empty: nobody.')
param auditorsGroupId string = ''

@description('Object id of the group of operators that ask the doctor about the deployed environment; empty: nobody.')
param operatorsGroupId string = ''

@description('Addresses that alerts and the budget write to.')
param operatorAddresses array

@description('Whether alerts are on; off while an environment is being built.')
param alertsOn bool = true

@description('Days without a form response after which somebody should look at the flow, two at most; 0: no such alert (the way form is off).')
@minValue(0)
@maxValue(2)
param daysWithoutForm int = 0

@description('Days for which telemetry is kept.')
param logRetentionDays int = 90

@description('Gigabytes of telemetry a day after which nothing more is taken; -1: no limit.')
param logGigabytesPerDay int = 1

@description('Budget of a month in the currency of the subscription.')
param budgetAmount int

@description('First day of the first month of the budget, such as 2026-04-01.')
param budgetStart string

var name = '${prefix}-${environmentName}'
var unique = uniqueString(resourceGroup().id, environmentName)
var allTags = union(tags, {
  environment: environmentName
  service: 'reregister'
})
var webName = '${name}-web-${unique}'
var packages = 'packages'
// Names, not outputs, where a name of a resource is made of them: what-if then sees what would be made.
var photosAccount = '${prefix}pho${unique}'
var photosContainer = 'id-photos'
var headsContainer = 'audit-heads'
var backupsContainer = 'table-backups'
var reportsQueue = 'delivery-reports'
var tables = [
  'applications'
  'due'
  'locks'
  'requests'
  'accesses'
  'limits'
  'photoprints'
]
var queues = [
  'review'
  'issuance'
  'mail'
  reportsQueue
  'review-poison'
  'issuance-poison'
  'mail-poison'
  '${reportsQueue}-poison'
]
var secrets = [
  'LINK-KEYS'
  'COOKIE-KEYS'
  'METHOD-HASH-KEY'
  'LINK-HASH-KEY'
  'APPLICANT-CLIENT-SECRET'
  'STAFF-CLIENT-SECRET'
  'VERIFY-CLIENT-KEY'
  'FORMS-FALLBACK-KEY'
]

module identities 'identities.bicep' = {
  name: 'identities'
  params: {
    location: location
    prefix: name
    tags: allTags
  }
}

module monitoring 'monitoring.bicep' = {
  name: 'monitoring'
  params: {
    location: location
    prefix: name
    tags: allTags
    retentionDays: logRetentionDays
    gigabytesPerDay: logGigabytesPerDay
  }
}

module records 'storage/records.bicep' = {
  name: 'storage-records'
  params: {
    location: location
    name: empty(recordsAccount) ? '${prefix}rec${unique}' : recordsAccount
    sku: storageSku
    tags: allTags
    tables: tables
    queues: queues
  }
}

module photos 'storage/photos.bicep' = {
  name: 'storage-photos'
  params: {
    location: location
    name: photosAccount
    sku: storageSku
    tags: allTags
    container: photosContainer
    backups: backupsContainer
    daysAtMost: photoDaysAtMost
    workspaceId: monitoring.outputs.workspaceId
  }
}

module audit 'storage/audit.bicep' = {
  name: 'storage-audit'
  dependsOn: [
    photos
  ]
  params: {
    account: photosAccount
    container: headsContainer
    immutableDays: headsImmutableDays
    locked: headsLocked
  }
}

module webHost 'storage/host.bicep' = {
  name: 'storage-host-web'
  params: {
    location: location
    name: '${prefix}web${unique}'
    sku: storageSku
    tags: allTags
    packages: packages
  }
}

module workerHost 'storage/host.bicep' = {
  name: 'storage-host-worker'
  params: {
    location: location
    name: '${prefix}wrk${unique}'
    sku: storageSku
    tags: allTags
    packages: packages
  }
}

module vault 'vault.bicep' = {
  name: 'vault'
  params: {
    location: location
    name: '${prefix}-kv-${unique}'
    tags: allTags
    entries: secrets
    firstDeployment: firstDeployment
    purgeProtection: vaultPurgeProtection
    workspaceId: monitoring.outputs.workspaceId
  }
}

module mail 'mail.bicep' = {
  name: 'mail'
  params: {
    prefix: '${name}-${unique}'
    tags: allTags
    dataLocation: mailDataLocation
    domain: mailDomain
    ownSender: mailOwnSender
    senderName: mailSenderName
    senderDisplayName: mailSenderDisplayName
    domainVerified: mailDomainVerified
  }
}

module appSettings 'settings.bicep' = {
  name: 'settings'
  params: {
    values: settings
    known: {
      BASE_URL: empty(baseUrl) ? 'https://${webName}.azurewebsites.net' : baseUrl
      TENANT_ID: tenant().tenantId
    }
    knownToWorker: {
      MAIL_ENDPOINT: mail.outputs.endpoint
      MAIL_SENDER: mail.outputs.sender
    }
    vault: vault.outputs.name
  }
}

module roles 'roles.bicep' = {
  name: 'roles'
  params: {
    prefix: name
  }
}

module rbac 'rbac.bicep' = {
  name: 'rbac'
  dependsOn: [
    audit
  ]
  params: {
    principals: {
      web: identities.outputs.web.principalId
      worker: identities.outputs.worker.principalId
      courier: identities.outputs.courier.principalId
      auditor: auditorsGroupId
      operator: operatorsGroupId
    }
    roles: roles.outputs.ids
    recordsAccount: records.outputs.name
    photosAccount: photos.outputs.name
    hostAccounts: {
      web: webHost.outputs.name
      worker: workerHost.outputs.name
    }
    photosContainer: photosContainer
    headsContainer: headsContainer
    backupsContainer: backupsContainer
    vault: vault.outputs.name
    vaultEntries: {
      web: appSettings.outputs.webSecrets
      worker: appSettings.outputs.workerSecrets
    }
    mail: mail.outputs.name
    insights: monitoring.outputs.insightsName
  }
}

// The apps come after the roles: a host that may not read its storage does not start.
module web 'app.bicep' = {
  name: 'app-web'
  dependsOn: [
    rbac
  ]
  params: {
    location: location
    name: webName
    role: 'web'
    tags: allTags
    identity: identities.outputs.web
    hostBlobUrl: webHost.outputs.blobUrl
    packages: packages
    settings: appSettings.outputs.web
    tableUrl: records.outputs.tableUrl
    queueUrl: records.outputs.queueUrl
    photosUrl: photos.outputs.blobUrl
    insightsName: monitoring.outputs.insightsName
    memory: memory
    instancesAtMost: webInstancesAtMost
    alwaysReady: alwaysReadyWeb == 0 ? [] : [
      {
        name: 'http'
        instanceCount: alwaysReadyWeb
      }
    ]
    zoneRedundant: zoneRedundant
    publicDoor: true
  }
}

module worker 'app.bicep' = {
  name: 'app-worker'
  dependsOn: [
    rbac
  ]
  params: {
    location: location
    name: '${name}-worker-${unique}'
    role: 'worker'
    tags: allTags
    identity: identities.outputs.worker
    hostBlobUrl: workerHost.outputs.blobUrl
    packages: packages
    settings: appSettings.outputs.worker
    tableUrl: records.outputs.tableUrl
    queueUrl: records.outputs.queueUrl
    photosUrl: photos.outputs.blobUrl
    insightsName: monitoring.outputs.insightsName
    memory: memory
    instancesAtMost: workerInstancesAtMost
    alwaysReady: alwaysReadyIssuance == 0 ? [] : [
      {
        name: 'function:queue_issuance'
        instanceCount: alwaysReadyIssuance
      }
    ]
    zoneRedundant: zoneRedundant
    publicDoor: false
  }
}

module events 'events.bicep' = {
  name: 'events'
  dependsOn: [
    rbac
  ]
  params: {
    prefix: name
    tags: allTags
    mailId: mail.outputs.id
    recordsId: records.outputs.id
    queue: reportsQueue
    courierId: identities.outputs.courier.id
  }
}

module graph 'graph.bicep' = if (assignGraphRoles) {
  name: 'graph'
  params: {
    workerPrincipalId: identities.outputs.worker.principalId
    removableKinds: removableKinds
  }
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  params: {
    location: location
    prefix: name
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    webId: web.outputs.id
    addresses: operatorAddresses
    on: alertsOn
    daysWithoutForm: daysWithoutForm
    exportsWanted: !contains(settings, 'BACKUP_HOURS') || settings.BACKUP_HOURS != '0'
  }
}

module budget 'budget.bicep' = {
  name: 'budget'
  params: {
    name: '${name}-month'
    amount: budgetAmount
    start: budgetStart
    addresses: operatorAddresses
  }
}

@description('Address of web: the redirect addresses of the app registrations begin with it, or with baseUrl.')
output webUrl string = web.outputs.url

@description('Name of the app of web, for the deployment of the package.')
output webAppName string = web.outputs.name

@description('Name of the app of worker, for the deployment of the package.')
output workerAppName string = worker.outputs.name

@description('Object id of the identity of worker: who runs graph.bicep apart needs it.')
output workerPrincipalId string = identities.outputs.worker.principalId

@description('Name of the vault whose secrets the operator sets.')
output vaultName string = vault.outputs.name

@description('Name of the account of the tables and queues: the records account of docs/operations.md.')
output recordsAccount string = records.outputs.name

@description('Name of the account of the photos, of the heads of the audit chains and of the exports.')
output photosAccount string = photosAccount

@description('Name of the mail service whose domain is verified (docs/deploy.md).')
output mailServiceName string = mail.outputs.serviceName

@description('Records that the mail domain needs in DNS.')
output mailDnsRecords object = mail.outputs.dnsRecords

@description('The sender of all mails.')
output mailSender string = mail.outputs.sender
