"""The one table that turns a refusal or an error into a status and the words of a page or a problem document."""

from dataclasses import dataclass
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
    Problem.WAY_OFF: HTTPStatus.NOT_FOUND,
    Problem.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Problem.UNEXPECTED: HTTPStatus.INTERNAL_SERVER_ERROR,
}


@dataclass(frozen=True, slots=True)
class Trouble(Exception):
    """Ends a handler with a problem; ``link`` is a path of our own that helps now.

    Attributes:
        problem: What is wrong.
        link: Where to go on.
        winner: Name of the reviewer who was first.
        fields: Field errors of a JSON caller, field name to code.
    """

    problem: Problem
    link: str = ""
    winner: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def of_refusal(refusal: Refusal) -> Problem:
    """The problem that a refusal of a service is told as."""
    return Problem(refusal.value)
