"""The one table that turns a refusal or an error into a status and the words of a page or a problem document."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from shared.presentation.views import Problem
from shared.services.refusals import Refusal

STATUS: Final[dict[Problem, HTTPStatus]] = {
    Problem.BAD_REQUEST: HTTPStatus.BAD_REQUEST,
    Problem.WRONG_ORIGIN: HTTPStatus.FORBIDDEN,
    Problem.SIGN_IN_NEEDED: HTTPStatus.UNAUTHORIZED,
    Problem.SIGN_IN_CANCELLED: HTTPStatus.BAD_REQUEST,
    Problem.SIGN_IN_EXPIRED: HTTPStatus.BAD_REQUEST,
    Problem.SIGN_IN_FAILED: HTTPStatus.FORBIDDEN,
    Problem.SIGN_IN_REFUSED: HTTPStatus.FORBIDDEN,
    Problem.SIGN_IN_NOT_FRESH: HTTPStatus.FORBIDDEN,
    Problem.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Problem.NOT_YOURS: HTTPStatus.FORBIDDEN,
    Problem.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Problem.OPEN_APPLICATION: HTTPStatus.CONFLICT,
    Problem.TOO_LATE: HTTPStatus.CONFLICT,
    Problem.ALREADY_DECIDED: HTTPStatus.CONFLICT,
    Problem.OWN_CASE: HTTPStatus.FORBIDDEN,
    Problem.GONE: HTTPStatus.GONE,
    Problem.LENGTH_REQUIRED: HTTPStatus.LENGTH_REQUIRED,
    Problem.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Problem.WRONG_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Problem.ASK_AGAIN: HTTPStatus.CONFLICT,
    Problem.LINK_NEEDED: HTTPStatus.FORBIDDEN,
    Problem.OTHER_BROWSER: HTTPStatus.FORBIDDEN,
    Problem.PASSES_USED_UP: HTTPStatus.CONFLICT,
    Problem.NOT_YOUR_COUNTER: HTTPStatus.FORBIDDEN,
    Problem.CONFIRMED_ALREADY: HTTPStatus.CONFLICT,
    Problem.NO_SLIP: HTTPStatus.CONFLICT,
    Problem.SLIP_REPLACED: HTTPStatus.GONE,
    Problem.WAY_OFF: HTTPStatus.NOT_FOUND,
    Problem.NOT_YET: HTTPStatus.NOT_FOUND,
    Problem.INVALID_FIELDS: HTTPStatus.UNPROCESSABLE_ENTITY,
    Problem.UNKNOWN_FORM: HTTPStatus.UNPROCESSABLE_ENTITY,
    Problem.RESPONDER_REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Problem.DIFFERENT_RESPONSE: HTTPStatus.CONFLICT,
    Problem.BODY_UNREADABLE: HTTPStatus.BAD_REQUEST,
    Problem.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Problem.BODY_WRONG_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Problem.TOKEN_NEEDED: HTTPStatus.UNAUTHORIZED,
    Problem.TOKEN_INVALID: HTTPStatus.UNAUTHORIZED,
    Problem.TOKEN_LACKS_RIGHT: HTTPStatus.FORBIDDEN,
    Problem.NOT_LINKED: HTTPStatus.CONFLICT,
    Problem.ACCOUNT_LINKED: HTTPStatus.CONFLICT,
    Problem.CARD_LINKED: HTTPStatus.CONFLICT,
    Problem.VERIFY_AGAIN: HTTPStatus.UNAUTHORIZED,
    Problem.COOLING_OFF: HTTPStatus.CONFLICT,
    Problem.BEING_LOOKED_AT: HTTPStatus.CONFLICT,
    Problem.PASSES_TODAY: HTTPStatus.CONFLICT,
    Problem.SLIPS_USED_UP: HTTPStatus.CONFLICT,
    Problem.IN_PERSON_ONLY: HTTPStatus.FORBIDDEN,
    Problem.ACCOUNT_BLOCKED: HTTPStatus.FORBIDDEN,
    Problem.PASSES_FROZEN: HTTPStatus.CONFLICT,
    Problem.TRIAL: HTTPStatus.CONFLICT,
    Problem.PASSES_BUSY: HTTPStatus.TOO_MANY_REQUESTS,
    Problem.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    Problem.TOO_MANY_RESPONSES: HTTPStatus.CONFLICT,
    Problem.OFFICE_BY_POLICY: HTTPStatus.CONFLICT,
    Problem.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Problem.UNEXPECTED: HTTPStatus.INTERNAL_SERVER_ERROR,
}

CHALLENGES: Final[dict[Problem, str]] = {
    Problem.TOKEN_NEEDED: "Bearer",
    Problem.TOKEN_INVALID: 'Bearer error="invalid_token"',
    Problem.TOKEN_LACKS_RIGHT: 'Bearer error="insufficient_scope"',
}
"""``WWW-Authenticate`` of the answers about access tokens (RFC 6750 section 3)."""


@dataclass(frozen=True, slots=True)
class Trouble(Exception):
    """Ends a handler with a problem; ``link`` is a path of our own that helps now.

    Attributes:
        problem: What is wrong.
        link: Where to go on.
        winner: Name of the reviewer who was first.
        fields: Field errors of a JSON caller, field name to code.
        until: From when it can be had (UTC), if that is known.
    """

    problem: Problem
    link: str = ""
    winner: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    until: datetime | None = None


def of_refusal(refusal: Refusal) -> Problem:
    """The problem that a refusal of a service is told as."""
    return Problem(refusal.value)
