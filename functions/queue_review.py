"""Lane ``review``: a message names an application; whoever wakes looks and does what is due."""

import azure.functions as func

from functions._worker.bodies import text_of
from functions._worker.failures import saying_only_where
from shared import bootstrap, names
from shared.services.look_at import look_at
from shared.services.park_poison import park_poison

bp = func.Blueprint()


@bp.queue_trigger(arg_name="msg", queue_name=names.LANE_REVIEW, connection=names.RECORDS_CONNECTION)
@saying_only_where
async def queue_review(msg: func.QueueMessage) -> None:
    """Look at the application that the message names."""
    await look_at(text_of(msg), bootstrap.worker())


@bp.queue_trigger(
    arg_name="msg", queue_name=names.LANE_REVIEW + names.POISON_SUFFIX, connection=names.RECORDS_CONNECTION
)
@saying_only_where
async def queue_review_poison(msg: func.QueueMessage) -> None:
    """Park what the platform gave up on: nothing is dropped."""
    await park_poison(names.LANE_REVIEW, text_of(msg), bootstrap.worker())
