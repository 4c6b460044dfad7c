"""Send what cases owe: by urgency, within the shared budget, each message marked after it was accepted.

Staff get one message for several cases when the budget is tight; otherwise at once.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from shared.domain.addressees import still_wanted
from shared.domain.application import Application
from shared.domain.links import LinkClaims, Purpose
from shared.domain.mails import LINK_PURPOSE, MailState, OwedMail, Urgency
from shared.domain.wakes import TRY_AGAIN
from shared.ports import (
    ForbiddenError,
    LinkTokens,
    MailMessage,
    Snapshot,
    UnavailableError,
    UnknownOutcomeError,
)
from shared.services.take_allowance import Allowance, take_allowance
from shared.services.worker_ports import WorkerPorts

REVIEW_LINK_LIFE = timedelta(days=14)
NOT_ME_LINK_LIFE = timedelta(days=60)
_ORDER = (Urgency.FIRST, Urgency.STAFF, Urgency.LATER, Urgency.SKIPPABLE)


@dataclass(frozen=True)
class Sent:
    """The case with its mails marked, and until when nothing more can be sent (None: all is done)."""

    snapshot: Snapshot
    blocked_until: datetime | None


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
    if left:
        allowance = await take_allowance(Counter(each.urgency for each in left), ports)
        done, blocked = await _send_allowed(left, allowance, snapshot, ports)
    if skipped or done:
        await ports.applications.mark_mails(application.id, [*skipped, *done])
    return Sent(_marked(snapshot, [*skipped, *done]), blocked)


async def _send_allowed(
    mails: Sequence[OwedMail], allowance: Allowance, snapshot: Snapshot, ports: WorkerPorts
) -> tuple[list[OwedMail], datetime | None]:
    """Send as many of each class as was granted; a mail service that takes none now ends it for all."""
    left = dict(allowance.granted)
    blocked = allowance.again_at
    others: list[tuple[OwedMail, Application]] = []
    if allowance.crowded and left.get(Urgency.STAFF):
        others = await _others_waiting(snapshot.application.id, ports)
    marked: list[OwedMail] = []
    for mail in mails:
        if left.get(mail.urgency, 0) == 0:
            continue
        left[mail.urgency] -= 1
        same = [(one, app) for one, app in others if one.to == mail.to]
        message = _compose(mail, snapshot.application, same, ports)
        outcome, pause = await _hand_over(message, mail, snapshot.application, ports)
        if outcome is None:
            return marked, pause
        marked.append(outcome)
        for one, app in same:
            await ports.applications.mark_mails(app.id, [one.sent(ports.clock.now())])
    return marked, blocked


async def _others_waiting(but: str, ports: WorkerPorts) -> list[tuple[OwedMail, Application]]:
    """Mails to staff that other open cases owe, to be told in the same message."""
    found: list[tuple[OwedMail, Application]] = []
    for name in await ports.open_cases.names():
        snapshot = None if name == but else await ports.applications.read(name)
        if snapshot is None:
            continue
        found += [
            (each, snapshot.application)
            for each in snapshot.mails
            if each.urgency is Urgency.STAFF
            and each.state is MailState.OWED
            and still_wanted(each, snapshot.application)
        ]
    return found


def _compose(
    mail: OwedMail,
    application: Application,
    others: Sequence[tuple[OwedMail, Application]],
    ports: WorkerPorts,
) -> MailMessage:
    own = _tokens(mail, application, ports)
    if mail.urgency is not Urgency.STAFF:
        return ports.composer.compose(mail, application, own)
    cases = [(mail, application, own)]
    cases += [(each, app, _tokens(each, app, ports)) for each, app in others]
    return ports.composer.digest(mail.to, cases)


async def _hand_over(
    message: MailMessage, mail: OwedMail, application: Application, ports: WorkerPorts
) -> tuple[OwedMail | None, datetime | None]:
    """Hand one message to the mail service; None if it must be tried again, with the time for that."""
    operation = str(uuid5(NAMESPACE_URL, f"{application.id}:{mail.kind}:{mail.round}:{mail.to}"))
    try:
        await ports.mailer.send(message, operation=operation)
    except ForbiddenError:
        return mail.refused(ports.clock.now()), None
    except UnavailableError as error:
        return None, ports.clock.now() + timedelta(seconds=error.retry_after or TRY_AGAIN.total_seconds())
    except UnknownOutcomeError:
        return None, ports.clock.now() + TRY_AGAIN
    return mail.sent(ports.clock.now()), None


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


def _marked(snapshot: Snapshot, done: Sequence[OwedMail]) -> Snapshot:
    by_key = {each.key: each for each in done}
    return replace(snapshot, mails=tuple(by_key.get(each.key, each) for each in snapshot.mails))
