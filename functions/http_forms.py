"""The door for responses to a Microsoft Form, which a Power Automate flow sends."""

from http import HTTPStatus
from typing import Final

import azure.functions as func

from functions._http import answers, case_documents
from functions._http.doors import FORMS_FLOW, door
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import Channel
from shared.domain.limits import Limit
from shared.services.take_form import FormResponse, take_form

bp = func.Blueprint()

_LARGEST: Final = 256 * 1024


@bp.route(route="api/webhooks/forms", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(FORMS_FLOW, limit=_LARGEST, way=Channel.FORM, counts=(Limit.WEBHOOK_POSTS,))
async def form_response(visit: Visit) -> func.HttpResponse:
    """Take the response in: 202 at once, the same for each replay; the worker does the rest."""
    from functions._http.program_bodies import FormResponseBody, validated

    body = validated(FormResponseBody, visit.json())
    response = FormResponse(
        form=body.form_id,
        response=body.response_id,
        responder=body.responder,
        answers=body.answers,
        digest=body.digest(),
        evidence=visit.evidence,
    )
    taken = await take_form(response, bootstrap.web())
    document = {
        "id": taken.id,
        "reference": taken.reference,
        "state": "submitted",
        "status_url": f"{bootstrap.base_url()}/applications/{taken.id}",
    }
    return answers.document(case_documents.with_trial(document), status=HTTPStatus.ACCEPTED)
