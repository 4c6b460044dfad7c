"""Every ten minutes, off the full ones: check the worker's own environment; ``/health/ready`` reads the report."""

import azure.functions as func

from functions._worker.failures import saying_only_where
from shared import bootstrap
from shared.services.check_health import keep_health

bp = func.Blueprint()


@bp.timer_trigger(arg_name="timer", schedule="30 5-59/10 * * * *", run_on_startup=True, use_monitor=True)
@saying_only_where
async def timer_check_health(timer: func.TimerRequest) -> None:
    """Check and keep. A missed run makes the report old, which readiness tells."""
    del timer
    await keep_health(bootstrap.health())
