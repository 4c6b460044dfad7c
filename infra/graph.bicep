// What worker may do in Microsoft Graph, app role by app role. A module of its own: whoever deploys it needs AppRoleAssignment.ReadWrite.All and
// Application.Read.All, which is often another team (assignGraphRoles of main.bicep). Web has no role here: no line of this file names it.
// UserAuthenticationMethod.ReadWrite.All is avoided on purpose: it would do all of this at once, for every kind of method and every account.

extension microsoftGraphV1

@description('Object id of the identity of worker.')
param workerPrincipalId string

@description('Kinds of methods that the service may remove after a new one was registered, or at once from a stolen device; empty with OLD_METHODS=keep.')
param removableKinds array

var always = [
  { role: 'UserAuthMethod-TAP.ReadWrite.All', why: 'Makes, lists and deletes passes; nothing of other kinds of methods.' }
  { role: 'UserAuthenticationMethod.Read.All', why: 'Remembers the methods before a pass and sees a new one afterwards; reads only.' }
  { role: 'User.Read.All', why: 'Reads whether the account exists and is enabled, its kind, addresses on file and groups.' }
  { role: 'GroupMember.Read.All', why: 'Reads memberships of protected groups, nested ones too.' }
  { role: 'RoleManagement.Read.Directory', why: 'Refuses whoever holds a directory role, directly or as PIM-eligible.' }
  { role: 'Policy.Read.AuthenticationMethod', why: 'Reads whether the account is in scope of the TAP policy and the minimum life of a pass.' }
  { role: 'User.RevokeSessions.All', why: 'Ends the sessions of whoever may hold the old device.' }
]
var removable = [
  { kind: 'phone', role: 'UserAuthMethod-Phone.ReadWrite.All', why: 'Removes the lost phone number.' }
  { kind: 'microsoftAuthenticator', role: 'UserAuthMethod-MicrosoftAuthApp.ReadWrite.All', why: 'Removes the app on the lost phone.' }
  { kind: 'softwareOath', role: 'UserAuthMethod-SoftwareOATH.ReadWrite.All', why: 'Removes the one-time codes of the lost phone.' }
  { kind: 'fido2', role: 'UserAuthMethod-Passkey.ReadWrite.All', why: 'Removes the lost security key or passkey.' }
  { kind: 'windowsHelloForBusiness', role: 'UserAuthMethod-WindowsHello.ReadWrite.All', why: 'Removes the lost computer.' }
  { kind: 'platformCredential', role: 'UserAuthMethod-PlatformCred.ReadWrite.All', why: 'Removes the lost computer of another make.' }
]
var granted = concat(always, filter(removable, each => contains(removableKinds, each.kind)))

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: '00000003-0000-0000-c000-000000000000'
}

// The id of a role is looked up by its name in the tenant: a name that is not there ends the deployment, a wrong id would not.
resource workerMay 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [for each in granted: {
  appRoleId: filter(graph.appRoles, role => role.value == each.role)[0].id
  principalId: workerPrincipalId
  resourceId: graph.id
}]
