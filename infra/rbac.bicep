// Every role assignment of the service, with its reason. A line of a table below is one right of one identity on one thing.
// What has no line is refused by the platform: that is what keeps a flaw in a page from moving a state or making a pass.

@description('Object ids of the identities: web, worker, courier (Event Grid), auditor and operator (groups; empty: nobody).')
param principals object

@description('Ids of our own role definitions by key.')
param roles object

@description('Account of tables and queues.')
param recordsAccount string

@description('Account of photos and of the heads of audit chains.')
param photosAccount string

@description('Accounts of the hosts: web, worker.')
param hostAccounts object

@description('Container of the photos.')
param photosContainer string

@description('Container of the heads of audit chains.')
param headsContainer string

@description('Container of the exported tables.')
param backupsContainer string

@description('The vault.')
param vault string

@description('Names of what each app reads in the vault: web, worker.')
param vaultEntries object

@description('The communication resource that sends mail.')
param mail string

@description('Application Insights.')
param insights string

var builtIn = {
  rowsRead: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '76199698-9eea-4c19-bc75-cec21354c6b6') // Storage Table Data Reader
  messagesSend: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a') // Storage Queue Data Message Sender
  blobsRead: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1') // Storage Blob Data Reader
  blobsOwn: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b') // Storage Blob Data Owner
  secretRead: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6') // Key Vault Secrets User
  metricsSend: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb') // Monitoring Metrics Publisher
  mailSend: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '09976791-48a7-449e-bb21-39d1a415f350') // Communication and Email Service Owner
}
var role = union(builtIn, roles)

var everyTableGrant = [
  { who: 'web', on: 'requests', may: 'rowsAsk', why: 'A door asks: it inserts a request, and sees what still waits. It can neither change nor withdraw what was asked.' }
  { who: 'web', on: 'accesses', may: 'rowsAsk', why: 'Who looked at what is inserted by the page that shows it, and read by auditors.' }
  { who: 'web', on: 'limits', may: 'rowsCount', why: 'Doors count how often somebody knocks.' }
  { who: 'web', on: 'applications', may: 'rowsRead', why: 'Pages show where a case stands; only worker writes one.' }
  { who: 'web', on: 'locks', may: 'rowsRead', why: 'Pages show the freeze switch, blocked accounts and links; only worker writes them.' }
  { who: 'worker', on: 'applications', may: 'rowsKeep', why: 'Only worker moves a state: it alone writes a case.' }
  { who: 'worker', on: 'due', may: 'rowsKeep', why: 'Rows that wake worker are inserted, read and deleted by it alone.' }
  { who: 'worker', on: 'locks', may: 'rowsKeep', why: 'Locks, switches, the mail budget and the heartbeat are changed by worker alone.' }
  { who: 'worker', on: 'photoprints', may: 'rowsKeep', why: 'Digests of photos are compared and erased by worker alone.' }
  { who: 'worker', on: 'requests', may: 'rowsErase', why: 'An answered request is erased; worker asks nothing of itself.' }
  { who: 'worker', on: 'accesses', may: 'rowsRead', why: 'Exported with the other tables; worker can neither write nor erase one.' }
  { who: 'worker', on: 'limits', may: 'rowsErase', why: 'Counts of past hours are swept.' }
  { who: 'operator', on: 'locks', may: 'rowsRead', why: 'The doctor, asked about a deployed environment, reads what worker found.' }
  { who: 'auditor', on: 'applications', may: 'rowsRead', why: 'The command that verifies the audit trail reads the events of all cases.' }
]
var everyQueueGrant = [
  { who: 'web', on: 'review', may: 'messagesSend', why: 'A hint that somebody should look: web sends and cannot read.' }
  { who: 'web', on: 'issuance', may: 'messagesSend', why: 'A hint that a pass was asked for: web sends and cannot read.' }
  { who: 'web', on: 'mail', may: 'messagesSend', why: 'A hint that mail may be owed: web sends and cannot read.' }
  { who: 'worker', on: 'review', may: 'messagesWork', why: 'The lane is worked off, and hints for later are sent.' }
  { who: 'worker', on: 'issuance', may: 'messagesWork', why: 'The lane is worked off, and hints for later are sent.' }
  { who: 'worker', on: 'mail', may: 'messagesWork', why: 'The lane is worked off, and hints for later are sent.' }
  { who: 'worker', on: 'review-poison', may: 'messagesWork', why: 'The host puts here what failed too often; a handler keeps it as a row.' }
  { who: 'worker', on: 'issuance-poison', may: 'messagesWork', why: 'The host puts here what failed too often; a handler keeps it as a row.' }
  { who: 'worker', on: 'mail-poison', may: 'messagesWork', why: 'The host puts here what failed too often; a handler keeps it as a row.' }
  { who: 'courier', on: 'delivery-reports', may: 'messagesSend', why: 'Event Grid puts delivery reports here, and can do nothing else.' }
  { who: 'worker', on: 'delivery-reports', may: 'messagesWork', why: 'Reports are worked off: a bounced mail becomes visible on the case.' }
  { who: 'worker', on: 'delivery-reports-poison', may: 'messagesWork', why: 'The host puts here what failed too often; a handler tries it once more.' }
]
var everyBlobGrant = [
  { who: 'web', on: photosContainer, may: 'blobsAdd', why: 'An applicant sends a photo, a reviewer looks at it; web can neither replace nor delete one.' }
  { who: 'worker', on: photosContainer, may: 'blobsErase', why: 'Photos are looked at by the prechecks and deleted in their time; worker adds none.' }
  { who: 'worker', on: headsContainer, may: 'blobsAdd', why: 'The head of a chain is kept before a pass is made; nobody may replace one.' }
  { who: 'worker', on: backupsContainer, may: 'blobsKeep', why: 'Exports of the tables are written and erased in their time; web cannot even read one.' }
  { who: 'web', on: headsContainer, may: 'blobsRead', why: 'The page of auditors verifies chains against their heads.' }
  { who: 'auditor', on: headsContainer, may: 'blobsRead', why: 'The command that verifies the audit trail compares chains with their heads.' }
]

