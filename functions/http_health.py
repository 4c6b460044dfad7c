"""For monitors: whether this process is up, and whether the service can do its work."""

from http import HTTPStatus
from time import monotonic

import azure.functions as func

from functions._http import answers
from functions._http.doors import ANYONE, door
from functions._http.visit import Visit
from shared import bootstrap
from shared.services.check_ready import ReadyWatch

bp = func.Blueprint()
_WATCH = ReadyWatch(monotonic)


@bp.route(route="health", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def health(visit: Visit) -> func.HttpResponse:
    """This process answers."""
    del visit
    return answers.document({"status": "ok"})


@bp.route(route="health/ready", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
@door(ANYONE)
async def health_ready(visit: Visit) -> func.HttpResponse:
    """Storage answers, the worker was seen alive lately and found nothing wrong; otherwise codes alone: strangers read this.

    The marks of the two packages tell whoever deploys that the new one runs.
    """
    del visit
    ready = await _WATCH.ready(bootstrap.web())
    status = HTTPStatus.OK if ready.ready else HTTPStatus.SERVICE_UNAVAILABLE
    parts = {"storage": ready.storage, "worker": ready.worker}
    codes = [each.value for each in ready.checks]
    packages = {"web": ready.web_package, "worker": ready.worker_package}
    return answers.document(
        {
            "status": "ok" if ready.ready else "not ready",
            **parts,
            "checks": codes,
            "packages": packages,
        },
        status=status,
    )
