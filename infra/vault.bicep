// Secrets that the platform cannot replace by an identity: keys of links, cookies and hashes, and the secrets of the app registrations.
// Values never pass through a template: the operator sets them (docs/infrastructure.md), and rotation is a new version.

@description('Region of the vault.')
param location string

@description('Name of the vault.')
param name string

@description('Tags of every resource.')
param tags object

@description('Secrets of the service; each has its own role assignments.')
param entries array

@description('True at the very first deployment only: makes each secret with a value that no process accepts. Later it would put that value over the real one.')
param firstDeployment bool

@description('Whether a deleted vault and its secrets can be purged by nobody before 90 days have passed.')
param purgeProtection bool

@description('Log Analytics workspace that keeps who read which secret.')
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  // checkov:skip=CKV_AZURE_42: purge protection is a parameter, on by default; check_infra.py holds the expression, and that test and prod leave it on
  // checkov:skip=CKV_AZURE_110: the same; only dev, which is thrown away, has it off
  // checkov:skip=CKV_AZURE_109: without private networking the apps have no address of their own that could be allowed; roles decide, secret by secret
  // checkov:skip=CKV_AZURE_189: the same: public until private networking (docs/infrastructure.md)
  name: name
  location: location
  tags: tags
  properties: {
    // Never false: the platform refuses that word even for a new vault.
    enablePurgeProtection: purgeProtection ? true : null
    enableRbacAuthorization: true
    enableSoftDelete: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: 'Enabled'
    softDeleteRetentionInDays: 90
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Allow'
    }
  }
}

// Shorter than any key may be, so that an app that still reads it refuses to work.
resource placeholders 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = [for secret in (firstDeployment ? entries : []): {
  // checkov:skip=CKV_AZURE_41: a value that opens nothing needs no end; the doctor command warns of the age of the real ones
  parent: vault
  name: secret
  properties: {
    contentType: 'placeholder'
    value: 'not-set'
  }
}]

resource reads 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'reads'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

@description('Name of the vault.')
output name string = vault.name
