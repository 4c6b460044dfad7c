"""The application form of the website channel."""

from http import HTTPStatus
from secrets import token_hex
from typing import assert_never

import azure.functions as func

from functions._http import answers, bodies, case_documents
from functions._http.apply_form import Filled, read_apply_form
from functions._http.doors import APPLICANT, door
from functions._http.photo_faults import trouble_of_photo
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import Channel
from shared.domain.limits import Limit
from shared.presentation.views import ApplyView, Errors, Problem
from shared.services.submit_application import (
    Accepted,
    PhotoDoubtful,
    PhotoRefused,
    Submission,
    application_in_the_way,
    looked_at_from,
    submit_application,
)

bp = func.Blueprint()


@bp.route(route="apply", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(APPLICANT, way=Channel.WEBSITE)
async def apply_form(visit: Visit) -> func.HttpResponse:
    """The empty form, or the way to the application that is open already."""
    opened = await application_in_the_way(visit.who.oid, bootstrap.web())
    return _form(visit, Filled(form_id=token_hex(16), language=visit.language), {}, opened=opened)


@bp.route(route="apply", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(
    APPLICANT,
    limit=bodies.MAX_UPLOAD_BYTES,
    way=Channel.WEBSITE,
    counts=(Limit.UPLOADS, Limit.UPLOADS_OF_NETWORK),
)
async def apply_submit(visit: Visit) -> func.HttpResponse:
    """Take the application in."""
    filled = read_apply_form(visit.form(), visit.language, tried=visit.jar.tried_a_photo)
    if filled.errors or filled.reason is None:
        return _again(visit, filled, filled.errors, HTTPStatus.BAD_REQUEST)
    submission = Submission(
        subject=visit.who.oid,
        reason=filled.reason,
        details=filled.details,
        language=filled.language,
        contact_email=filled.contact_email,
        photo=filled.photo,
        nonce=filled.form_id,
        keep_doubts=filled.keep_doubts,
    )
    outcome = await submit_application(submission, bootstrap.web())
    match outcome:
        case Accepted():
            return _accepted(visit, outcome)
        case PhotoDoubtful():
            visit.jar.keep_tried()
            return _again(
                visit, filled.doubted(outcome.doubts), {"photo": "doubtful"}, HTTPStatus.BAD_REQUEST
            )
        case PhotoRefused():
            status = trouble_of_photo(outcome.fault)
            return _again(visit, filled, {"photo": outcome.fault.value}, status)
    assert_never(outcome)


def _accepted(visit: Visit, accepted: Accepted) -> func.HttpResponse:
    path = f"/applications/{accepted.id}"
    if not visit.wants_json:
        return answers.redirect(path)
    document = {
        "id": accepted.id,
        "reference": accepted.reference,
        "state": "submitted",
        "review_from": accepted.review_from.isoformat(),
        "status_url": bootstrap.base_url() + path,
    }
    return answers.document(case_documents.with_trial(document), status=HTTPStatus.ACCEPTED)


def _again(visit: Visit, filled: Filled, errors: Errors, status: HTTPStatus) -> func.HttpResponse:
    if visit.wants_json:
        problem = {413: Problem.TOO_LARGE, 415: Problem.WRONG_TYPE}.get(status, Problem.BAD_REQUEST)
        raise Trouble(problem, fields=tuple(errors.items()))
    return _form(visit, filled, errors, status=status)


def _form(
    visit: Visit, filled: Filled, errors: Errors, *, opened: str = "", status: int = HTTPStatus.OK
) -> func.HttpResponse:
    ports = bootstrap.web()
    now = ports.clock.now()
    view = ApplyView(
        form_id=filled.form_id,
        looked_at_from=looked_at_from(now, ports),
        open_now=ports.rules.calendar.is_open(now),
        language=filled.language,
        account=visit.who.upn,
        reason=filled.reason,
        details=filled.details,
        contact_email=filled.contact_email,
        doubts=filled.doubts,
        keep_doubts=filled.keep_doubts,
        errors=errors,
        open_application=opened,
    )
    return visit.page("apply", view, status=status)
