"""Identity verification with the My Number Card: verify, see the linked account, have a pass issued at once."""

from http import HTTPStatus

import azure.functions as func

from functions._http import answers, card_sessions
from functions._http.doors import ANYONE, count, door
from functions._http.problems import Trouble
from functions._http.verify_pages import (
    card_document,
    card_page,
    failed,
    issue_page,
    started_page,
)
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import Channel
from shared.domain.limits import Limit
from shared.ports import UnavailableError
from shared.presentation.verify_views import VerifyFailure
from shared.presentation.views import Problem
from shared.services import verify_card
from shared.services.collect_pass import Pending
from shared.services.verify_card import CardHolder, Item

bp = func.Blueprint()

_WAY = Channel.IDENTITY_VERIFICATION


@bp.route(route="verify", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, way=_WAY, says_frozen=True)
async def verify(visit: Visit) -> func.HttpResponse:
    """What one needs; after a verification in this browser the linked account and what can be asked for."""
    holder = card_sessions.holder_of(visit)
    if holder is None:
        return started_page(visit)
    desk = await verify_card.show_card(holder, bootstrap.web())
    return card_document(desk) if visit.wants_json else card_page(visit, holder, desk)


@bp.route(route="verify/start", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, way=_WAY)
async def verify_start(visit: Visit) -> func.HttpResponse:
    """To the card's provider; nothing happens on our side but a cookie, so that nothing is counted either."""
    wanted = visit.query("next") or "verify"
    if wanted not in {"verify", "link"} or not visit.navigates:
        raise Trouble(Problem.BAD_REQUEST, link="/verify")
    linker = card_sessions.linker_of(visit) if wanted == "link" else None
    if wanted == "link" and linker is None:
        return answers.redirect(card_sessions.LINK_PAGE)
    try:
        address, flow = await bootstrap.start_verification(bootstrap.web().randomness.token())
    except UnavailableError:
        return failed(visit, VerifyFailure.UNAVAILABLE, wanted)
    purpose: card_sessions.Purpose = "link" if linker else "verify"
    card_sessions.keep_started(visit, flow, purpose, linker.request if linker else "")
    return answers.redirect(address)


@bp.route(route="verify/callback", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, way=_WAY)
async def verify_callback(visit: Visit) -> func.HttpResponse:
    """Back from the provider: only in the browser that started, and once."""
    begun = card_sessions.started(visit)
    if begun is None:
        known = card_sessions.holder_of(visit) is not None
        return failed(visit, VerifyFailure.USED if known else VerifyFailure.OTHER_BROWSER)
    await count(visit, Limit.VERIFICATIONS)
    visit.jar.forget("verify")
    outcome = await bootstrap.finish_verification(begun.flow, dict(visit.req.params))
    if isinstance(outcome, str):
        return failed(visit, VerifyFailure(outcome), begun.purpose)
    try:
        card_sessions.keep_holder(visit, outcome, begun)
    except ValueError:  # a token that fits into no cookie
        return failed(visit, VerifyFailure.REFUSED, begun.purpose)
    return answers.redirect(card_sessions.LINK_PAGE if begun.purpose == "link" else "/verify")


@bp.route(route="verify/issue", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, way=_WAY, says_frozen=True)
async def verify_choose(visit: Visit) -> func.HttpResponse:
    """What can be issued, and the button; opening it uses nothing up."""
    holder = card_sessions.holder_of(visit)
    if holder is None:
        return answers.redirect("/verify")
    desk = await verify_card.show_card(holder, bootstrap.web())
    return issue_page(visit, holder, desk) or answers.redirect("/verify")


@bp.route(route="verify/issue", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, speaks_json=True, way=_WAY)
async def verify_issue(visit: Visit) -> func.HttpResponse:
    """Ask for what was chosen, sealed to the public key of this browser."""
    sent = visit.json()
    holder = _holder(visit)
    public_key, item = sent.get("public_key"), sent.get("item")
    if not isinstance(public_key, str) or item not in [each.value for each in Item]:
        raise Trouble(Problem.BAD_REQUEST, link="/verify")
    asked = await verify_card.issue(Item(item), holder, public_key, visit.language, bootstrap.web())
    card_sessions.keep_application(visit, asked.id)
    return answers.document({"id": asked.id, "reference": asked.reference}, status=HTTPStatus.ACCEPTED)


@bp.route(route="verify/pass", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, speaks_json=True, way=_WAY)
async def verify_pass(visit: Visit) -> func.HttpResponse:
    """The ciphertext, for the session that asked."""
    outcome, account = await verify_card.collect(_holder(visit), bootstrap.web())
    if isinstance(outcome, Pending):
        return answers.document({"state": "being_made"}, status=HTTPStatus.ACCEPTED)
    told = {"sealed": outcome.sealed, "seconds_left": outcome.seconds_left, "account": account}
    return answers.document(told)


@bp.route(route="verify/shown", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, speaks_json=True, way=_WAY)
async def verify_shown(visit: Visit) -> func.HttpResponse:
    """The pass is on the screen."""
    await verify_card.confirm_shown(_holder(visit), bootstrap.web())
    return answers.document({"state": "shown"}, status=HTTPStatus.ACCEPTED)


@bp.route(route="verify/registered", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, way=_WAY)
async def verify_registered(visit: Visit) -> func.HttpResponse:
    """A new method is registered: look now."""
    await verify_card.report_registered(_holder(visit), bootstrap.web())
    if visit.wants_json:
        return answers.document({"state": "asked"}, status=HTTPStatus.ACCEPTED)
    return answers.redirect("/verify")


@bp.route(route="verify/forget", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE, way=_WAY)
async def verify_forget(visit: Visit) -> func.HttpResponse:
    """Forget the verification in this browser."""
    card_sessions.forget_cards(visit)
    if visit.wants_json:
        return answers.clear_browser(answers.document({"state": "forgotten"}))
    return answers.clear_browser(answers.redirect("/verify"))


def _holder(visit: Visit) -> CardHolder:
    """The holder of the card that was verified in this browser.

    Raises:
        Trouble: there is none.
    """
    holder = card_sessions.holder_of(visit)
    if holder is None:
        raise Trouble(Problem.VERIFY_AGAIN, link="/verify/start")
    return holder
