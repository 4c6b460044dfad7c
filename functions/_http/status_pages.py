"""The status page from what was found of a case."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

import azure.functions as func

from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.requests import RequestKind
from shared.presentation.status import status_view
from shared.presentation.views import Errors
from shared.services.find_case import FoundCase

_ANSWERED_LATER = (
    RequestKind.NOT_ME,
    RequestKind.WITHDRAW,
    RequestKind.PHOTO,
    RequestKind.REGISTERED,
    RequestKind.TROUBLE,
    RequestKind.PICKUP,
)


def status_page(
    visit: Visit,
    found: FoundCase,
    *,
    errors: Errors | None = None,
    doubts: tuple[Any, ...] = (),
    status: int = HTTPStatus.OK,
) -> func.HttpResponse:
    """Where the application stands, for its applicant."""
    rules = bootstrap.web().rules
    case = found.application
    asked = next((each.kind for each in found.waiting if each.kind in _ANSWERED_LATER), None)
    view = status_view(
        case,
        found.events,
        found.mails,
        attempts_left=max(0, rules.max_attempts - case.passes),
        asked=asked,
        errors=errors,
    )
    view = replace(view, doubts=doubts, keep_doubts=bool(doubts))
    return visit.page("application", view, status=status)
