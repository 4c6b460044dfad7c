// Heads of the audit chains: a container that only worker may add to, and that nobody may alter before its time.
// It stands beside the photos because the service opens one account of blobs; the policy covers this container alone.

@description('Name of the account.')
param account string

@description('Container of the heads.')
param container string

@description('Days for which a head can be neither changed nor deleted. The policy is made unlocked; docs/infrastructure.md says how and when to lock it.')
@minValue(1)
param immutableDays int

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' existing = {
  name: '${account}/default'
}

resource heads 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: container
  properties: {
    publicAccess: 'None'
  }
}

resource immutable 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2023-05-01' = {
  parent: heads
  name: 'default'
  properties: {
    allowProtectedAppendWrites: false
    immutabilityPeriodSinceCreationInDays: immutableDays
  }
}
