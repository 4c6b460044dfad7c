"""The owner's answer to a notice. No sign-in, no name on the page; nothing happens before a button is pressed."""

from http import HTTPStatus

import azure.functions as func

from functions._http import answers
from functions._http.doors import ANYONE, door
from functions._http.links import read_link
from functions._http.problems import Trouble
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.application import Application
from shared.domain.errors import LinkExpiredError
from shared.domain.links import Purpose
from shared.presentation.views import Choice, Errors, NotMeDoneView, NotMeView, Problem
from shared.services import answer_owner_notice
from shared.services.answer_owner_notice import ShownNotice

bp = func.Blueprint()


@bp.route(route="not-me/{token}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def not_me(visit: Visit) -> func.HttpResponse:
    """Two choices, none of them made."""
    claims = read_link(visit, Purpose.NOT_ME)
    shown = await answer_owner_notice.show_notice(claims, bootstrap.web())
    _check_in_time(shown.application)
    return _choices(visit, shown, {})


@bp.route(route="not-me/{token}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def not_me_answer(visit: Visit) -> func.HttpResponse:
    """The choice the owner made; a "no" that stands is not taken back here."""
    claims = read_link(visit, Purpose.NOT_ME)
    choice = visit.form().text("choice")
    ports = bootstrap.web()
    shown = await answer_owner_notice.show_notice(claims, ports)
    _check_in_time(shown.application)
    if choice == Choice.NOT_MINE.value:
        await answer_owner_notice.answer_not_mine(claims, ports)
    elif choice == Choice.MINE.value and shown.said_no_at is not None:
        return _no_stands(visit, shown)
    elif choice == Choice.MINE.value:
        await answer_owner_notice.answer_mine(claims, ports)
    else:
        errors = {"choice": "invalid" if choice else "missing"}
        return _choices(visit, shown, errors, status=HTTPStatus.BAD_REQUEST)
    if visit.wants_json:
        return answers.document({"choice": choice}, status=HTTPStatus.ACCEPTED)
    return visit.page("not_me_done", _done(shown, Choice(choice)))


def _no_stands(visit: Visit, shown: ShownNotice) -> func.HttpResponse:
    if visit.wants_json:
        raise Trouble(Problem.TOO_LATE)
    return _choices(visit, shown, {}, status=HTTPStatus.CONFLICT)


def _done(shown: ShownNotice, choice: Choice) -> NotMeDoneView:
    case = shown.application
    over = _over(case) if choice is Choice.NOT_MINE else case.terminal
    return NotMeDoneView(case.reference, choice, over=over, protects=shown.protects)


def _over(case: Application) -> bool:
    """Whether there was nothing left to stop; a completed one is contested."""
    return case.terminal and case.completed_at is None


def _check_in_time(case: Application) -> None:
    """After the time for contesting the link is dead, and the page names the support desk."""
    ports = bootstrap.web()
    ended = case.completed_at
    if ended is not None and ports.clock.now() >= ended + ports.rules.contest_for:
        raise LinkExpiredError(Purpose.NOT_ME.value)


def _choices(
    visit: Visit, shown: ShownNotice, errors: Errors, *, status: int = HTTPStatus.OK
) -> func.HttpResponse:
    case = shown.application
    view = NotMeView(
        token=visit.part("token"),
        reference=case.reference,
        channel=case.channel,
        received_at=case.received_at,
        over=case.terminal,
        said_no_at=shown.said_no_at,
        protects=shown.protects,
        errors=errors,
    )
    return visit.page("not_me", view, status=status)
