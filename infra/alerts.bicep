// When somebody must look. Each line of the table is one alert; docs/operations.md says what to do about each.
// Metrics are those of shared/ports/telemetry.py, functions those of functions/; `make check` holds the names against the code.

@description('Region of the alerts.')
param location string

@description('Begins every name.')
param prefix string

@description('Tags of every resource.')
param tags object

@description('Log Analytics workspace that is asked.')
param workspaceId string

@description('Id of the app of web.')
param webId string

@description('Who is told.')
param addresses array

@description('Whether the alerts are on.')
param on bool

@description('Days without a form response after which somebody should look at the flow; 0: no such alert.')
@minValue(0)
@maxValue(2)
param daysWithoutForm int

@description('Whether worker exports the tables; false: no alert asks for it.')
param exportsWanted bool

var always = [
  {
    name: 'poison'
    why: 'A message failed five times, or lies in a poison queue: a case stands in attention, or is about to.'
    query: 'AppMetrics | where Name == "reregister.poison.messages" | summarize found = sum(Sum)'
    over: 0
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'attention'
    why: 'A case came to attention: nothing moves it but an operator.'
    query: 'AppMetrics | where Name == "reregister.transitions" and tostring(Properties.state) == "attention" | summarize found = sum(Sum)'
    over: 0
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'issuing-long'
    why: 'A pass is still being made two minutes after its deadline of three: nobody has cleared it up, and somebody waits before a screen.'
    query: 'AppMetrics | where Name == "reregister.issuing.age" | summarize found = max(max_of(coalesce(Max, 0.0), Sum / ItemCount))'
    over: 120
    severity: 2
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'backlog'
    why: 'The oldest due row or request has waited for ten minutes (seconds here): the worker stands still or cannot keep up.'
    query: 'AppMetrics | where Name in ("reregister.due.age", "reregister.inbox.age") | summarize found = max(max_of(coalesce(Max, 0.0), Sum / ItemCount))'
    over: 600
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'worker-silent'
    why: 'The timer that wakes the worker has told nothing for a quarter of an hour.'
    query: 'AppMetrics | where Name == "reregister.inbox.size" | summarize beats = count() | project found = iff(beats == 0, 1, 0)'
    over: 0
    severity: 0
    every: 'PT5M'
    window: 'PT15M'
  }
  {
    name: 'mail-budget'
    why: 'Mails wait because the allowance of the mail service is used up, or were refused: owners and applicants do not hear in time.'
    query: 'AppMetrics | where Name == "reregister.mails" and tostring(Properties.ended) in ("waits", "refused", "unavailable") | summarize found = sum(Sum)'
    over: 20
    severity: 2
    every: 'PT15M'
    window: 'PT1H'
  }
  {
    name: 'graph-forbidden'
    why: 'Graph refused for good: an app role is missing, or the policy of passes forbids it.'
    query: 'AppMetrics | where Name == "reregister.graph.answers" and tostring(Properties.answer) == "403" | summarize found = sum(Sum)'
    over: 0
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
  }
]

// Two days are the longest window that such a rule can look back.
var withoutForm = [
  {
    name: 'no-form'
    why: 'No form response was taken for days: the flow may have been switched off, or its connection may have run out.'
    query: 'AppMetrics | where Name == "reregister.door.answers" and tostring(Properties.door) == "form_response" and tostring(Properties.answer) == "2xx" | summarize seen = count() | project found = iff(seen == 0, 1, 0)'
    over: 0
    severity: 3
    every: 'P1D'
    window: 'P${daysWithoutForm}D'
  }
]

// What brings the service back is missed only on the day when it is needed.
var withoutExport = [
  {
    name: 'no-export'
    why: 'No export of the tables was brought to its end for a day: after a loss of storage there would be an old one, or none.'
    query: 'AppTraces | where Message == "the tables were exported" | summarize seen = count() | project found = iff(seen == 0, 1, 0)'
    over: 0
    severity: 2
    every: 'P1D'
    window: 'P1D'
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-operators'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'reregister'
    emailReceivers: [for (address, i) in addresses: {
      name: 'operator-${i}'
      emailAddress: address
      useCommonAlertSchema: true
    }]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for each in concat(always, daysWithoutForm > 0 ? withoutForm : [], exportsWanted ? withoutExport : []): {
  name: '${prefix}-${each.name}'
  location: location
  tags: tags
  properties: {
    description: each.why
    enabled: on
    severity: each.severity
    evaluationFrequency: each.every
    windowSize: each.window
    autoMitigate: true
    // At the first deployment nothing was told yet.
    skipQueryValidation: true
    scopes: [
      workspaceId
    ]
    criteria: {
      allOf: [
        {
          query: each.query
          metricMeasureColumn: 'found'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: each.over
          failingPeriods: {
            minFailingPeriodsToAlert: 1
            numberOfEvaluationPeriods: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}]

resource serverErrors 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${prefix}-5xx'
  location: 'global'
  tags: tags
  properties: {
    description: 'Pages answered with errors of ours: people are turned away.'
    enabled: on
    severity: 1
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    scopes: [
      webId
    ]
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'errors'
          metricNamespace: 'Microsoft.Web/sites'
          metricName: 'Http5xx'
          operator: 'GreaterThan'
          threshold: 5
          timeAggregation: 'Total'
        }
      ]
    }
    actions: [
      {
        actionGroupId: people.id
      }
    ]
  }
}
