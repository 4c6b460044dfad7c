// What the Functions host of one app keeps: leases of timers, host keys, the deployed package. One account for each app:
// whoever could write here could replace the package, and with it become the app.

@description('Region of the account.')
param location string

@description('Name of the account.')
param name string

@description('Redundancy of the account.')
param sku string

@description('Tags of every resource.')
param tags object

@description('Container of the deployed package.')
param packages string

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  // checkov:skip=CKV_AZURE_35: without private networking the apps have no address of their own that could be allowed; keys are off, and roles decide
  // checkov:skip=CKV_AZURE_59: the same: public until private networking (docs/infrastructure.md), and nobody enters without a role
  // checkov:skip=CKV_AZURE_206: nothing here that a deployment does not make again
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

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: packages
  properties: {
    publicAccess: 'None'
  }
}

@description('Name of the account.')
output name string = account.name

@description('Address of the blobs.')
output blobUrl string = account.properties.primaryEndpoints.blob
