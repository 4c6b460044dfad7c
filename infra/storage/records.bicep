// Tables and queues: cases, requests, locks, lanes. Names are those of shared/names.py (a check compares them).

@description('Region of the account.')
param location string

@description('Name of the account.')
param name string

@description('Redundancy of the account.')
param sku string

@description('Tags of every resource.')
param tags object

@description('Tables of the service.')
param tables array

@description('Queues of the service.')
param queues array

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  // checkov:skip=CKV_AZURE_35: without private networking the apps have no address of their own that could be allowed; keys are off, and roles decide
  // checkov:skip=CKV_AZURE_59: the same: public until private networking (docs/infrastructure.md), and nobody enters without a role
  // checkov:skip=CKV_AZURE_206: zones, not a second region: personal data stays in one region, and an exported backup is restored elsewhere
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Enabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
  }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource allTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2023-05-01' = [for table in tables: {
  parent: tableService
  name: table
}]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource allQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01' = [for queue in queues: {
  parent: queueService
  name: queue
}]

@description('Id of the account.')
output id string = account.id

@description('Name of the account.')
output name string = account.name

@description('Address of the tables.')
output tableUrl string = account.properties.primaryEndpoints.table

@description('Address of the queues.')
output queueUrl string = account.properties.primaryEndpoints.queue
