"""The reviewer's pages from what the services found."""

from dataclasses import replace
from http import HTTPStatus

import azure.functions as func

from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.application import Application
from shared.domain.case_parts import Decided
from shared.domain.kinds import DecisionKind
from shared.presentation.views import (
    EarlierApplication,
    Errors,
    ReviewClosedView,
    ReviewDoneView,
    ReviewView,
)
from shared.services.review_case import DecisionForm, Reviewing


def review_page(
    visit: Visit, seen: Reviewing, *, errors: Errors | None = None, status: int = HTTPStatus.OK
) -> func.HttpResponse:
    """What the reviewer decides on, with what they had filled in."""
    view = ReviewView(
        token=visit.part("token"),
        application=seen.application,
        earlier=tuple(_earlier(each) for each in seen.earlier),
        bar=seen.bar,
        flags=seen.flags,
        office_only=seen.office_only,
        unheard=seen.unheard,
    )
    if errors:
        form = visit.form()
        chosen = form.text("decision")
        known = chosen in {each.value for each in DecisionKind}
        view = replace(
            view,
            errors=errors,
            decision=DecisionKind(chosen) if known else None,
            message=form.text("message"),
            confirm_contact=form.text("confirm_contact") == "on",
        )
    return visit.page("review", view, status=status)


def closed_page(
    visit: Visit, case: Application, *, winner: str = "", status: int = HTTPStatus.OK
) -> func.HttpResponse:
    """Somebody was first, or the case moved on."""
    decided = case.decided
    if decided is None and winner:
        decided = Decided(case.round, DecisionKind.APPROVE.value, winner, bootstrap.web().clock.now())
    return visit.page("review_closed", ReviewClosedView(case.reference, case.state, decided), status=status)


def done_page(visit: Visit, case: Application, form: DecisionForm) -> func.HttpResponse:
    """What was just decided."""
    second = form.decision is DecisionKind.APPROVE and len(case.approvals) + 1 < case.needs
    view = ReviewDoneView(case.reference, form.decision, bootstrap.web().clock.now(), second_needed=second)
    return visit.page("review_done", view)


def _earlier(case: Application) -> EarlierApplication:
    return EarlierApplication(case.id, case.reference, case.channel, case.state, case.received_at)
