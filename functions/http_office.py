"""The counter of a faculty's office: look an account up, compare, confirm, print the slip."""

from http import HTTPStatus

import azure.functions as func

from functions._http import answers
from functions._http.counter_form import read_confirm_form, read_look_up_form
from functions._http.doors import CLERK, door
from functions._http.office_pages import (
    case_document,
    case_page,
    clerk_of,
    office_page,
    slip_document,
    slip_page,
    taken,
)
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import Channel
from shared.domain.limits import Limit
from shared.presentation.views import Problem
from shared.services import print_slip, serve_counter
from shared.services.refusals import Refusal, RefusedError

bp = func.Blueprint()


@bp.route(route="office", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CLERK, way=Channel.OFFICE)
async def office(visit: Visit) -> func.HttpResponse:
    """Which account, and the clerk's own cases."""
    return office_page(visit, await serve_counter.list_own(visit.member.identity, bootstrap.web()))


@bp.route(route="office", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CLERK, way=Channel.OFFICE, counts=(Limit.LOOK_UPS,))
async def office_look_up(visit: Visit) -> func.HttpResponse:
    """Have the account looked up."""
    ports = bootstrap.web()
    form = read_look_up_form(visit.form(), bootstrap.settings().tenant_domain)
    if not form.account:
        if visit.wants_json:
            raise Trouble(Problem.BAD_REQUEST, fields=tuple(form.errors.items()))
        own = await serve_counter.list_own(visit.member.identity, ports)
        return office_page(visit, own, form=form, status=HTTPStatus.BAD_REQUEST)
    case = await serve_counter.look_up(
        form.account, clerk_of(visit), ports, nonce=form.form_id, language=visit.language
    )
    if visit.wants_json:
        document = {"id": case, "status_url": f"{bootstrap.base_url()}/office/{case}"}
        return answers.document(document, status=HTTPStatus.ACCEPTED)
    return answers.redirect(f"/office/{case}")


@bp.route(route="office/{id}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CLERK, way=Channel.OFFICE)
async def office_case(visit: Visit) -> func.HttpResponse:
    """The person on file, to be compared; later what became of the case."""
    seen = await serve_counter.show_counter(visit.part("id"), clerk_of(visit), bootstrap.web())
    return case_document(seen) if visit.wants_json else case_page(visit, seen)


@bp.route(route="office/{id}/confirm", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CLERK, way=Channel.OFFICE)
async def office_confirm(visit: Visit) -> func.HttpResponse:
    """The clerk confirms who stands at the counter: that is the decision."""
    ports, clerk = bootstrap.web(), clerk_of(visit)
    form = read_confirm_form(visit.form())
    confirmation = form.confirmation
    if confirmation is None:
        if visit.wants_json:
            raise Trouble(Problem.BAD_REQUEST, fields=tuple(form.errors.items()))
        seen = await serve_counter.show_counter(visit.part("id"), clerk, ports)
        return case_page(visit, seen, form=form, status=HTTPStatus.BAD_REQUEST)
    await serve_counter.confirm(visit.part("id"), clerk, confirmation, ports)
    return taken(visit, visit.part("id"))


@bp.route(route="office/{id}/leave", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CLERK, way=Channel.OFFICE)
async def office_leave(visit: Visit) -> func.HttpResponse:
    """The clerk does not confirm: the look-up is forgotten, nobody is told."""
    await serve_counter.leave(visit.part("id"), clerk_of(visit), bootstrap.web())
    return taken(visit, visit.part("id"))


@bp.route(route="office/{id}/slip", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CLERK, way=Channel.OFFICE)
async def office_print(visit: Visit) -> func.HttpResponse:
    """Print the slip (again): the older one is void from now on."""
    await print_slip.print_slip(visit.part("id"), clerk_of(visit), bootstrap.web())
    return taken(visit, visit.part("id"))


@bp.route(route="office/{id}/slip", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CLERK, way=Channel.OFFICE)
async def office_slip(visit: Visit) -> func.HttpResponse:
    """The slip as it is printed; where there is none, the case says why."""
    try:
        slip = await print_slip.show_slip(visit.part("id"), clerk_of(visit), bootstrap.web())
    except RefusedError as error:
        if visit.wants_json or error.refusal is not Refusal.NO_SLIP:
            raise
        slip = None
    if slip is None:
        return taken(visit, visit.part("id"))
    return slip_document(slip) if visit.wants_json else slip_page(visit, slip)
