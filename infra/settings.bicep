// App settings of both apps. The lists are held against shared/settings.py by `make check`: a setting that no list names, or that the code does
// not know, is an error, and so is a name in a parameter file that no list has.

@description('Values by name (docs/settings.md), each a string. What is not given keeps its default.')
param values object

@description('What the deployment itself knows, for both apps.')
param known object

@description('The same, for worker alone.')
param knownToWorker object

@description('Name of the vault.')
param vault string

var forBoth = [
  'EVALUATION_MODE'
  'TELEMETRY'
  'OTLP_ENDPOINT'
  'SECOND_APPROVER_FLAGS'
  'COOLING_OFF_FLAGS'
  'OFFICE_FLAGS'
  'RECENT_PASSWORD_DAYS'
  'SOON_AFTER_COMPLETION_DAYS'
  'REPEATED_WITHIN_DAYS'
  'REPEATED_FROM'
  'PHOTO_PRINT_DAYS'
  'PASSES_PER_HOUR'
  'PASSES_PER_DAY'
  'FREEZE_AT_PASSES_PER_HOUR'
  'CHANNELS'
  'API_CLIENT_ID'
  'FORM_URL'
  'FORMS_WITHOUT_TOKEN'
  'OFFICE_COUNTER_MINUTES'
  'OFFICE_SLIP_HOURS'
  'VERIFY_ISSUER'
  'VERIFY_KEYS_URL'
  'VERIFY_CLIENT_ID'
  'VERIFY_ACR_ACCEPTED'
  'VERIFY_MINUTES'
  'VERIFY_APP_NAME_JA'
  'VERIFY_APP_NAME_EN'
  'VERIFY_APP_URL'
  'LINK_AUTH_CONTEXT'
  'LINK_COOLING_DAYS'
  'CARD_PASSES_PER_DAY'
  'TENANT_DOMAIN'
  'ENTRA_AUTHORITY'
  'APPLICANT_CLIENT_ID'
  'STAFF_CLIENT_ID'
  'STAFF_AUTH_CONTEXT'
  'TIME_ZONE'
  'HOLIDAY_COUNTRY'
  'OPENS_AT'
  'CLOSES_AT'
  'BUSINESS_WEEKDAYS'
  'CLOSURES'
  'EXTRA_DAYS'
  'REVIEW_WITHIN_HOURS'
  'RETURN_DAYS'
  'PICKUP_DAYS'
  'COOLING_OFF_HOURS'
  'PHOTO_RETENTION_DAYS'
  'DETAILS_RETENTION_DAYS'
  'CASE_RETENTION_DAYS'
  'UNCONFIRMED_RETENTION_DAYS'
  'MAX_PASSES'
  'ONE_TIME_PASS'
  'OLD_METHODS'
  'SITE_NAME_JA'
  'SITE_NAME_EN'
  'ACCOUNT_NAME_JA'
  'ACCOUNT_NAME_EN'
  'SUPPORT_NAME_JA'
  'SUPPORT_NAME_EN'
  'SUPPORT_EMAIL'
  'SUPPORT_PHONE'
  'SUPPORT_URL'
  'SUPPORT_HOURS_JA'
  'SUPPORT_HOURS_EN'
  'SECURITY_INFO_URL'
  'SETUP_GUIDE_URL_JA'
  'SETUP_GUIDE_URL_EN'
  'OFFICE_JA'
  'OFFICE_EN'
  'OFFICE_HOURS_JA'
  'OFFICE_HOURS_EN'
  'PASSWORD_URL_JA'
  'PASSWORD_URL_EN'
  'PASSWORD_JA'
  'PASSWORD_EN'
]

var forWeb = [
  'SIGN_IN_WITH_IDENTITY'
  'TRUSTED_HOPS'
  'LIMIT_SIGN_INS'
  'LIMIT_UPLOADS_OF_NETWORK'
  'LIMIT_VERIFICATIONS'
  'LIMIT_WEBHOOK_POSTS'
  'LIMIT_APPLICATIONS'
  'LIMIT_UPLOADS'
  'LIMIT_PASS_REQUESTS'
  'LIMIT_DECISIONS'
  'LIMIT_PHOTO_VIEWS'
  'LIMIT_LOOK_UPS'
  'LIMIT_SUBMISSIONS'
  'LIMIT_FORM_RESPONSES'
  'API_FRONTENDS'
  'FORMS_FILE'
  'FORMS_DOMAINS'
  'VERIFY_AUTHORIZATION_URL'
  'VERIFY_TOKEN_URL'
  'VERIFY_SCOPES'
  'VERIFY_ACR_VALUES'
]

// No page may send mail or ask Graph, so web is not even told where they are.
var forWorker = [
  'BACKUP_HOURS'
  'BACKUP_DAYS'
  'OFFICE_SCOPES'
  'GRAPH_URL'
  'PROTECTED_GROUPS'
  'REVIEWER_ADDRESSES'
  'OPERATOR_ADDRESSES'
  'MAIL_PER_MINUTE'
  'MAIL_PER_HOUR'
]

var ways = map(split(values.?CHANNELS ?? 'website', ','), way => trim(way))
var card = contains(ways, 'identity_verification')
var withIdentity = toLower(values.?SIGN_IN_WITH_IDENTITY ?? 'false') == 'true'
var sharedKey = toLower(values.?FORMS_WITHOUT_TOKEN ?? 'false') == 'true'

var secretsOfBoth = concat([
  'LINK_KEYS'
], card ? [
  'LINK_HASH_KEY'
] : [])

var secretsOfWeb = concat([
  'COOKIE_KEYS'
], withIdentity ? [] : [
  'APPLICANT_CLIENT_SECRET'
  'STAFF_CLIENT_SECRET'
], card ? [
  'VERIFY_CLIENT_KEY'
] : [], sharedKey ? [
  'FORMS_FALLBACK_KEY'
] : [])

var secretsOfWorker = [
  'METHOD_HASH_KEY'
]

var webNames = filter(concat(forBoth, forWeb), name => contains(values, name))
var workerNames = filter(concat(forBoth, forWorker), name => contains(values, name))
var webReferences = toObject(concat(secretsOfBoth, secretsOfWeb), name => name, name => '@Microsoft.KeyVault(VaultName=${vault};SecretName=${replace(name, '_', '-')})')
var workerReferences = toObject(concat(secretsOfBoth, secretsOfWorker), name => name, name => '@Microsoft.KeyVault(VaultName=${vault};SecretName=${replace(name, '_', '-')})')

@description('App settings of web; secrets are references to the vault, never values.')
output web object = union(toObject(webNames, name => name, name => values[name]), webReferences, known)

@description('App settings of worker; secrets are references to the vault, never values.')
output worker object = union(toObject(workerNames, name => name, name => values[name]), workerReferences, known, knownToWorker)

@description('Names of the secrets in the vault that web reads.')
output webSecrets array = map(concat(secretsOfBoth, secretsOfWeb), name => replace(name, '_', '-'))

@description('Names of the secrets in the vault that worker reads.')
output workerSecrets array = map(concat(secretsOfBoth, secretsOfWorker), name => replace(name, '_', '-'))
