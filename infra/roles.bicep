// Roles narrower than the built-in ones: those for tables, queues and blobs allow to create and delete the table, queue or container itself,
// and none of them allows to insert without allowing to change. What web may do must be exactly "ask".

@description('Begins every name; a role name must be unique in the tenant.')
param prefix string

var scope = resourceGroup().id
var rows = 'Microsoft.Storage/storageAccounts/tableServices/tables/entities'
var messages = 'Microsoft.Storage/storageAccounts/queueServices/queues/messages'
var blobs = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs'

var definitions = [
  {
    key: 'rowsAsk'
    description: 'Insert rows and read them; neither change nor delete one.'
    actions: []
    dataActions: [
      '${rows}/read'
      '${rows}/add/action'
    ]
  }
  {
    key: 'rowsCount'
    description: 'Insert, read and change rows; delete none.'
    actions: []
    dataActions: [
      '${rows}/read'
      '${rows}/add/action'
      '${rows}/update/action'
    ]
  }
  {
    key: 'rowsErase'
    description: 'Read rows and delete them; neither insert nor change one.'
    actions: []
    dataActions: [
      '${rows}/read'
      '${rows}/delete'
    ]
  }
  {
    key: 'rowsKeep'
    description: 'Everything with rows, nothing with the table itself.'
    actions: []
    dataActions: [
      '${rows}/read'
      '${rows}/write'
      '${rows}/delete'
      '${rows}/add/action'
      '${rows}/update/action'
    ]
  }
  {
    key: 'messagesWork'
    description: 'Everything with messages, and the length of the queue; nothing with the queue itself.'
    actions: [
      'Microsoft.Storage/storageAccounts/queueServices/queues/read'
    ]
    dataActions: [
      '${messages}/read'
      '${messages}/write'
      '${messages}/delete'
      '${messages}/add/action'
      '${messages}/process/action'
    ]
  }
  {
    key: 'blobsAdd'
    description: 'Add blobs and read them; neither replace nor delete one.'
    actions: []
    dataActions: [
      '${blobs}/read'
      '${blobs}/add/action'
    ]
  }
  {
    key: 'blobsErase'
    description: 'Read blobs and delete them; neither add nor replace one.'
    actions: []
    dataActions: [
      '${blobs}/read'
      '${blobs}/delete'
    ]
  }
  {
    key: 'blobsKeep'
    description: 'Everything with blobs, nothing with the container itself.'
    actions: []
    dataActions: [
      '${blobs}/read'
      '${blobs}/write'
      '${blobs}/delete'
      '${blobs}/add/action'
    ]
  }
]

resource roles 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [for each in definitions: {
  name: guid(scope, prefix, each.key)
  properties: {
    roleName: '${prefix} ${each.key} (${uniqueString(scope)})'
    description: each.description
    type: 'CustomRole'
    assignableScopes: [
      scope
    ]
    permissions: [
      {
        actions: each.actions
        notActions: []
        dataActions: each.dataActions
        notDataActions: []
      }
    ]
  }
}]

@description('Ids of the role definitions by key.')
output ids object = {
  rowsAsk: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(scope, prefix, 'rowsAsk'))
  rowsCount: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(scope, prefix, 'rowsCount'))
  rowsErase: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(scope, prefix, 'rowsErase'))
  rowsKeep: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(scope, prefix, 'rowsKeep'))
  messagesWork: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(scope, prefix, 'messagesWork'))
  blobsAdd: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(scope, prefix, 'blobsAdd'))
  blobsErase: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(scope, prefix, 'blobsErase'))
  blobsKeep: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(scope, prefix, 'blobsKeep'))
}
