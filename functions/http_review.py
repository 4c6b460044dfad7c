"""The reviewer's door: from the signed link in the mail, signed in with MFA."""

from http import HTTPStatus

import azure.functions as func

from functions._http import answers
from functions._http.decision_form import read_decision_form
from functions._http.doors import REVIEWER, door
from functions._http.links import read_link
from functions._http.problems import Trouble
from functions._http.review_pages import closed_page, done_page, review_page
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.limits import Limit
from shared.domain.links import Purpose
from shared.presentation.views import Problem
from shared.services import review_case
from shared.services.refusals import Refusal, RefusedError

bp = func.Blueprint()


@bp.route(route="review/{token}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(REVIEWER)
async def review(visit: Visit) -> func.HttpResponse:
    """The application, the photo and the prechecks."""
    claims = read_link(visit, Purpose.REVIEW)
    seen = await review_case.show_review(claims, visit.member.identity, bootstrap.web())
    return closed_page(visit, seen.application) if seen.closed else review_page(visit, seen)


@bp.route(route="review/{token}/photo", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door(REVIEWER, counts=(Limit.PHOTO_VIEWS,))
async def review_photo(visit: Visit) -> func.HttpResponse:
    """The photo; that it was looked at is recorded first."""
    claims = read_link(visit, Purpose.REVIEW)
    photo = await review_case.show_photo(claims, visit.member.identity, bootstrap.web())
    return answers.data(photo, "image/jpeg")


@bp.route(route="review/{token}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(REVIEWER, counts=(Limit.DECISIONS,))
async def review_decide(visit: Visit) -> func.HttpResponse:
    """Approve, reject, or return."""
    claims = read_link(visit, Purpose.REVIEW)
    ports = bootstrap.web()
    form, errors = read_decision_form(visit.form())
    if form is None:
        if visit.wants_json:
            raise Trouble(Problem.BAD_REQUEST, fields=tuple(errors.items()))
        seen = await review_case.show_review(claims, visit.member.identity, ports)
        return review_page(visit, seen, errors=errors, status=HTTPStatus.BAD_REQUEST)
    try:
        case = await review_case.decide(claims, visit.member.identity, visit.member.token, form, ports)
    except RefusedError as error:
        if visit.wants_json or error.refusal not in {Refusal.ALREADY_DECIDED, Refusal.TOO_LATE}:
            raise
        seen = await review_case.show_review(claims, visit.member.identity, ports)
        return closed_page(visit, seen.application, winner=error.winner, status=HTTPStatus.CONFLICT)
    if visit.wants_json:
        return answers.document({"state": case.state.value}, status=HTTPStatus.ACCEPTED)
    return done_page(visit, case, form)
