"""The clerk's pages and documents from what the services found."""

from collections.abc import Sequence
from http import HTTPStatus
from secrets import token_hex

import azure.functions as func

from functions._http import answers
from functions._http.counter_form import ConfirmForm, LookUpForm
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.counter_steps import AT_WORK, WITH_A_SLIP, CounterStep
from shared.domain.kinds import Language
from shared.presentation.office_views import (
    ComparedPerson,
    ConfirmFields,
    CounterRow,
    OfficeCaseView,
    OfficeSlipView,
    OfficeView,
)
from shared.presentation.qr_code import qr_code
from shared.services.print_slip import Slip
from shared.services.serve_counter import Clerk, Counter

_LOOK_AGAIN = {CounterStep.ASKED: 30} | dict.fromkeys(AT_WORK, 2)
"""Seconds after which a page looks again by itself, without a script."""


def clerk_of(visit: Visit) -> Clerk:
    """The clerk of a door that needs one."""
    return Clerk(visit.member.identity, visit.member.token)


def office_page(
    visit: Visit, own: Sequence[Counter], *, form: LookUpForm | None = None, status: int = HTTPStatus.OK
) -> func.HttpResponse:
    """The clerk's start, with what they had typed."""
    given = form or LookUpForm(token_hex(16))
    rows = tuple(
        CounterRow(
            each.application.id,
            each.application.reference,
            each.application.account,
            each.application.received_at,
            each.step,
            to_print=each.step is CounterStep.APPROVED and not each.application.slips,
        )
        for each in own
    )
    domain = bootstrap.settings().tenant_domain
    view = OfficeView(given.form_id, given.typed, domain, rows, given.errors)
    return visit.page("office", view, status=status)


def case_page(
    visit: Visit, seen: Counter, *, form: ConfirmForm | None = None, status: int = HTTPStatus.OK
) -> func.HttpResponse:
    """One case; while something is being done the page looks again by itself."""
    case, now = seen.application, bootstrap.web().clock.now()
    person = seen.person
    filled = form or ConfirmForm()
    given = {name: value for name, value in vars(filled).items() if name != "errors"}
    view = OfficeCaseView(
        id=case.id,
        reference=case.reference,
        account=case.account,
        step=seen.step,
        person=ComparedPerson(person.name, person.affiliation, person.account, person.methods)
        if person
        else None,
        bar=case.counter_bar,
        closing=case.stop_as,
        fields=ConfirmFields(**given),
        errors=filled.errors,
        slips=case.slips,
        slip_until=case.slip_until if case.slips else None,
        slip_ran_out=case.slip_until is not None and now >= case.slip_until,
        collect_until=case.pickup_until,
        compare_until=case.due_at,
        waiting=seen.step in AT_WORK,
        flags=seen.flags,
    )
    return _looking_again(visit.page("office_case", view, status=status), seen.step)


def case_document(seen: Counter) -> func.HttpResponse:
    """One case for a script; nothing of the directory where the page shows nothing of it."""
    case, person = seen.application, seen.person
    slip = seen.step in WITH_A_SLIP and case.slips > 0
    return answers.document(
        {
            "id": case.id,
            "reference": case.reference,
            "state": case.state.value,
            "step": seen.step.value,
            "name": person.name if person else None,
            "affiliation": person.affiliation if person else None,
            "refusal": case.counter_bar.value if case.counter_bar else None,
            "slip_url": f"{bootstrap.base_url()}/office/{case.id}/slip" if slip else None,
        }
    )


def slip_page(visit: Visit, slip: Slip) -> func.HttpResponse:
    """The slip in the person's language, or the other one if the clerk switches; the page around it in the clerk's."""
    switched = visit.query("slip")
    known = {each.value for each in Language}
    language = Language(switched) if switched in known else slip.language
    link = link_of(slip)
    view = OfficeSlipView(
        id=slip.application,
        reference=slip.reference,
        language=language,
        other=Language.EN if language is Language.JA else Language.JA,
        link=link,
        qr=qr_code(link),
        valid_until=slip.valid_until,
        number=slip.number,
    )
    return visit.page("office_slip", view)


def link_of(slip: Slip) -> str:
    """The whole pickup link of a slip."""
    return f"{bootstrap.base_url()}/pickup/{slip.application}?key={slip.token}"


def slip_document(slip: Slip) -> func.HttpResponse:
    """The slip for a script."""
    return answers.document({"link": link_of(slip), "valid_until": slip.valid_until.isoformat()})


def taken(visit: Visit, application: str) -> func.HttpResponse:
    """What was asked for has reached us."""
    if visit.wants_json:
        return answers.document({"id": application}, status=HTTPStatus.ACCEPTED)
    return answers.redirect(f"/office/{application}")


def _looking_again(answer: func.HttpResponse, step: CounterStep) -> func.HttpResponse:
    """The header does what a ``meta`` element would, and leaves the page's markup accessible."""
    if step in _LOOK_AGAIN:
        answer.headers["Refresh"] = str(_LOOK_AGAIN[step])
    return answer
