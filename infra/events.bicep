// Delivery reports of mails: Event Grid puts each into a queue, and worker notes on the case what was not delivered.

@description('Begins every name.')
param prefix string

@description('Tags of every resource.')
param tags object

@description('Id of the communication resource.')
param mailId string

@description('Id of the account of the queue.')
param recordsId string

@description('Queue of the reports.')
param queue string

@description('Id of the identity that may put messages into that queue and nothing else.')
param courierId string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: '${prefix}-mail-events'
  location: 'global'
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${courierId}': {}
    }
  }
  properties: {
    source: mailId
    topicType: 'Microsoft.Communication.CommunicationServices'
  }
}

resource reports 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'delivery-reports'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    deliveryWithResourceIdentity: {
      identity: {
        type: 'UserAssigned'
        userAssignedIdentity: courierId
      }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          queueMessageTimeToLiveInSeconds: 604800 // a report holds an address: it does not outlive a week
          queueName: queue
          resourceId: recordsId
        }
      }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.Communication.EmailDeliveryReportReceived'
      ]
      // What arrived needs nobody; each report left out is an address less in a queue.
      advancedFilters: [
        {
          operatorType: 'StringNotIn'
          key: 'data.status'
          values: [
            'Delivered'
            'Expanded'
          ]
        }
      ]
    }
    retryPolicy: {
      eventTimeToLiveInMinutes: 1440
      maxDeliveryAttempts: 30
    }
  }
}
