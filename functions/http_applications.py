"""The status page of an application and what its applicant can do there."""

from http import HTTPStatus

import azure.functions as func

from functions._http import answers, bodies, case_documents
from functions._http.doors import APPLICANT, door
from functions._http.photo_faults import trouble_of_photo
from functions._http.pickups import shown_by
from functions._http.problems import Trouble
from functions._http.status_pages import status_page
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.limits import Limit
from shared.presentation.views import Problem
from shared.services import act_on_own_case
from shared.services.find_case import find_own_case
from shared.services.submit_application import PhotoDoubtful, PhotoRefused

bp = func.Blueprint()


@bp.route(route="applications/{id}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(APPLICANT, says_frozen=True)
async def application(visit: Visit) -> func.HttpResponse:
    """What happened, who moves next and by when."""
    found = await find_own_case(visit.part("id"), visit.who.oid, bootstrap.web())
    if visit.wants_json:
        document = case_documents.for_applicant(found.application, found.events)
        return answers.document(case_documents.with_trial(document))
    return status_page(visit, found)


@bp.route(route="applications/{id}/photo", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(APPLICANT, limit=bodies.MAX_UPLOAD_BYTES, counts=(Limit.UPLOADS, Limit.UPLOADS_OF_NETWORK))
async def application_photo(visit: Visit) -> func.HttpResponse:
    """A better photo for a returned application."""
    form = visit.form()
    keep = visit.jar.tried_a_photo or form.text("keep_doubts") == "on"
    outcome = await act_on_own_case.send_photo(
        visit.part("id"), visit.who.oid, form.files.get("photo", b""), bootstrap.web(), keep_doubts=keep
    )
    if isinstance(outcome, PhotoDoubtful):
        visit.jar.keep_tried()
        return await _photo_again(visit, "doubtful", HTTPStatus.BAD_REQUEST, doubts=outcome.doubts)
    if isinstance(outcome, PhotoRefused):
        return await _photo_again(visit, outcome.fault.value, trouble_of_photo(outcome.fault))
    return _taken(visit)


@bp.route(route="applications/{id}/withdraw", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(APPLICANT)
async def application_withdraw(visit: Visit) -> func.HttpResponse:
    """Take the application back."""
    if not visit.wants_json and visit.form().text("confirm") != "on":
        found = await find_own_case(visit.part("id"), visit.who.oid, bootstrap.web())
        return status_page(visit, found, errors={"confirm": "missing"}, status=HTTPStatus.BAD_REQUEST)
    await act_on_own_case.withdraw(visit.part("id"), visit.who.oid, bootstrap.web(), shown_by(visit))
    return _taken(visit)


@bp.route(route="applications/{id}/registered", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(APPLICANT)
async def application_registered(visit: Visit) -> func.HttpResponse:
    """A new method is registered: look now."""
    await act_on_own_case.report_registered(visit.part("id"), visit.who.oid, bootstrap.web())
    return _taken(visit)


@bp.route(route="applications/{id}/trouble", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(APPLICANT)
async def application_trouble(visit: Visit) -> func.HttpResponse:
    """The pass does not work."""
    await act_on_own_case.report_trouble(visit.part("id"), visit.who.oid, bootstrap.web(), shown_by(visit))
    return _taken(visit)


def _taken(visit: Visit) -> func.HttpResponse:
    if visit.wants_json:
        return answers.document({"id": visit.part("id")}, status=HTTPStatus.ACCEPTED)
    return answers.redirect(f"/applications/{visit.part('id')}")


async def _photo_again(
    visit: Visit, code: str, status: HTTPStatus, *, doubts: tuple[object, ...] = ()
) -> func.HttpResponse:
    if visit.wants_json:
        problem = {413: Problem.TOO_LARGE, 415: Problem.WRONG_TYPE}.get(status, Problem.BAD_REQUEST)
        raise Trouble(problem, fields=(("photo", code),))
    found = await find_own_case(visit.part("id"), visit.who.oid, bootstrap.web())
    return status_page(visit, found, errors={"photo": code}, doubts=doubts, status=status)
