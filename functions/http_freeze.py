"""The freeze switch: how it stands, for all of the console; the buttons, for operators."""

from http import HTTPStatus

import azure.functions as func

from functions._http import answers
from functions._http.doors import CONSOLE, OPERATOR, door
from functions._http.freeze_form import read_turn
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import Role
from shared.presentation.views import Errors, FreezeView, Problem
from shared.services.set_freeze import ask_to_turn, show_freeze

bp = func.Blueprint()


@bp.route(route="staff/freeze", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CONSOLE)
async def staff_freeze(visit: Visit) -> func.HttpResponse:
    """Whether passes are frozen, since when, by whom and why."""
    return await _page(visit, {})


@bp.route(route="staff/freeze", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(OPERATOR)
async def staff_freeze_set(visit: Visit) -> func.HttpResponse:
    """Freeze the making of passes."""
    return await _turn(visit, freeze=True)


@bp.route(route="staff/thaw", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(OPERATOR)
async def staff_thaw(visit: Visit) -> func.HttpResponse:
    """Let passes be made again."""
    return await _turn(visit, freeze=False)


async def _turn(visit: Visit, *, freeze: bool) -> func.HttpResponse:
    number, reason, errors = read_turn(visit.form(), freeze=freeze, confirmed=visit.wants_json)
    if reason is None or errors:
        if visit.wants_json:
            raise Trouble(Problem.BAD_REQUEST, link="/staff/freeze", fields=tuple(errors.items()))
        return await _page(visit, errors, status=HTTPStatus.BAD_REQUEST)
    ports, token = bootstrap.web(), visit.member.token
    await ask_to_turn(freeze=freeze, number=number, reason=reason, token=token, ports=ports)
    if visit.wants_json:
        return answers.document({"state": "asked"}, status=HTTPStatus.ACCEPTED)
    return answers.redirect("/staff/freeze")


async def _page(visit: Visit, errors: Errors, *, status: int = HTTPStatus.OK) -> func.HttpResponse:
    found = await show_freeze(bootstrap.web())
    view = FreezeView(
        switch=found.switch,
        history=found.history,
        operator=Role.OPERATOR.value in visit.member.identity.roles,
        asked=found.asked is not None,
        errors=errors,
    )
    return visit.page("staff_freeze", view, status=status)
