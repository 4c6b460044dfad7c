"""The auditor's pages: they verify and show, and change nothing but the record of who looked."""

import azure.functions as func

from functions._http.audit_pages import export_file, overview_page, trail_page
from functions._http.doors import AUDITOR, door
from functions._http.visit import Visit
from shared import bootstrap
from shared.services import read_audit

bp = func.Blueprint()


@bp.route(route="staff/audit", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(AUDITOR)
async def audit(visit: Visit) -> func.HttpResponse:
    """Which trails hold, page by page."""
    page = visit.query("page")
    found = await read_audit.show_overview(int(page) if _is_number(page) else 1, bootstrap.web())
    return overview_page(visit, found)


@bp.route(route="staff/audit/applications/{id}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(AUDITOR)
async def audit_case(visit: Visit) -> func.HttpResponse:
    """One trail, verified now, with everybody who looked at the case."""
    found = await read_audit.show_trail(visit.part("id"), visit.member.identity, bootstrap.web())
    return trail_page(visit, found)


@bp.route(route="staff/audit/export", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@door(AUDITOR)
async def audit_export(visit: Visit) -> func.HttpResponse:
    """The trail as a file of JSON Lines; who took it is on record."""
    text = visit.form().text("part")
    part = int(text) if _is_number(text) else 0
    lines = await read_audit.export_part(part, visit.member.identity, bootstrap.web())
    return export_file(part, lines)


def _is_number(text: str) -> bool:
    """A short number in plain digits: anything else is nobody's page."""
    return text.isascii() and text.isdigit() and len(text) < 8  # noqa: PLR2004 - ten million pages
