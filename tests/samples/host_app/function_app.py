"""A small app that shows what a Functions host does to it; the host's contract tests run it."""

# The host puts this folder on the path; mypy does not know that.
# mypy: disable-error-code="import-not-found"

import azure.functions as func
from sample_jobs import bp as jobs
from sample_pages import bp as pages
from sample_ticks import bp as ticks

app = func.FunctionApp()
for blueprint in (pages, jobs, ticks):
    app.register_functions(blueprint)
