"""Queue functions of the sample app. A job says in its JSON how it wants to go."""

# The host puts this folder on the path; mypy does not know that.
# mypy: disable-error-code="import-not-found, no-untyped-call"

import asyncio
import json
import time

import azure.functions as func
from sample_journal import note

bp = func.Blueprint()


@bp.queue_trigger(arg_name="msg", queue_name="%JOBS_QUEUE%", connection="RecordsStorage")
async def on_job(msg: func.QueueMessage) -> None:
    """Do the job: fail, sleep or block."""
    text = msg.get_body().decode()
    job = json.loads(text)
    facts = {
        "text": text,
        "id": msg.id,
        "dequeue_count": msg.dequeue_count,
        "inserted": msg.insertion_time.isoformat() if msg.insertion_time else None,
        "expires": msg.expiration_time.isoformat() if msg.expiration_time else None,
        "pop_receipt": bool(msg.pop_receipt),
    }
    note("job begins", **facts)
    if job.get("fail"):
        message = "the job fails"
        raise RuntimeError(message)
    await asyncio.sleep(job.get("sleep", 0))
    time.sleep(job.get("block", 0))  # noqa: ASYNC251 - the fault that lease renewal must bear
    note("job ends", **facts)


@bp.queue_trigger(arg_name="msg", queue_name="%JOBS_QUEUE%-poison", connection="RecordsStorage")
async def on_job_poison(msg: func.QueueMessage) -> None:
    """Note what was given up; fail when told."""
    text = msg.get_body().decode()
    note("poison", text=text)
    if "poison fails" in text:
        message = "even this fails"
        raise RuntimeError(message)


@bp.queue_trigger(arg_name="msg", queue_name="%OTHER_QUEUE%", connection="RecordsStorage")
def on_other(msg: func.QueueMessage) -> None:
    """Take anything and fail, in a thread; nobody listens to its poison queue."""
    text = msg.get_body().decode()
    note("other", text=text, dequeue_count=msg.dequeue_count)
    time.sleep(json.loads(text).get("thread", 0))
    message = "never"
    raise RuntimeError(message)