var tableGrants = filter(everyTableGrant, grant => !empty(principals[grant.who]))
var queueGrants = filter(everyQueueGrant, grant => !empty(principals[grant.who]))
var blobGrants = filter(everyBlobGrant, grant => !empty(principals[grant.who]))

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2023-05-01' existing = [for grant in tableGrants: {
  name: '${recordsAccount}/default/${grant.on}'
}]

resource onTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (grant, i) in tableGrants: {
  scope: tables[i]
  name: guid(tables[i].id, principals[grant.who], grant.may)
  properties: {
    description: grant.why
    principalId: principals[grant.who]
    principalType: contains(['auditor', 'operator'], grant.who) ? 'Group' : 'ServicePrincipal'
    roleDefinitionId: role[grant.may]
  }
}]

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01' existing = [for grant in queueGrants: {
  name: '${recordsAccount}/default/${grant.on}'
}]

resource onQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (grant, i) in queueGrants: {
  scope: queues[i]
  name: guid(queues[i].id, principals[grant.who], grant.may)
  properties: {
    description: grant.why
    principalId: principals[grant.who]
    principalType: 'ServicePrincipal'
    roleDefinitionId: role[grant.may]
  }
}]

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = [for grant in blobGrants: {
  name: '${photosAccount}/default/${grant.on}'
}]

resource onContainers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (grant, i) in blobGrants: {
  scope: containers[i]
  name: guid(containers[i].id, principals[grant.who], grant.may)
  properties: {
    description: grant.why
    principalId: principals[grant.who]
    principalType: contains(['auditor', 'operator'], grant.who) ? 'Group' : 'ServicePrincipal'
    roleDefinitionId: role[grant.may]
  }
}]

// The host of each app makes containers of its own names (leases, keys), so that its right is the account, and the account its own.
var apps = [
  'web'
  'worker'
]

resource hosts 'Microsoft.Storage/storageAccounts@2023-05-01' existing = [for app in apps: {
  name: hostAccounts[app]
}]

resource onHosts 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (app, i) in apps: {
  scope: hosts[i]
  name: guid(hosts[i].id, principals[app], 'blobsOwn')
  properties: {
    description: 'The Functions host keeps leases, host keys and the package in containers that it makes itself; no other app may enter this account.'
    principalId: principals[app]
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.blobsOwn
  }
}]

// Secret by secret: web cannot read the key of the method hash, worker no secret of the sign-in.
resource webSecrets 'Microsoft.KeyVault/vaults/secrets@2023-07-01' existing = [for secret in vaultEntries.web: {
  name: '${vault}/${secret}'
}]

resource onWebSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (secret, i) in vaultEntries.web: {
  scope: webSecrets[i]
  name: guid(webSecrets[i].id, principals.web, 'secretRead')
  properties: {
    description: 'Web reads this secret as an app setting: it signs people in, and signs cookies and links.'
    principalId: principals.web
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.secretRead
  }
}]

resource workerSecrets 'Microsoft.KeyVault/vaults/secrets@2023-07-01' existing = [for secret in vaultEntries.worker: {
  name: '${vault}/${secret}'
}]

resource onWorkerSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (secret, i) in vaultEntries.worker: {
  scope: workerSecrets[i]
  name: guid(workerSecrets[i].id, principals.worker, 'secretRead')
  properties: {
    description: 'Worker reads this secret as an app setting: it makes links for mails, and hashes what must only be compared.'
    principalId: principals.worker
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.secretRead
  }
}]

resource sender 'Microsoft.Communication/communicationServices@2025-05-01' existing = {
  name: mail
}

resource onMail 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: sender
  name: guid(sender.id, principals.worker, 'mailSend')
  properties: {
    description: 'Worker alone sends mail. There is no narrower built-in role for sending; its scope is this one resource.'
    principalId: principals.worker
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.mailSend
  }
}

resource telemetry 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insights
}

resource onTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for app in apps: {
  scope: telemetry
  name: guid(telemetry.id, principals[app], 'metricsSend')
  properties: {
    description: 'The app sends telemetry with its identity, since keys are off; it cannot read any.'
    principalId: principals[app]
    principalType: 'ServicePrincipal'
    roleDefinitionId: role.metricsSend
  }
}]
