"""The auditor's pages and documents from what the services found."""

import azure.functions as func

from functions._http import answers
from functions._http.visit import Visit
from shared.domain.audit import Verdict
from shared.domain.reviewing import reference_of
from shared.presentation.audit_views import AuditCaseView, AuditRow, AuditView
from shared.services.read_audit import PAGE, AuditedCase, AuditOverview


def overview_page(visit: Visit, found: AuditOverview) -> func.HttpResponse:
    """One page of verdicts."""
    if visit.wants_json:
        cases = [_document(each) for each in found.verdicts]
        return answers.document(
            {"total": found.total, "first": found.first, "pages": found.pages, "applications": cases}
        )
    rows = tuple(AuditRow(each.application, reference_of(each.application), each) for each in found.verdicts)
    view = AuditView(
        rows=rows,
        total=found.total,
        first=found.first,
        page=(found.first - 1) // PAGE + 1,
        pages=found.pages,
        parts=found.parts,
        exports=found.exports,
    )
    return visit.page("audit", view)


def trail_page(visit: Visit, found: AuditedCase) -> func.HttpResponse:
    """One trail; names of staff are those that the case itself carries."""
    if visit.wants_json:
        return answers.document(_document(found.verdict))
    case = found.application
    names = {each.oid: each.name for each in case.approvals} if case else {}
    if case and case.clerk:
        names |= {case.clerk: case.clerk_name}
    view = AuditCaseView(
        id=found.id,
        reference=reference_of(found.id),
        state=case.state if case else None,
        verdict=found.verdict,
        events=found.trail.events,
        heads={each.number: each.hash for each in found.trail.heads},
        accesses=found.accesses,
        names=names,
    )
    return visit.page("audit_case", view)


def export_file(part: int, lines: str) -> func.HttpResponse:
    """A file of JSON Lines to be saved."""
    return answers.download(lines.encode(), "application/jsonl", f"audit-{part}.jsonl")


def _document(verdict: Verdict) -> dict[str, object]:
    broken = verdict.broken
    return {
        "id": verdict.application,
        "events": verdict.events,
        "unchained": verdict.unchained,
        "kept_to": verdict.kept_to,
        "broken": {"number": broken.number, "what": broken.what.value} if broken else None,
    }
