"""Registers the functions of this process's role, nothing else: an error here would make all functions vanish."""

import azure.functions as func

from functions import by_role
from shared.bootstrap import app_role

app = func.FunctionApp()
for blueprint in by_role.blueprints(app_role()):
    app.register_functions(blueprint)
