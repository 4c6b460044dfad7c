"""A local Functions host: runs the real function_app.py the way the platform's host does.

One process runs one app. HTTP, queue and timer triggers are derived from the metadata that Microsoft's own
Python runtime (`azure-functions-runtime`) makes of the app; nothing here knows a route, a queue, a schedule.
The rules it imitates are those of Azure/azure-functions-host and Azure/azure-webjobs-sdk; docs/local-host.md
lists them and where this host is deliberately different. Development and tests only, never shipped.
"""
