// Mail through Azure Communication Services, from a domain of the university's own.

@description('Begins every name.')
param prefix string

@description('Tags of every resource.')
param tags object

@description('Where the mail service keeps data at rest.')
param dataLocation string

@description('Domain of the sender, such as recovery.example.ac.jp. Its records in DNS are outputs of this template.')
param domain string

@description('Whether the sender has a name of its own. A new domain has donotreply@ alone, and takes no other before its sending limits were raised.')
param ownSender bool

@description('What stands before the @ of a sender of its own.')
param senderName string

@description('Name that mail programs show beside a sender of its own.')
param senderDisplayName string

@description('False until the records are in DNS and the domain was verified; an unverified domain cannot be linked.')
param domainVerified bool

resource service 'Microsoft.Communication/emailServices@2025-05-01' = {
  name: '${prefix}-email'
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
  }
}

resource ownDomain 'Microsoft.Communication/emailServices/domains@2025-05-01' = {
  parent: service
  name: domain
  location: 'global'
  tags: tags
  properties: {
    domainManagement: 'CustomerManaged'
    // Links in these mails must stay as they are, and nobody needs to know who opened one.
    userEngagementTracking: 'Disabled'
  }
}

// https://learn.microsoft.com/azure/communication-services/quickstarts/email/add-multiple-senders: not with the limits of a new domain.
resource sender 'Microsoft.Communication/emailServices/domains/senderUsernames@2025-05-01' = if (domainVerified && ownSender) {
  parent: ownDomain
  name: toLower(senderName)
  properties: {
    displayName: senderDisplayName
    username: senderName
  }
}

resource communication 'Microsoft.Communication/communicationServices@2025-05-01' = {
  name: '${prefix}-mail'
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
    disableLocalAuth: true
    linkedDomains: domainVerified ? [
      ownDomain.id
    ] : []
  }
}

@description('Id of the resource that sends.')
output id string = communication.id

@description('Name of the resource that sends.')
output name string = communication.name

@description('Name of the service that the domain belongs to.')
output serviceName string = service.name

@description('Address of the resource that sends.')
output endpoint string = 'https://${communication.properties.hostName}'

@description('The sender.')
output sender string = '${ownSender ? senderName : 'donotreply'}@${domain}'

@description('Records to put into DNS: ownership, SPF, DKIM.')
output dnsRecords object = ownDomain.properties.verificationRecords
