"""Every minute: look at whatever is due or waits in the inbox; the worker's heartbeat."""

import azure.functions as func

from functions._worker.failures import saying_only_where
from shared import bootstrap
from shared.services.wake_due import wake_due

bp = func.Blueprint()


@bp.timer_trigger(arg_name="timer", schedule="0 * * * * *", run_on_startup=True, use_monitor=True)
@saying_only_where
async def timer_wake_due(timer: func.TimerRequest) -> None:
    """Wake what is due. A missed or doubled run does no harm."""
    del timer
    await wake_due(bootstrap.worker())
