// One function app on a plan of its own (Flex Consumption, Python 3.13). Both apps run the same package; APP_ROLE says which functions it serves.

@description('Region of the app.')
param location string

@description('Name of the app.')
param name string

@description('Role of the app: web (the doors) or worker (queues and timers).')
@allowed([
  'web'
  'worker'
])
param role string

@description('Tags of every resource.')
param tags object

@description('Identity of the app: id and clientId.')
param identity object

@description('Address of the blobs of the account of the host.')
param hostBlobUrl string

@description('Container of the deployed package.')
param packages string

@description('App settings that shared/settings.py reads.')
param settings object

@description('Address of the tables.')
param tableUrl string

@description('Address of the queues, for the code and for the triggers.')
param queueUrl string

@description('Address of the photos and of the heads of audit chains.')
param photosUrl string

@description('Name of Application Insights.')
param insightsName string

@description('Memory of an instance in MB.')
@allowed([
  512
  2048
  4096
])
param memory int

@description('Most instances.')
@minValue(40)
@maxValue(1000)
param instancesAtMost int

@description('Instances that are always there, by group: name and instanceCount; empty costs nothing while idle.')
param alwaysReady array

@description('Whether the instances are spread over zones.')
param zoneRedundant bool

@description('Whether the internet reaches the app. Publishing stays reachable, with Entra ID only.')
param publicDoor bool

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  // checkov:skip=CKV_AZURE_212: the number of instances is the platform's on this plan
  // checkov:skip=CKV_AZURE_225: zones are a parameter: they cost two always-ready instances a group
  name: '${name}-plan'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  // checkov:skip=CKV_AZURE_17: people come with browsers, not with certificates; the worker answers nobody at all
  // checkov:skip=CKV_AZURE_212: the number of instances is the platform's on this plan
  // checkov:skip=CKV_AZURE_213: the platform of this plan replaces instances without asking a path; /health/ready is for monitors
  // checkov:skip=CKV_AZURE_222: web is for the internet; the worker's door is shut by its restriction, and publishing needs the other one
  name: name
  location: location
  kind: 'functionapp,linux'
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    // Nobody needs /admin from outside: nothing of this service is started by hand there. The host of this plan heeds the word since
    // September 2025 (https://github.com/Azure/azure-functions-host/pull/11369); whether the platform does was not seen (unconfirmed).
    functionsRuntimeAdminIsolationEnabled: true
    publicNetworkAccess: 'Enabled'
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostBlobUrl}${packages}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        alwaysReady: alwaysReady
        instanceMemoryMB: memory
        maximumInstanceCount: instancesAtMost
        triggers: {
          http: {
            // Python's default is 1, which would ask for an instance for each request of a burst.
            perInstanceConcurrency: 16
          }
        }
      }
    }
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: publicDoor ? 'Allow' : 'Deny'
      minTlsVersion: '1.2'
      remoteDebuggingEnabled: false
      scmIpSecurityRestrictionsDefaultAction: 'Allow'
      scmIpSecurityRestrictionsUseMain: false
      scmMinTlsVersion: '1.2'
    }
  }
}

// Publishing takes Entra ID, never a password.
resource noPasswordForFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noPasswordForPublishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  // This list holds app settings only; checkov takes it for the configuration of a web app, which stands in the resource above.
  // checkov:skip=CKV_AZURE_13: app settings, see above; people sign in by the code itself, with checks that the platform's sign-in does not make
  // checkov:skip=CKV_AZURE_63: app settings, see above; requests are logged by telemetry without addresses of people
  // checkov:skip=CKV_AZURE_65: app settings, see above; an error page tells nobody details
  // checkov:skip=CKV_AZURE_66: app settings, see above; a trace of failed requests would hold links and tokens
  // checkov:skip=CKV_AZURE_80: app settings, see above; there is no .NET here
  // checkov:skip=CKV_AZURE_88: app settings, see above; this plan has no file share
  // checkov:skip=CKV_AZURE_222: app settings, see above
  parent: app
  name: 'appsettings'
  properties: union(settings, {
    APP_ROLE: role
    IDENTITY_CLIENT_ID: identity.clientId
    // The host's own storage, and the connection of the triggers: both by identity.
    AzureWebJobsStorage__blobServiceUri: hostBlobUrl
    AzureWebJobsStorage__clientId: identity.clientId
    AzureWebJobsStorage__credential: 'managedidentity'
    PhotosStorage__blobServiceUri: photosUrl
    RecordsStorage__clientId: identity.clientId
    RecordsStorage__credential: 'managedidentity'
    RecordsStorage__queueServiceUri: queueUrl
    RecordsStorage__tableServiceUri: tableUrl
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.clientId};Authorization=AAD'
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  })
}

@description('Name of the app.')
output name string = app.name

@description('Id of the app.')
output id string = app.id

@description('Address of the app, without a closing slash.')
output url string = 'https://${app.properties.defaultHostName}'
