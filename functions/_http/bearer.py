"""Doors for programs: the access token that a caller brings, and how a missing or wrong one is answered (RFC 6750).

Cookies count for nothing here, so a browser cannot be made to come through such a door, and no ``Origin`` is asked for.
"""

from dataclasses import replace
from typing import Final

import azure.functions as func

from functions._http.languages import preferred
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.callers import may_apply, may_send_forms
from shared.domain.kinds import Language
from shared.presentation.views import Problem

FLOW: Final = "flow"
FRONTEND: Final = "frontend"
KINDS: Final = frozenset({FLOW, FRONTEND})
"""Kinds of needs that a token fulfils and not a cookie."""

_FOR_PROGRAMS: Final = {
    Problem.BAD_REQUEST: Problem.BODY_UNREADABLE,
    Problem.TOO_LARGE: Problem.BODY_TOO_LARGE,
    Problem.WRONG_TYPE: Problem.BODY_WRONG_TYPE,
}
_KEY_HEADER: Final = "x-functions-key"


async def admit(visit: Visit, kind: str) -> None:
    """Let a program in: the flow of a form, or a frontend that speaks for its signed-in user.

    Raises:
        Trouble: no token, one that must not be believed, or one without the right.
        UnavailableError: the issuer's keys cannot be read.
    """
    if kind == FRONTEND and not bootstrap.frontends():
        raise Trouble(Problem.WAY_OFF)
    if kind == FLOW and bootstrap.form_key_opens(visit.req.headers.get(_KEY_HEADER, "")):
        return
    token = _token(visit.req.headers.get("authorization", ""))
    caller = await bootstrap.read_access_token(token)
    if caller is None:
        raise Trouble(Problem.TOKEN_INVALID)
    allowed = may_send_forms(caller) if kind == FLOW else may_apply(caller, bootstrap.frontends())
    if not allowed:
        raise Trouble(Problem.TOKEN_LACKS_RIGHT)
    visit.caller, visit.evidence = caller, token


def language(req: func.HttpRequest) -> Language:
    """The language of answers to a program: by ``Accept-Language`` alone."""
    return preferred("", req.headers.get("accept-language", ""))


def in_words_for_programs(trouble: Trouble) -> Trouble:
    """The same trouble without the words that send a person back to a page."""
    return replace(trouble, problem=_FOR_PROGRAMS.get(trouble.problem, trouble.problem))


def _token(header: str) -> str:
    scheme, _, token = header.strip().partition(" ")
    if scheme.casefold() != "bearer" or not token.strip():
        raise Trouble(Problem.TOKEN_NEEDED)
    return token.strip()
