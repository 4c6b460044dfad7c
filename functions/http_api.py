"""The JSON doors for other frontends: each speaks for its signed-in user, who is the applicant."""

from http import HTTPStatus

import azure.functions as func

from functions._http import answers, case_documents, program_applications
from functions._http.doors import ANYONE, FRONTEND, door
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import Channel
from shared.domain.limits import Limit
from shared.presentation.views import Problem
from shared.services.find_case import find_own_case
from shared.services.refusals import RefusedError
from shared.services.submit_application import submit_application

bp = func.Blueprint()


@bp.route(route="api/applications", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(
    FRONTEND,
    limit=program_applications.LARGEST,
    way=Channel.WEBSITE,
    counts=(Limit.UPLOADS,),
)
async def api_apply(visit: Visit) -> func.HttpResponse:
    """Take in an application of the signed-in user."""
    submission = program_applications.submission(visit)
    outcome = await submit_application(submission, bootstrap.web())
    accepted = program_applications.accepted(outcome)
    document = {
        "id": accepted.id,
        "reference": accepted.reference,
        "state": "submitted",
        "review_from": accepted.review_from.isoformat(),
        "status_url": f"{bootstrap.base_url()}/applications/{accepted.id}",
    }
    answer = answers.document(case_documents.with_trial(document), status=HTTPStatus.ACCEPTED)
    answer.headers["Location"] = f"/api/applications/{accepted.id}"
    return answer


@bp.route(route="api/applications/{id}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(FRONTEND)
async def api_application(visit: Visit) -> func.HttpResponse:
    """How an application of the signed-in user stands; another person's is not there."""
    try:
        found = await find_own_case(visit.part("id"), visit.frontend.oid, bootstrap.web())
    except RefusedError as error:
        raise Trouble(Problem.NOT_FOUND) from error
    document = case_documents.for_applicant(found.application, found.events)
    return answers.document(case_documents.with_trial(document))


@bp.route(route="openapi.json", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, speaks_json=True)
async def openapi(visit: Visit) -> func.HttpResponse:
    """The description of these doors (OpenAPI 3.1), for programs and their authors."""
    from functions._http.openapi import description

    del visit
    return answers.data(description(bootstrap.base_url()), "application/json", cache=True)
