"""Every hour: whether an export of the tables is due, and whether an old one is to go."""

import azure.functions as func

from functions._worker.failures import saying_only_where
from shared import bootstrap
from shared.services.back_up import back_up

bp = func.Blueprint()


@bp.timer_trigger(arg_name="timer", schedule="0 17 * * * *", use_monitor=True)
@saying_only_where
async def timer_back_up(timer: func.TimerRequest) -> None:
    """Export the tables if it is time. A missed run is made up for by the next, a doubled one finds nothing due."""
    del timer
    await back_up(bootstrap.backups())
