"""Delivery reports of the mail service, which Event Grid puts into a queue: what came back is tried elsewhere."""

import azure.functions as func

from functions._worker.bodies import comes_again, reports_of
from functions._worker.failures import saying_only_where
from shared import bootstrap, names
from shared.services.take_report import take_given_up, take_report

bp = func.Blueprint()


@bp.queue_trigger(arg_name="msg", queue_name=names.QUEUE_REPORTS, connection=names.RECORDS_CONNECTION)
@saying_only_where
async def queue_reports(msg: func.QueueMessage) -> None:
    """Take the reports of a message; one that names no mail yet comes again, and is left out at the last try."""
    for report in reports_of(msg):
        await take_report(report, bootstrap.worker(), may_be_early=comes_again(msg))


@bp.queue_trigger(
    arg_name="msg", queue_name=names.QUEUE_REPORTS + names.POISON_SUFFIX, connection=names.RECORDS_CONNECTION
)
@saying_only_where
async def queue_reports_poison(msg: func.QueueMessage) -> None:
    """Try again what failed five times: what fails here is left for the lease, and comes back until it expires.

    Not parked as the hints are: a report holds an address, which does not belong into a row that the console shows.
    """
    await take_given_up(reports_of(msg), bootstrap.worker())
