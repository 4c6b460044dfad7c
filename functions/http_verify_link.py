"""Linking an account and a My Number Card while one can still sign in, and removing the link."""

from http import HTTPStatus
from urllib.parse import urlencode

import azure.functions as func

from functions._http import answers, card_sessions
from functions._http.doors import ANYONE, door
from functions._http.problems import Trouble
from functions._http.verify_pages import link_document, link_page
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import Channel
from shared.presentation.views import Problem
from shared.services import link_card
from shared.services.link_card import Linker

bp = func.Blueprint()

_WAY = Channel.IDENTITY_VERIFICATION
_SIGN_IN = f"/auth/sign-in?{urlencode({'as_role': 'linker', 'next': card_sessions.LINK_PAGE})}"


@bp.route(route="verify/link", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, way=_WAY)
async def verify_link(visit: Visit) -> func.HttpResponse:
    """Where the linking stands; whoever has not signed in with MFA a moment ago does that first."""
    linker = card_sessions.linker_of(visit)
    if linker is None and not visit.wants_json:
        return answers.redirect(_SIGN_IN)
    linker = linker or _linker(visit)
    holder = card_sessions.holder_of(visit, linker=linker.request)
    desk = await link_card.show_link(linker, holder, bootstrap.web())
    return link_document(desk) if visit.wants_json else link_page(visit, linker, holder, desk)


@bp.route(route="verify/link", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, way=_WAY)
async def verify_link_make(visit: Visit) -> func.HttpResponse:
    """Ask for account and card to be linked, with both proofs."""
    linker = _linker(visit)
    holder = card_sessions.holder_of(visit, linker=linker.request)
    asked = await link_card.link(linker, holder, visit.language, bootstrap.web())
    card_sessions.keep_asked(visit, asked)
    return _taken(visit, card_sessions.LINK_PAGE)


@bp.route(route="verify/unlink", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, way=_WAY)
async def verify_unlink(visit: Visit) -> func.HttpResponse:
    """Ask for the link to be removed: by the card, or by a fresh sign-in."""
    form = visit.form()
    by_card = form.text("by") == "card"
    page = "/verify" if by_card else card_sessions.LINK_PAGE
    if not visit.wants_json and form.text("confirm") != "on":
        raise Trouble(Problem.BAD_REQUEST, link=page)
    ports = bootstrap.web()
    if by_card:
        holder = card_sessions.holder_of(visit)
        if holder is None:
            raise Trouble(Problem.VERIFY_AGAIN, link="/verify/start")
        await link_card.unlink_by_card(holder, visit.language, ports)
        return _taken(visit, page)
    await link_card.unlink_by_sign_in(_linker(visit), visit.language, ports)
    card_sessions.keep_asked(visit, "unlink")
    return _taken(visit, page)


def _linker(visit: Visit) -> Linker:
    """Who signed in with MFA a moment ago.

    Raises:
        Trouble: nobody did.
    """
    linker = card_sessions.linker_of(visit)
    if linker is None:
        raise Trouble(Problem.SIGN_IN_NEEDED, link=_SIGN_IN)
    return linker


def _taken(visit: Visit, path: str) -> func.HttpResponse:
    if visit.wants_json:
        return answers.document({"state": "asked"}, status=HTTPStatus.ACCEPTED)
    return answers.redirect(path)
