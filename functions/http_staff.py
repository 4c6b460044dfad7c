"""The staff console: worklist, one case, what needs attention, and the operator's buttons."""

from http import HTTPStatus

import azure.functions as func

from functions._http import answers, case_documents
from functions._http.doors import CONSOLE, OPERATOR, door
from functions._http.problems import Trouble
from functions._http.staff_pages import attention_page, case_page, worklist_page
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.kinds import LiftReason
from shared.presentation.views import Problem
from shared.services import watch_blocks, watch_cases

bp = func.Blueprint()


@bp.route(route="staff", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CONSOLE)
async def staff(visit: Visit) -> func.HttpResponse:
    """All cases that are not over, by state."""
    return worklist_page(visit, await watch_cases.list_cases(bootstrap.web()))


@bp.route(route="staff/attention", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CONSOLE)
async def staff_attention(visit: Visit) -> func.HttpResponse:
    """What an operator must look at."""
    ports = bootstrap.web()
    cases, poison = await watch_cases.list_attention(ports)
    return attention_page(visit, cases, poison, await watch_blocks.list_blocked(visit.member.identity, ports))


@bp.route(route="staff/applications/{id}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(CONSOLE)
async def staff_case(visit: Visit) -> func.HttpResponse:
    """One case with its timeline."""
    seen = await watch_cases.show_case(visit.part("id"), visit.member.identity, bootstrap.web())
    if visit.wants_json:
        found = seen.snapshot
        return answers.document(case_documents.for_staff(found.application, found.events))
    return case_page(visit, seen)


@bp.route(route="staff/applications/{id}/run-again", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(OPERATOR)
async def staff_run_again(visit: Visit) -> func.HttpResponse:
    """Let a parked case run again."""
    _confirmed(visit)
    member = visit.member
    await watch_cases.run_again(visit.part("id"), member.identity, member.token, bootstrap.web())
    return _taken(visit, f"/staff/applications/{visit.part('id')}")


@bp.route(route="staff/applications/{id}/stop", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(OPERATOR)
async def staff_stop(visit: Visit) -> func.HttpResponse:
    """Stop a case."""
    _confirmed(visit)
    member = visit.member
    await watch_cases.stop_case(visit.part("id"), member.identity, member.token, bootstrap.web())
    return _taken(visit, f"/staff/applications/{visit.part('id')}")


@bp.route(route="staff/applications/{id}/lift-block", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(OPERATOR)
async def staff_lift_block(visit: Visit) -> func.HttpResponse:
    """Lift what the owner's "not me" closed for the account of a case."""
    _confirmed(visit)
    member, name = visit.member, visit.part("id")
    given = visit.form().text("reason_code")
    if given not in {each.value for each in LiftReason}:
        raise Trouble(Problem.BAD_REQUEST, link=f"/staff/applications/{name}")
    reason, seen = LiftReason(given), visit.form().text("seen").split(",")
    await watch_blocks.lift_block(name, reason, member.identity, member.token, bootstrap.web(), seen=seen)
    return _taken(visit, f"/staff/applications/{name}")


@bp.route(route="staff/applications/{id}/cut-link", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(OPERATOR)
async def staff_cut_link(visit: Visit) -> func.HttpResponse:
    """Remove the link between the account of a case and a card."""
    _confirmed(visit)
    member, name = visit.member, visit.part("id")
    await watch_blocks.cut_link(name, member.identity, member.token, bootstrap.web())
    return _taken(visit, f"/staff/applications/{name}")


@bp.route(route="staff/poison/{key}/retry", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(OPERATOR)
async def staff_retry_poison(visit: Visit) -> func.HttpResponse:
    """Send a message again that the platform gave up on."""
    member = visit.member
    await watch_cases.retry_poison(visit.part("key"), member.identity, member.token, bootstrap.web())
    return _taken(visit, "/staff/attention")


def _confirmed(visit: Visit) -> None:
    """A page's button needs its box ticked; a script that asks for JSON has thought about it."""
    if not visit.wants_json and visit.form().text("confirm") != "on":
        raise Trouble(Problem.BAD_REQUEST, link=f"/staff/applications/{visit.part('id')}")


def _taken(visit: Visit, path: str) -> func.HttpResponse:
    if visit.wants_json:
        return answers.document({"state": "asked"}, status=HTTPStatus.ACCEPTED)
    return answers.redirect(path)
