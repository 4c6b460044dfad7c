// Heads of the audit chains: a container that only worker may add to, and that nobody may alter before its time.
// It stands beside the photos because the service opens one account of blobs; the policy covers this container alone.

@description('Name of the account.')
param account string

@description('Container of the heads.')
param container string

@description('Days for which a head can be neither changed nor deleted. The rule is made unlocked; docs/infrastructure.md says how and when to lock it.')
@minValue(1)
param immutableDays int

@description('True once the rule was locked. It then takes nothing but a longer time, so a deployment that names it would fail.')
param locked bool

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

// https://learn.microsoft.com/rest/api/storagerp/blob-containers/lock-immutability-policy. What is left out of a deployment stays as it is.
resource immutable 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2023-05-01' = if (!locked) {
  parent: heads
  name: 'default'
  properties: {
    allowProtectedAppendWrites: false
    immutabilityPeriodSinceCreationInDays: immutableDays
  }
}
