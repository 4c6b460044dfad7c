"""The console's pages from what the services found."""

from collections.abc import Sequence
from datetime import timedelta

import azure.functions as func

from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.application import Application
from shared.domain.kinds import Role
from shared.domain.links import LinkClaims, Purpose
from shared.domain.states import State
from shared.ports import Poison
from shared.presentation.staff_views import BlockedRow
from shared.presentation.status import prechecked_at
from shared.presentation.views import AttentionView, CaseView, WorklistRow, WorklistView
from shared.services.watch_blocks import Blocked
from shared.services.watch_cases import WatchedCase

_CONSOLE_LINK_LIFE = timedelta(hours=1)


def worklist_page(visit: Visit, cases: Sequence[Application]) -> func.HttpResponse:
    """All open cases."""
    now = bootstrap.web().clock.now()
    rows = tuple(
        WorklistRow(
            id=each.id,
            reference=each.reference,
            channel=each.channel,
            state=each.state,
            received_at=each.received_at,
            promised_by=each.promised_by,
            overdue=each.overdue > 0 or (each.promised_by is not None and each.promised_by < now),
            flags=len(each.flags),
        )
        for each in cases
    )
    return visit.page("staff", WorklistView(rows, now))


def attention_page(
    visit: Visit, cases: Sequence[Application], poison: Sequence[Poison], blocked: Sequence[Blocked]
) -> func.HttpResponse:
    """What needs an operator."""
    rows = tuple(BlockedRow(each.application, each.reference, each.since) for each in blocked)
    view = AttentionView(tuple(cases), tuple(poison), _is_operator(visit), rows)
    return visit.page("staff_attention", view)


def case_page(visit: Visit, seen: WatchedCase) -> func.HttpResponse:
    """One case; names of staff are those that the case itself carries."""
    found = seen.snapshot
    names = {each.oid: each.name for each in found.application.approvals}
    if found.application.clerk:
        names |= {found.application.clerk: found.application.clerk_name}
    view = CaseView(
        application=found.application,
        events=found.events,
        mails=found.mails,
        accesses=seen.accesses,
        names=names,
        operator=_is_operator(visit),
        review_link=_review_link(visit, found.application),
        card_name=seen.card_name,
        blocked=seen.lock is not None and seen.lock.blocked,
        blocked_since=seen.lock.blocked_at if seen.lock else None,
        blocked_by=seen.lock.blocked_by if seen.lock else (),
        card_linked=seen.card_linked,
        flags=seen.flags,
        checked_at=prechecked_at(found.events),
        asked=seen.asked,
    )
    return visit.page("staff_case", view)


def _review_link(visit: Visit, case: Application) -> str:
    """The console is a way to the review page as well as the mail; a link locates, the role authorises."""
    is_reviewer = Role.REVIEWER.value in visit.member.identity.roles
    if case.state is not State.IN_REVIEW or not is_reviewer:
        return ""
    ports = bootstrap.web()
    claims = LinkClaims(
        purpose=Purpose.REVIEW,
        application=case.id,
        addressee=ports.links.addressee(visit.member.identity.oid),
        round=case.round,
        expires_at=ports.clock.now() + _CONSOLE_LINK_LIFE,
    )
    return f"/review/{ports.links.sign(claims)}"


def _is_operator(visit: Visit) -> bool:
    return Role.OPERATOR.value in visit.member.identity.roles
