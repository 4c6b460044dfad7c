"""The way in, the guided choice, the page of each way, and the few files that pages load."""

import azure.functions as func

from functions._http import answers
from functions._http.doors import ANYONE, door
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import Channel
from shared.domain.ways import Situation, in_order, situations, ways_for, ways_in
from shared.presentation.privacy_view import privacy_view
from shared.presentation.static_files import static_file
from shared.presentation.views import HomeView, Problem, WayChoiceView, WayView

bp = func.Blueprint()


@bp.route(route="/", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, says_frozen=True)
async def home(visit: Visit) -> func.HttpResponse:
    """What to try first, what happened, and every way in with its waiting time now."""
    ports, on = bootstrap.web(), bootstrap.ways()
    offered = ways_in(in_order(on), ports.clock.now(), ports.rules.calendar)
    return visit.page("home", HomeView(offered, situations(on)))


@bp.route(route="ways/choose/{situation}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def way_choice(visit: Visit) -> func.HttpResponse:
    """What fits this situation, and how long it takes now."""
    situation = visit.part("situation").replace("-", "_")
    ports, on = bootstrap.web(), bootstrap.ways()
    if situation not in {each.value for each in situations(on)}:
        raise Trouble(Problem.NOT_FOUND)
    fitting = ways_for(Situation(situation), on)
    offered = ways_in(fitting, ports.clock.now(), ports.rules.calendar)
    return visit.page("way_choice", WayChoiceView(Situation(situation), offered))


@bp.route(route="ways/{way}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def way(visit: Visit) -> func.HttpResponse:
    """What one way in needs before one starts, and how long it takes now."""
    asked = visit.part("way").replace("-", "_")
    ports, on = bootstrap.web(), bootstrap.ways()
    if asked not in {each.value for each in Channel}:
        raise Trouble(Problem.NOT_FOUND)
    if asked not in on:
        raise Trouble(Problem.WAY_OFF)
    offered = ways_in(in_order(on), ports.clock.now(), ports.rules.calendar)
    this = next(each for each in offered if each.channel == asked)
    return visit.page("way", WayView(this, tuple(each for each in offered if each is not this)))


@bp.route(route="privacy", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def privacy(visit: Visit) -> func.HttpResponse:
    """What is kept of whom, for how long, and who sees it."""
    return visit.page("privacy", privacy_view(bootstrap.web().rules))


@bp.route(route="static/{name}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def static(visit: Visit) -> func.HttpResponse:
    """A style sheet, a script, the icon."""
    found = static_file(visit.part("name"))
    if found is None:
        raise Trouble(Problem.NOT_FOUND)
    return answers.data(*found, cache=True)
