"""Sample views of the auditor's pages: everything in order, every kind of broken link, a case that is gone."""

from dataclasses import replace

from shared.domain.audit import Break, BrokenLink, Verdict
from shared.domain.kinds import Role
from shared.domain.states import State
from shared.ports import Access
from shared.presentation import views
from shared.presentation.audit_views import AuditCaseView, AuditRow, AuditView
from tests.unit.presentation.samples import ID, NOW, every_event

AUDITOR = views.PageSession("監査 実", "staff", frozenset({Role.AUDITOR.value}))
ACCESSES = tuple(
    Access(ID, "11112222-3333-4444-5555-666677778888", what, NOW)
    for what in ("photo", "directory", "slip", "review", "case", "audit", "export")
)


def verdict(what: Break | None = None, number: int = 2) -> Verdict:
    """What was found of the sample case."""
    return Verdict(ID, 20, 1, 18, BrokenLink(ID, number, what) if what else None)


def overview(*found: Verdict, page: int = 1, pages: int = 1) -> AuditView:
    """An overview of these verdicts."""
    rows = tuple(AuditRow(each.application, "K7Q3-MP0X", each) for each in found)
    return AuditView(rows, 60, (page - 1) * 25 + 1, page, pages, 2, ACCESSES[-1:])


def trail(what: Break | None = None) -> AuditCaseView:
    """A trail with every kind of event; one head agrees, one does not."""
    events = tuple(replace(each, hash=f"{number:064x}") for number, each in enumerate(every_event(), start=1))
    heads = {1: events[0].hash, 2: "f" * 64}
    return AuditCaseView(
        ID, "K7Q3-MP0X", State.ISSUED, verdict(what), (*events, every_event()[0], None), heads, ACCESSES
    )


def pages() -> dict[str, tuple[str, object | None, views.PageSession | None]]:
    """Every auditor's page in every shape."""
    found: dict[str, tuple[str, object | None, views.PageSession | None]] = {
        "audit": ("audit", overview(verdict(), verdict(Break.CHANGED), page=2, pages=3), AUDITOR),
        "audit_sound": ("audit", overview(verdict()), AUDITOR),
        "audit_empty": ("audit", AuditView((), 0, 1, 1, 1, 1), AUDITOR),
        "audit_case": ("audit_case", trail(), AUDITOR),
        "audit_case_gone": (
            "audit_case",
            AuditCaseView(ID, "K7Q3-MP0X", None, verdict(Break.TRUNCATED, 1), heads={1: "f" * 64}),
            AUDITOR,
        ),
    }
    for what in Break:
        found[f"audit_case_{what}"] = ("audit_case", trail(what), AUDITOR)
    return found
