"""The mailed link or the printed slip of a pickup, kept in a signed cookie: application, round or number, until when."""

from datetime import datetime

import azure.functions as func

from functions._http import card_sessions
from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.application import Application
from shared.domain.errors import LinkMalformedError
from shared.domain.links import LinkClaims, Purpose
from shared.domain.mails import MailKind
from shared.ports import Snapshot
from shared.presentation.masks import masked
from shared.presentation.views import PickupNeedsLinkView, PickupView
from shared.services.act_on_own_case import Shown
from shared.services.collect_pass import Collector, check_slip, read_for_slip


async def bind_link(visit: Visit, key: str) -> None:
    """Move the key of a mailed link or of a printed slip into a cookie.

    Raises:
        LinkExpiredError: its time has passed.
        LinkMalformedError: altered, for another purpose or another application.
        RefusedError: a newer slip was printed.
    """
    ports = bootstrap.web()
    claims = _read(key)
    if claims.application != visit.part("id"):
        raise LinkMalformedError(claims.purpose.value)
    claims.check(ports.clock.now())
    held = {"application": claims.application, "round": claims.round, "until": claims.expires_at.isoformat()}
    if claims.purpose is Purpose.SLIP:
        await read_for_slip(claims.application, claims.round, ports)
        held |= {"slip": claims.round}
    visit.jar.keep("pickup", held)


def _read(key: str) -> LinkClaims:
    links = bootstrap.web().links
    try:
        return links.read(Purpose.PICKUP, key)
    except LinkMalformedError as of_no_mail:
        try:
            return links.read(Purpose.SLIP, key)
        except LinkMalformedError:
            raise of_no_mail from None


def collector_of(visit: Visit, case: Application | None = None) -> Collector | None:
    """Who stands at the page, if this browser opened the mailed link (of this round) or the newest slip of this application.

    Raises:
        RefusedError: a newer slip was printed.
    """
    held = visit.jar.read("pickup")
    if held is None or held["application"] != visit.part("id"):
        return None
    slip = int(held.get("slip", 0))
    if case is not None and slip:
        check_slip(case, slip)
    elif case is not None and held["round"] != case.round:
        return None
    until = held.get("until")
    if until is None or bootstrap.web().clock.now() >= datetime.fromisoformat(until):
        return None
    return Collector(subject=visit.who.oid, session=visit.who.session, round=held["round"], slip=slip)


def shown_by(visit: Visit) -> Shown:
    """What this browser showed besides the password: link or slip of this application, a verified card."""
    return Shown(collector_of(visit), card_sessions.holder_of(visit))


def pickup_page(visit: Visit, found: Snapshot) -> func.HttpResponse:
    """The page with the button."""
    case = found.application
    view = PickupView(
        id=case.id,
        reference=case.reference,
        account=visit.who.upn,
        collect_by=case.pickup_until,
        attempts_left=max(0, bootstrap.web().rules.max_attempts - case.passes),
        shown_before=case.passes > 0,
    )
    return visit.page("pickup", view)


def needs_link_page(visit: Visit, found: Snapshot) -> func.HttpResponse:
    """The page that asks for the mailed link."""
    sent = [each for each in found.mails if each.kind is MailKind.PICKUP and each.with_link and not each.lost]
    addresses = tuple(dict.fromkeys(masked(each.to) for each in sent))
    case = found.application
    until = case.slip_until
    over = until is not None and bootstrap.web().clock.now() >= until
    view = PickupNeedsLinkView(case.id, case.reference, addresses, until, slip_over=over)
    return visit.page("pickup_needs_link", view)
