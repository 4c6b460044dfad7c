"""Timer functions of the sample app."""

# The host puts this folder on the path; mypy does not know that.
# mypy: disable-error-code="import-not-found, no-untyped-call, attr-defined"

import asyncio

import azure.functions as func
from sample_journal import note

bp = func.Blueprint()


@bp.timer_trigger(arg_name="timer", schedule="%HOURLY_SCHEDULE%", use_monitor=True)
async def hourly(timer: func.TimerRequest) -> None:
    """Run when the business clock says so."""
    note("hourly", past_due=timer.past_due, status=timer.schedule_status)
    await asyncio.sleep(0.2)
    note("hourly ends")


@bp.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True, use_monitor=False)
async def at_start(timer: func.TimerRequest) -> None:
    """Run at every start of the host."""
    note("at_start", status=timer.schedule_status)


@bp.timer_trigger(arg_name="timer", schedule="%SLOW_SCHEDULE%", use_monitor=True)
async def slow(timer: func.TimerRequest) -> None:
    """Run longer than its own interval may be."""
    note("slow begins")
    await asyncio.sleep(1.3)
    note("slow ends")


@bp.timer_trigger(arg_name="timer", schedule="0 30 3 * * 6", use_monitor=True)
async def weekly_failing(timer: func.TimerRequest) -> None:
    """Fail whenever it runs."""
    note("weekly_failing")
    message = "the weekly run fails"
    raise RuntimeError(message)
