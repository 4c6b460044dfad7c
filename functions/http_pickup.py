"""The pickup page: mailed link and password sign-in together, then the pass for this browser alone."""

from http import HTTPStatus

import azure.functions as func

from functions._http import answers
from functions._http.doors import ANYONE, APPLICANT, door
from functions._http.pickups import bind_link, collector_of, needs_link_page, pickup_page
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import Channel
from shared.domain.states import State
from shared.presentation.views import Problem
from shared.services import collect_pass
from shared.services.find_case import read_own_case

bp = func.Blueprint()

_WITH_A_PASS = frozenset({State.APPROVED, State.ISSUING, State.ISSUED})


@bp.route(route="pickup/{id}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def pickup(visit: Visit) -> func.HttpResponse:
    """The key of a mailed link moves into a cookie; the page itself is behind ``pickup_open``."""
    if visit.query("key"):
        await bind_link(visit, visit.query("key"))
        return answers.redirect(f"/pickup/{visit.part('id')}")
    return await pickup_open(visit.req)


@door(APPLICANT, says_frozen=True)
async def pickup_open(visit: Visit) -> func.HttpResponse:
    """The page with the button; opening it uses nothing up."""
    found = await read_own_case(visit.part("id"), visit.who.oid, bootstrap.web())
    if found.application.state not in _WITH_A_PASS:
        return answers.redirect(f"/applications/{visit.part('id')}")
    if found.application.channel is Channel.IDENTITY_VERIFICATION:
        return answers.redirect("/verify")  # the card stands in for the link, and there never is one
    if collector_of(visit, found.application) is None:
        return needs_link_page(visit, found)
    return pickup_page(visit, found)


@bp.route(route="pickup/{id}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(APPLICANT, speaks_json=True)
async def pickup_ask(visit: Visit) -> func.HttpResponse:
    """Ask for the pass, sealed to the public key of this browser."""
    public_key = visit.json().get("public_key")
    if not isinstance(public_key, str):
        raise Trouble(Problem.BAD_REQUEST)
    collector = collector_of(visit) or _no_link()
    await collect_pass.ask_for_pass(visit.part("id"), collector, public_key, bootstrap.web())
    return answers.document({"state": "asked"}, status=HTTPStatus.ACCEPTED)


@bp.route(route="pickup/{id}/pass", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door(APPLICANT, speaks_json=True)
async def pickup_pass(visit: Visit) -> func.HttpResponse:
    """The ciphertext, for the session that asked."""
    collector = collector_of(visit) or _no_link()
    outcome = await collect_pass.collect_pass(visit.part("id"), collector, bootstrap.web())
    if isinstance(outcome, collect_pass.Pending):
        return answers.document({"state": "being_made"}, status=HTTPStatus.ACCEPTED)
    return answers.document({"sealed": outcome.sealed, "seconds_left": outcome.seconds_left})


@bp.route(route="pickup/{id}/shown", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(APPLICANT, speaks_json=True)
async def pickup_shown(visit: Visit) -> func.HttpResponse:
    """The pass is on the screen."""
    collector = collector_of(visit) or _no_link()
    await collect_pass.confirm_shown(visit.part("id"), collector, bootstrap.web())
    return answers.document({"state": "shown"}, status=HTTPStatus.ACCEPTED)


def _no_link() -> collect_pass.Collector:
    raise Trouble(Problem.LINK_NEEDED)
