"""A delivery report of the mail service: what came back is marked, and its case looked at. Anything else changes nothing."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from shared.domain.delivery import DeliveryReport
from shared.domain.mails import MailState, OwedMail
from shared.names import QUEUE_REPORTS
from shared.ports import Snapshot, UnavailableError
from shared.ports.telemetry import Metric
from shared.services.look_at import look_at
from shared.services.send_mails import operation_of
from shared.services.worker_ports import WorkerPorts

_LOG = logging.getLogger(__name__)

_EARLY: Final = timedelta(minutes=10)
"""So long after it was made a report may name a mail whose id is not written down yet."""


async def take_report(report: DeliveryReport, ports: WorkerPorts, *, may_be_early: bool = False) -> None:
    """Take one report; twice, late, or before the mail's own row says "sent" is the same as once and in time.

    A report counts only for a mail that we handed over under this id to this very addressee; each one that does not is a line
    in the log, by which they are counted. The line has no part of the report: no addressee, and no id that somebody made up.

    The mail service may accept a mail under an id of its own, which we can write down only afterwards; a report about an address
    that it does not even try can be faster.

    Args:
        report: The report.
        ports: The worker's ports.
        may_be_early: Whether the message comes again, so that a young report that names no mail can wait for its mail.

    Raises:
        UnavailableError: storage cannot be reached, or the mail is not known yet; the message comes again.
        StaleError: the case's mails are being written by others; the message comes again.
    """
    if not report.delivery.failed:
        return
    application = await ports.sent_mails.case_of(report.message)
    snapshot = await ports.applications.read(application) if application else None
    mail = _named_by(report, snapshot) if snapshot else None
    if snapshot is None or mail is None:
        if may_be_early and report.at is not None and abs(ports.clock.now() - report.at) < _EARLY:
            raise UnavailableError("a delivery report names no mail yet")
        _LOG.warning("a delivery report names no mail of a case")
        return
    back = mail.came_back(report.delivery, ports.clock.now())
    if mail.gives_way_to(back):
        await ports.applications.mark_mails(snapshot, [back])
        _LOG.warning("a mail came back", extra={"application": application})
    elif mail.state is not MailState.BOUNCED:
        return
    # Also when it was marked before: that look may have been cut off.
    await look_at(snapshot.application.id, ports)


async def take_given_up(reports: Iterable[DeliveryReport], ports: WorkerPorts) -> None:
    """Take the reports of a message that failed five times; each try is counted, since no row and no mail tells of it.

    Raises:
        UnavailableError: as :func:`take_report`; the message comes back until it expires.
        StaleError: the same.
    """
    ports.telemetry.count(Metric.POISON, lane=QUEUE_REPORTS)
    for each in reports:
        await take_report(each, ports)


def _named_by(report: DeliveryReport, snapshot: Snapshot) -> OwedMail | None:
    """The mail that went out under this id to this addressee. Mail addresses are compared without regard to case."""
    name, recipient = snapshot.application.id, report.recipient.casefold()
    return next(
        (
            each
            for each in snapshot.mails
            if report.message in {each.message, operation_of(name, each)} and each.to.casefold() == recipient
        ),
        None,
    )
