"""The pages of identity verification from what the services found, and the same as JSON for scripts."""

from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Final

import azure.functions as func

from functions._http import answers, case_documents
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.application import Application
from shared.domain.states import State
from shared.presentation.status import public_state
from shared.presentation.verify_views import (
    VerifyCardView,
    VerifyFailedView,
    VerifyFailure,
    VerifyIssueView,
    VerifyLinkView,
)
from shared.services.find_case import FoundCase
from shared.services.link_card import LinkDesk, Linker, LinkState
from shared.services.verify_card import CardDesk, CardHolder, Item

_TOLD_FOR: Final = timedelta(hours=24)
"""How long an application that is over is still spoken of."""
_WORKING: Final = frozenset({State.SUBMITTED, State.STOPPING})
_DEADLINE: Final = frozenset({State.COOLING_OFF, State.APPROVED, State.ISSUED})
_STATUS: Final = {
    VerifyFailure.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    VerifyFailure.WRONG_TOKEN: HTTPStatus.FORBIDDEN,
    VerifyFailure.OTHER_BROWSER: HTTPStatus.FORBIDDEN,
}


def started_page(visit: Visit) -> func.HttpResponse:
    """What one needs, and the button."""
    if visit.wants_json:
        return answers.document(_document("not_verified", linked=None))
    return visit.page("verify", None)


def failed(visit: Visit, why: VerifyFailure, purpose: str = "verify") -> func.HttpResponse:
    """A verification that did not succeed: what to do now. Nothing about any account is shown."""
    link = "/verify" if why is VerifyFailure.USED else f"/verify/start?next={purpose}"
    status = _STATUS.get(why, HTTPStatus.BAD_REQUEST)
    answer = visit.page("verify_failed", VerifyFailedView(why, link), status=status)
    if why is VerifyFailure.UNAVAILABLE:
        answer.headers["Retry-After"] = "30"
    return answer


def card_page(visit: Visit, holder: CardHolder, desk: CardDesk) -> func.HttpResponse:
    """The linked account, and its application by card."""
    now = bootstrap.web().clock.now()
    found = _told(desk.case)
    case = found.application if found is not None else None
    spent = case is not None and case.terminal and case.id == holder.verification
    view = VerifyCardView(
        name=holder.name,
        linked_at=desk.link.linked_at if desk.link else None,
        usable_from=desk.usable_from,
        young=desk.usable_from is not None and now < desk.usable_from,
        counts=holder.counts and not spent,
        account=desk.upn,
        state=public_state(case.state) if case else None,
        reference=case.reference if case else "",
        deadline=case.promised_by if case and case.state in _DEADLINE else None,
        other_way=desk.other_way,
        pass_from=desk.pass_from,
        unlinking=desk.unlinking,
        unlinked=desk.unlinked,
        blocked=desk.blocked,
    )
    return visit.page("verify_card", view)


def card_document(desk: CardDesk) -> func.HttpResponse:
    """The same for scripts: ``waiting`` while something is being worked on."""
    found = _told(desk.case)
    case = found.application if found is not None else None
    waiting = desk.unlinking or (case is not None and case.state in _WORKING)
    document = _document("verified", linked=desk.link is not None, waiting=waiting)
    if desk.link is not None and desk.usable_from is not None:
        document |= {
            "linked_since": desk.link.linked_at.isoformat(),
            "usable_from": desk.usable_from.isoformat(),
        }
    if found is not None:
        document["application"] = case_documents.for_applicant(found.application, found.events)
    return answers.document(case_documents.with_trial(document))


def issue_page(visit: Visit, holder: CardHolder, desk: CardDesk) -> func.HttpResponse | None:
    """The items, and the button; None when nothing can be asked for now: the page before says why."""
    case = desk.case.application if desk.case is not None else None
    if desk.link is None or desk.blocked or not holder.counts or _stuck(case, holder):
        return None
    now = bootstrap.web().clock.now()
    view = VerifyIssueView(
        items=tuple(each.value for each in Item),
        key=sha256(f"key:{holder.session}".encode()).hexdigest()[:16],
        young=desk.usable_from is not None and now < desk.usable_from,
        usable_from=desk.usable_from,
        account=desk.upn,
        shown_before=case is not None and case.state is State.ISSUED,
    )
    return visit.page("verify_issue", view)


def link_page(visit: Visit, linker: Linker, holder: CardHolder | None, desk: LinkDesk) -> func.HttpResponse:
    """Where the linking stands."""
    card = holder.name if holder is not None else ""
    own = desk.link.name if desk.link is not None else ""
    ready = desk.state is LinkState.READY
    ports = bootstrap.web()
    view = VerifyLinkView(
        state=desk.state.value,
        account=linker.upn,
        name=own or card,
        linked_at=desk.link.linked_at if desk.link else None,
        usable_from=ports.clock.now() + ports.rules.link_cooling if ready else desk.usable_from,
    )
    return visit.page("verify_link", view)


def link_document(desk: LinkDesk) -> func.HttpResponse:
    """The same for scripts."""
    waiting = desk.state in {LinkState.ASKED, LinkState.UNLINKING}
    document = _document(desk.state.value, linked=desk.link is not None, waiting=waiting)
    if desk.link is not None and desk.usable_from is not None:
        document |= {
            "linked_since": desk.link.linked_at.isoformat(),
            "usable_from": desk.usable_from.isoformat(),
        }
    return answers.document(document)


def _document(state: str, *, linked: bool | None, waiting: bool = False) -> dict[str, object]:
    return {
        "state": state,
        "linked": linked,
        "linked_since": None,
        "usable_from": None,
        "application": None,
        "waiting": waiting,
    }


def _stuck(case: Application | None, holder: CardHolder) -> bool:
    """Whether the case waits for somebody else, or this verification has made one that is over."""
    if case is None:
        return False
    waits = {State.COOLING_OFF, State.IN_REVIEW, State.ATTENTION, State.STOPPING}
    return case.state in waits or (case.terminal and case.id == holder.verification)


def _told(found: FoundCase | None) -> FoundCase | None:
    """A case that is not over, or has been for a day at most."""
    if found is None:
        return None
    over = found.application.terminal
    old = bootstrap.web().clock.now() - found.application.entered_at >= _TOLD_FOR
    return None if over and old else found
