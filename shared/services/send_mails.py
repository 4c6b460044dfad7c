"""Send what cases owe: by urgency, within the shared budget, each message marked after it was accepted.

Staff get one message for several cases when the budget is tight; otherwise at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from shared.domain.addressees import still_wanted
from shared.domain.application import Application
from shared.domain.links import LinkClaims, Purpose
from shared.domain.mails import LINK_PURPOSE, MailBudget, MailState, OwedMail, Urgency
from shared.domain.wakes import TRY_AGAIN
from shared.ports import (
    ForbiddenError,
    LinkTokens,
    MailMessage,
    Snapshot,
    StaleError,
    UnavailableError,
    UnknownOutcomeError,
)
from shared.services.worker_ports import WorkerPorts

REVIEW_LINK_LIFE = timedelta(days=14)
NOT_ME_LINK_LIFE = timedelta(days=60)
_ORDER = (Urgency.FIRST, Urgency.STAFF, Urgency.LATER, Urgency.SKIPPABLE)
_BUDGET_TRIES = 8


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
    blocked: datetime | None = None
    done = [
        each.skipped(now)
        for each in owed
        if not still_wanted(each, application) or each.is_stale_receipt(now)
    ]
    skipped = {each.key for each in done}
    for urgency in _ORDER:
        some = [each for each in owed if each.urgency is urgency and each.key not in skipped]
        if not some:
            continue
        marked, until = await _send_class(urgency, some, snapshot, ports)
        done += marked
        blocked = _earlier(blocked, until)
    if done:
        await ports.applications.mark_mails(application.id, done)
    return Sent(_marked(snapshot, done), blocked)


async def _send_class(
    urgency: Urgency, mails: Sequence[OwedMail], snapshot: Snapshot, ports: WorkerPorts
) -> tuple[list[OwedMail], datetime | None]:
    granted, until, crowded = await _take(urgency, len(mails), ports)
    marked: list[OwedMail] = []
    if urgency is Urgency.STAFF and granted and crowded:
        others = await _others_waiting(snapshot.application.id, ports)
    else:
        others = []
    for mail in mails[:granted]:
        same = [(one, app) for one, app in others if one.to == mail.to]
        message = _compose(mail, snapshot.application, same, ports)
        outcome, pause = await _hand_over(message, mail, snapshot.application, ports)
        if outcome is None:
            until = _earlier(until, pause)
            break
        marked.append(outcome)
        for one, app in same:
            await ports.applications.mark_mails(app.id, [one.sent(ports.clock.now())])
    return marked, until


async def _take(urgency: Urgency, count: int, ports: WorkerPorts) -> tuple[int, datetime | None, bool]:
    """Take tokens from the shared bucket: how many, when to ask again if too few, and whether it is getting tight."""
    limits = ports.rules.mail_limits
    for _ in range(_BUDGET_TRIES):
        now = ports.clock.now()
        read, version = await ports.budgets.read()
        budget = read or MailBudget.fresh(now)
        staff = urgency is Urgency.STAFF
        if staff and not budget.staff_may_be_told(limits, now):
            return 0, (budget.staff_at or now) + limits.digest_every, True
        granted = min(count, budget.room(urgency, limits, now))
        if granted == 0:
            return 0, budget.next_chance(limits, now), True
        after = budget.taken(granted, now, staff=staff)
        try:
            await ports.budgets.write(after, version)
        except StaleError:
            continue
        crowded = after.hour_sent * 2 >= limits.per_hour
        return granted, after.next_chance(limits, now) if granted < count else None, crowded
    return 0, ports.clock.now() + TRY_AGAIN, True


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


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    times = [each for each in (one, other) if each is not None]
    return min(times, default=None)
