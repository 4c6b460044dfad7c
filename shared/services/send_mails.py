"""Send what cases owe: by urgency, within the shared budget, each message marked after it was accepted.

Staff get one message for several cases when the budget is tight; otherwise at once.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from shared.domain.addressees import still_wanted
from shared.domain.application import Application
from shared.domain.links import LinkClaims, Purpose
from shared.domain.mails import LINK_PURPOSE, MailState, OwedMail, Urgency
from shared.domain.wakes import TRY_AGAIN
from shared.logs import frames
from shared.ports import (
    ForbiddenError,
    LinkTokens,
    MailMessage,
    PortError,
    Snapshot,
    UnavailableError,
    UnknownOutcomeError,
)
from shared.ports.telemetry import Ended, Metric, SpanName
from shared.services.take_allowance import Allowance, take_allowance
from shared.services.worker_ports import WorkerPorts

_LOG = logging.getLogger(__name__)

REVIEW_LINK_LIFE = timedelta(days=14)
NOT_ME_LINK_LIFE = timedelta(days=60)
_ORDER = (Urgency.FIRST, Urgency.STAFF, Urgency.LATER, Urgency.SKIPPABLE)


@dataclass(frozen=True)
class Sent:
    """The case with its mails marked, and until when nothing more can be sent (None: all is done)."""

    snapshot: Snapshot
    blocked_until: datetime | None


def operation_of(application: str, mail: OwedMail) -> str:
    """The id (a GUID) under which every try of this mail is handed over: a second try is the same mail."""
    return str(uuid5(NAMESPACE_URL, f"{application}:{mail.kind}:{mail.round}:{mail.to}"))


async def send_mails(snapshot: Snapshot, owed: Sequence[OwedMail], ports: WorkerPorts) -> Sent:
    """Send the owed mails of one case as far as the budget allows.

    Raises:
        UnavailableError: storage cannot be reached (a mail that was sent but not marked is sent again).
    """
    now = ports.clock.now()
    application = snapshot.application
    skipped = [
        each.skipped(now)
        for each in owed
        if not still_wanted(each, application) or each.is_stale_receipt(now)
    ]
    keys = {each.key for each in skipped}
    left = sorted(
        (each for each in owed if each.key not in keys), key=lambda each: _ORDER.index(each.urgency)
    )
    done: list[OwedMail] = []
    blocked: datetime | None = None
    try:
        if left:
            oldest = min(each.owed_at for each in left)
            allowance = await take_allowance(Counter(each.urgency for each in left), ports, owed_at=oldest)
            blocked = await _send_allowed(left, allowance, snapshot, ports, done)
    finally:  # whatever happened to the others: what was sent is marked, so that it is not sent again
        marked = await _mark(snapshot, [*skipped, *done], ports)
    return Sent(marked, blocked)


async def _mark(snapshot: Snapshot, mails: Sequence[OwedMail], ports: WorkerPorts) -> Snapshot:
    if not mails:
        return snapshot
    return await ports.applications.mark_mails(snapshot, mails)


async def _send_allowed(
    mails: Sequence[OwedMail],
    allowance: Allowance,
    snapshot: Snapshot,
    ports: WorkerPorts,
    done: list[OwedMail],
) -> datetime | None:
    """Send as many of each class as was granted, noting each in ``done``; a mail service that takes none ends it for all."""
    left = dict(allowance.granted)
    others: list[tuple[OwedMail, Snapshot]] = []
    if allowance.crowded and left.get(Urgency.STAFF):
        others = await _others_waiting(snapshot.application.id, ports)
    for mail in mails:
        if left.get(mail.urgency, 0) == 0:
            ports.telemetry.count(Metric.MAILS, kind=mail.kind.value, ended=Ended.WAITS)
            continue
        left[mail.urgency] -= 1
        same = [(one, other) for one, other in others if one.to == mail.to]
        outcome, pause = await _send_one(mail, snapshot, same, ports)
        if outcome is None:
            return pause
        done.append(outcome)
        if outcome.state is MailState.SENT:
            for one, other in same:
                told = one.sent(ports.clock.now(), outcome.message)
                await ports.applications.mark_mails(other, [told])
    return allowance.again_at


async def _send_one(
    mail: OwedMail, snapshot: Snapshot, same: Sequence[tuple[OwedMail, Snapshot]], ports: WorkerPorts
) -> tuple[OwedMail | None, datetime | None]:
    """Write one mail and hand it over; None if it must be tried again, with the time for that.

    A mail that cannot be written is a fault of ours: it must not keep the others from going out.
    """
    try:
        message = _compose(mail, snapshot.application, same, ports)
    except Exception as error:  # noqa: BLE001 - templates can fail in many ways
        _LOG.error("a mail cannot be written: %s at %s", type(error).__name__, frames(error))
        return mail.refused(ports.clock.now()), None
    with ports.telemetry.span(SpanName.MAIL, kind=mail.kind.value) as span:
        outcome, pause = await _hand_over(message, mail, snapshot.application, ports)
        ended = _ended(outcome)
        span.tell(ended=ended)
        ports.telemetry.count(Metric.MAILS, kind=mail.kind.value, ended=ended)
    return outcome, pause


def _ended(outcome: OwedMail | None) -> Ended:
    if outcome is None:
        return Ended.UNAVAILABLE
    return Ended.OK if outcome.state is MailState.SENT else Ended.REFUSED


async def _others_waiting(but: str, ports: WorkerPorts) -> list[tuple[OwedMail, Snapshot]]:
    """Mails to staff that other open cases owe, to be told in the same message."""
    found: list[tuple[OwedMail, Snapshot]] = []
    for name in await ports.open_cases.names():
        snapshot = None if name == but else await ports.applications.read(name)
        if snapshot is None:
            continue
        found += [
            (each, snapshot)
            for each in snapshot.mails
            if each.urgency is Urgency.STAFF
            and each.state is MailState.OWED
            and still_wanted(each, snapshot.application)
        ]
    return found


def _compose(
    mail: OwedMail,
    application: Application,
    others: Sequence[tuple[OwedMail, Snapshot]],
    ports: WorkerPorts,
) -> MailMessage:
    own = _tokens(mail, application, ports)
    if mail.urgency is not Urgency.STAFF:
        return ports.composer.compose(mail, application, own)
    cases = [(mail, application, own)]
    cases += [(each, other.application, _tokens(each, other.application, ports)) for each, other in others]
    return ports.composer.digest(mail.to, cases)


async def _hand_over(
    message: MailMessage, mail: OwedMail, application: Application, ports: WorkerPorts
) -> tuple[OwedMail | None, datetime | None]:
    """Hand one message to the mail service; None if it must be tried again, with the time for that.

    Whose message it is is written down before: its delivery report may come before our own row is saved.
    """
    operation = operation_of(application.id, mail)
    try:
        await ports.sent_mails.note(operation, application.id)
        accepted = await ports.mailer.send(message, operation=operation)
    except ForbiddenError:
        return mail.refused(ports.clock.now()), None
    except UnavailableError as error:
        _LOG.warning("a mail is put off: %s at %s", type(error).__name__, frames(error))
        return None, ports.clock.now() + timedelta(seconds=error.retry_after or TRY_AGAIN.total_seconds())
    except UnknownOutcomeError as error:
        _LOG.warning("a mail is put off: %s at %s", type(error).__name__, frames(error))
        return None, ports.clock.now() + TRY_AGAIN
    if accepted != operation:
        with suppress(PortError):  # the mail is out: a report that finds nobody is the smaller harm
            await ports.sent_mails.note(accepted, application.id)
    return mail.sent(ports.clock.now(), accepted), None


def _tokens(mail: OwedMail, application: Application, ports: WorkerPorts) -> LinkTokens:
    """Links are made at send time, so that none is stored and each carries the newest key."""
    now = ports.clock.now()
    purpose = LINK_PURPOSE.get(mail.kind)
    action = ""
    if purpose is not None and mail.with_link:
        until = application.pickup_until if purpose is Purpose.PICKUP else now + REVIEW_LINK_LIFE
        action = _sign(purpose, mail, application, until or now + REVIEW_LINK_LIFE, ports)
    not_me = ""
    if mail.urgency is not Urgency.STAFF and mail.on_file:
        not_me = _sign(Purpose.NOT_ME, mail, application, now + NOT_ME_LINK_LIFE, ports)
    return LinkTokens(action=action, not_me=not_me)


def _sign(
    purpose: Purpose, mail: OwedMail, application: Application, until: datetime, ports: WorkerPorts
) -> str:
    claims = LinkClaims(
        purpose=purpose,
        application=application.id,
        addressee=ports.links.addressee(mail.to),
        round=application.round,
        expires_at=until,
    )
    return ports.links.sign(claims)
