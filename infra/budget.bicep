// Word to people before the month costs more than was meant; nothing is switched off.

@description('Name of the budget.')
param name string

@description('Amount of a month, in the currency of the subscription.')
param amount int

@description('First day of the first month, such as 2026-04-01; Azure takes no day in the past at the first deployment.')
param start string

@description('Who is told.')
param addresses array

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: name
  properties: {
    amount: amount
    category: 'Cost'
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: start
    }
    notifications: {
      forecast: {
        contactEmails: addresses
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
      }
      most: {
        contactEmails: addresses
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
      }
    }
  }
}
