// ID photos and exported tables, in an account where what is deleted is gone: soft delete and versions would keep a photo, or a person's rows,
// after their end.

@description('Region of the account.')
param location string

@description('Name of the account.')
param name string

@description('Redundancy of the account.')
param sku string

@description('Tags of every resource.')
param tags object

@description('Container of the photos.')
param container string

@description('Container of the exported tables.')
param backups string

@description('Days after which the platform deletes a photo or an export that the service has not deleted; longer than a case and PHOTO_RETENTION_DAYS together, and than BACKUP_DAYS.')
@minValue(30)
param daysAtMost int

@description('Log Analytics workspace that keeps who read and deleted which blob.')
param workspaceId string

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  // checkov:skip=CKV_AZURE_35: without private networking the apps have no address of their own that could be allowed; keys are off, and roles decide
  // checkov:skip=CKV_AZURE_59: the same: public until private networking (docs/infrastructure.md), and nobody enters without a role
  // checkov:skip=CKV_AZURE_206: copies in another region would be more places to delete a photo from
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
    changeFeed: {
      enabled: false
    }
    containerDeleteRetentionPolicy: {
      enabled: false
    }
    deleteRetentionPolicy: {
      enabled: false
    }
    isVersioningEnabled: false
  }
}

resource photos 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: container
  properties: {
    publicAccess: 'None'
  }
}

resource exports 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: backups
  properties: {
    publicAccess: 'None'
  }
}

// A second net only: the service deletes photos and exports itself, by the day, and records that it did.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          enabled: true
          name: 'photos-and-exports-end'
          type: 'Lifecycle'
          definition: {
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: daysAtMost
                }
              }
            }
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                '${container}/'
                '${backups}/'
              ]
            }
          }
        }
      ]
    }
  }
}

// A second witness beside our own records of who looked at a photo.
resource uses 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'uses'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageRead'
        enabled: true
      }
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

@description('Name of the account.')
output name string = account.name

@description('Address of the blobs.')
output blobUrl string = account.properties.primaryEndpoints.blob
