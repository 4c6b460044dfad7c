"""The way in, and the few files that pages load."""

import azure.functions as func

from functions._http import answers
from functions._http.doors import ANYONE, door
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared import bootstrap
from shared.presentation.static_files import static_file
from shared.presentation.views import HomeView, Problem
from shared.services.submit_application import looked_at_from

bp = func.Blueprint()


@bp.route(route="/", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def home(visit: Visit) -> func.HttpResponse:
    """What this is for, what to try first, and when an application sent now is looked at."""
    ports = bootstrap.web()
    now = ports.clock.now()
    view = HomeView(looked_at_from(now, ports), ports.rules.calendar.is_open(now))
    return visit.page("home", view)


@bp.route(route="static/{name}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def static(visit: Visit) -> func.HttpResponse:
    """A style sheet or script."""
    found = static_file(visit.part("name"))
    if found is None:
        raise Trouble(Problem.NOT_FOUND)
    return answers.data(*found, cache=True)
