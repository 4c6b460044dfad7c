// An environment to try things in: cheap, quiet, thrown away.
// What differs from tenant to tenant comes from the environment of the deployment (`azd env set NAME VALUE`, or variables of the pipeline);
// none of it is a secret. A name that is not set ends the deployment before anything is done.

using 'main.bicep'

param environmentName = 'dev'
param prefix = 'rereg'
param baseUrl = readEnvironmentVariable('BASE_URL', '')
param storageSku = 'Standard_LRS'
param recordsAccount = readEnvironmentVariable('RECORDS_ACCOUNT', '')
param alwaysReadyWeb = 0
param alwaysReadyIssuance = 0
param vaultPurgeProtection = false
param firstDeployment = readEnvironmentVariable('FIRST_DEPLOYMENT', 'no') == 'yes'
param mailDomain = readEnvironmentVariable('MAIL_DOMAIN')
param mailSenderDisplayName = 'Account recovery (trial)'
param mailDomainVerified = readEnvironmentVariable('MAIL_DOMAIN_VERIFIED', 'no') == 'yes'
param mailOwnSender = readEnvironmentVariable('MAIL_OWN_SENDER', 'no') == 'yes'
param assignGraphRoles = readEnvironmentVariable('ASSIGN_GRAPH_ROLES', 'no') == 'yes'
param auditorsGroupId = readEnvironmentVariable('AUDITORS_GROUP_ID', '')
param operatorsGroupId = readEnvironmentVariable('OPERATORS_GROUP_ID', '')
param operatorAddresses = split(readEnvironmentVariable('OPERATOR_ADDRESSES'), ',')
param alertsOn = false
param daysWithoutForm = 0
param headsImmutableDays = 1
param headsLocked = readEnvironmentVariable('HEADS_LOCKED', 'no') == 'yes'
param logRetentionDays = 30
param logGigabytesPerDay = 1
param budgetAmount = 20
param budgetStart = readEnvironmentVariable('BUDGET_START')

// Everything else has the default of docs/settings.md.
param settings = {
  EVALUATION_MODE: readEnvironmentVariable('EVALUATION_MODE', 'false')
  CHANNELS: readEnvironmentVariable('CHANNELS', 'website')
  TENANT_DOMAIN: readEnvironmentVariable('TENANT_DOMAIN')
  APPLICANT_CLIENT_ID: readEnvironmentVariable('APPLICANT_CLIENT_ID')
  STAFF_CLIENT_ID: readEnvironmentVariable('STAFF_CLIENT_ID')
  SIGN_IN_WITH_IDENTITY: readEnvironmentVariable('SIGN_IN_WITH_IDENTITY', 'true')
  LINK_AUTH_CONTEXT: readEnvironmentVariable('LINK_AUTH_CONTEXT', 'c2')
  STAFF_AUTH_CONTEXT: readEnvironmentVariable('STAFF_AUTH_CONTEXT', 'c1')
  API_CLIENT_ID: readEnvironmentVariable('API_CLIENT_ID', '')
  API_FRONTENDS: readEnvironmentVariable('API_FRONTENDS', '')
  FORM_URL: readEnvironmentVariable('FORM_URL', '')
  FORMS_FILE: readEnvironmentVariable('FORMS_FILE', '')
  OFFICE_SCOPES: readEnvironmentVariable('OFFICE_SCOPES', '')
  VERIFY_ISSUER: readEnvironmentVariable('VERIFY_ISSUER', '')
  VERIFY_AUTHORIZATION_URL: readEnvironmentVariable('VERIFY_AUTHORIZATION_URL', '')
  VERIFY_TOKEN_URL: readEnvironmentVariable('VERIFY_TOKEN_URL', '')
  VERIFY_KEYS_URL: readEnvironmentVariable('VERIFY_KEYS_URL', '')
  VERIFY_CLIENT_ID: readEnvironmentVariable('VERIFY_CLIENT_ID', '')
  PROTECTED_GROUPS: readEnvironmentVariable('PROTECTED_GROUPS')
  REVIEWER_ADDRESSES: readEnvironmentVariable('REVIEWER_ADDRESSES')
  OPERATOR_ADDRESSES: readEnvironmentVariable('OPERATOR_ADDRESSES')
  SUPPORT_EMAIL: readEnvironmentVariable('SUPPORT_EMAIL', '')
  SUPPORT_URL: readEnvironmentVariable('SUPPORT_URL', '')
  PASSES_PER_HOUR: '10'
}
