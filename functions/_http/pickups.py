"""The mailed link of a pickup, kept in a signed cookie: application, round and the account it was made for."""

from datetime import datetime

import azure.functions as func

from functions._http.visit import Visit
from shared import bootstrap
from shared.domain.errors import LinkMalformedError
from shared.domain.links import Purpose
from shared.domain.mails import MailKind
from shared.ports import Snapshot
from shared.presentation.masks import masked
from shared.presentation.views import PickupNeedsLinkView, PickupView
from shared.services.collect_pass import Collector


def bind_link(visit: Visit, key: str) -> None:
    """Move a link's key into a cookie.

    Raises:
        LinkExpiredError: its time has passed.
        LinkMalformedError: altered, for another purpose or another application.
    """
    ports = bootstrap.web()
    claims = ports.links.read(Purpose.PICKUP, key)
    if claims.application != visit.part("id"):
        raise LinkMalformedError(Purpose.PICKUP.value)
    claims.check(ports.clock.now())
    held = {"application": claims.application, "round": claims.round, "until": claims.expires_at.isoformat()}
    visit.jar.keep("pickup", held)


def collector_of(visit: Visit, round_: int | None = None) -> Collector | None:
    """Who stands at the page, if this browser opened the mailed link of this application (and round)."""
    held = visit.jar.read("pickup")
    if held is None or held["application"] != visit.part("id"):
        return None
    if round_ is not None and held["round"] != round_:
        return None
    until = held.get("until")
    if until is None or bootstrap.web().clock.now() >= datetime.fromisoformat(until):
        return None
    return Collector(subject=visit.who.oid, session=visit.who.session, round=held["round"])


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
    sent = [each for each in found.mails if each.kind is MailKind.PICKUP and each.with_link]
    addresses = tuple(dict.fromkeys(masked(each.to) for each in sent))
    view = PickupNeedsLinkView(found.application.id, found.application.reference, addresses)
    return visit.page("pickup_needs_link", view)
