"""Signing in and out: MSAL's authorization code flow, one flow cookie, two kinds of sessions."""

from typing import Final, Literal

import azure.functions as func

from functions._http import answers
from functions._http.card_sessions import forget_cards, may_link
from functions._http.cookie_jar import Kind
from functions._http.doors import ANYONE, count, door
from functions._http.own_paths import own_path
from functions._http.problems import Trouble
from functions._http.signed_in import keep_session, landing
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.limits import Limit
from shared.presentation.views import Problem

bp = func.Blueprint()

type Role = Literal["applicant", "staff", "linker"]
_HINT = 200
_SESSIONS: Final[tuple[Kind, ...]] = ("applicant", "staff", "flow", "pickup")
_ROLES: dict[str, Role] = {"applicant": "applicant", "staff": "staff", "linker": "linker"}

_PROBLEMS = {
    "cancelled": Problem.SIGN_IN_CANCELLED,
    "expired_flow": Problem.SIGN_IN_EXPIRED,
    "not_allowed": Problem.SIGN_IN_REFUSED,
    "not_fresh": Problem.SIGN_IN_NOT_FRESH,
    "unavailable": Problem.UNAVAILABLE,
}


@bp.route(route="auth/sign-in", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def auth_sign_in(visit: Visit) -> func.HttpResponse:
    """To the sign-in page of Entra ID. Nothing is stored and nobody asked, so that nothing is counted either."""
    if not visit.navigates:
        raise Trouble(Problem.BAD_REQUEST)
    wanted = own_path(visit.query("next"))
    kind = _ROLES.get(visit.query("as_role") or "applicant")
    if kind is None or (kind == "linker" and not may_link(wanted)):
        raise Trouble(Problem.BAD_REQUEST)
    url, flow = await bootstrap.start_sign_in(kind, wanted, login_hint=visit.query("login_hint")[:_HINT])
    visit.jar.keep("flow", flow)
    return answers.redirect(url)


@bp.route(route="auth/callback", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def auth_callback(visit: Visit) -> func.HttpResponse:
    """Back from Entra ID: the ID token is verified by our adapter, and becomes a session of the role that was asked for."""
    flow = visit.jar.read("flow")
    if flow is None:
        raise Trouble(Problem.SIGN_IN_EXPIRED)
    if flow.get("kind") != "staff":  # a crowd must not keep reviewers out, nor anybody from the freeze
        await count(visit, Limit.SIGN_INS)
    visit.jar.forget("flow")
    who = await bootstrap.finish_sign_in(flow, dict(visit.req.params))
    if isinstance(who, str):
        raise Trouble(_PROBLEMS.get(who, Problem.SIGN_IN_FAILED))
    keep_session(visit, who)
    return answers.redirect(landing(who))


@bp.route(route="auth/sign-out", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def auth_sign_out(visit: Visit) -> func.HttpResponse:
    """End all our sessions, those of a card too, and the one at Entra ID; a borrowed computer must not stay signed in."""
    for kind in _SESSIONS:
        visit.jar.forget(kind)
    forget_cards(visit)
    entra = await bootstrap.sign_out_page()
    return answers.clear_browser(answers.redirect(entra) if entra else visit.page("signed_out", None))
