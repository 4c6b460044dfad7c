// One identity for each app: what the internet reaches and what acts share nothing but the names of things.

@description('Region of the identities.')
param location string

@description('Begins every name.')
param prefix string

@description('Tags of every resource.')
param tags object

resource web 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${prefix}-web'
  location: location
  tags: tags
}

resource worker 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${prefix}-worker'
  location: location
  tags: tags
}

// Event Grid brings delivery reports with an identity of its own, which may do nothing else.
resource courier 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${prefix}-courier'
  location: location
  tags: tags
}

@description('Identity of web.')
output web object = {
  id: web.id
  clientId: web.properties.clientId
  principalId: web.properties.principalId
}

@description('Identity of worker.')
output worker object = {
  id: worker.id
  clientId: worker.properties.clientId
  principalId: worker.properties.principalId
}

@description('Identity of the Event Grid topic.')
output courier object = {
  id: courier.id
  principalId: courier.properties.principalId
}
