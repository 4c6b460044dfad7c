"""HTTP functions of the sample app."""

# The host puts this folder on the path; mypy does not know that.
# mypy: disable-error-code="import-not-found, no-untyped-call"

import asyncio
import json
import time
from typing import List  # noqa: UP035 - azure-functions refuses Out[list[str]], and the whole app with it

import azure.functions as func
from sample_journal import note

bp = func.Blueprint()
ANONYMOUS = func.AuthLevel.ANONYMOUS


@bp.route(route="echo/{id:int}/{name?}", methods=["GET", "POST", "HEAD"], auth_level=ANONYMOUS)
async def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Tell what arrived."""
    facts = {
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "query": dict(req.params),
        "route": dict(req.route_params),
        "body": req.get_body().decode("latin-1"),
        "trace": context.trace_context.trace_parent,
    }
    return func.HttpResponse(json.dumps(facts), mimetype="application/json")


@bp.route(route="items/{name}", methods=["GET"], auth_level=ANONYMOUS)
async def any_item(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("any " + req.route_params["name"])


@bp.route(route="items/{number:int}", methods=["GET"], auth_level=ANONYMOUS)
async def numbered_item(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("numbered")


@bp.route(route="items/special", methods=["GET"], auth_level=ANONYMOUS)
async def special_item(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("special")


@bp.route(route="items/{name}", methods=["POST"], auth_level=ANONYMOUS)
def post_item(req: func.HttpRequest) -> str:
    return "posted"


@bp.route(route="/", methods=["GET"], auth_level=ANONYMOUS)
async def home(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("home")


@bp.route(route="guarded", methods=["GET"])
async def guarded(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("ok")


@bp.route(route="owned", methods=["GET"], auth_level=func.AuthLevel.ADMIN)
async def owned(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("ok")


@bp.route(route="boom", methods=["GET"], auth_level=ANONYMOUS)
async def boom(req: func.HttpRequest) -> func.HttpResponse:
    message = "internal detail"
    raise ValueError(message)


@bp.route(route="bad-header", methods=["GET"], auth_level=ANONYMOUS)
async def bad_header(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("ok", headers={"X-Split": "a\r\nX-Injected: b"})


@bp.route(route="switched-off", methods=["GET"], auth_level=ANONYMOUS)
async def switched_off(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("ok")


@bp.route(route="headers", methods=["GET"], auth_level=ANONYMOUS)
async def headers(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with repeated headers and with cookies of every kind."""
    response = func.HttpResponse("ok", status_code=201)
    for name, value in (
        ("X-Twice", "first"),
        ("X-Twice", "last"),
        ("Set-Cookie", "plain=1"),
        ("Set-Cookie", "full=a/b==; Path=/here; Max-Age=60; Secure; HttpOnly; SameSite=Strict"),
        ("Set-Cookie", "dated=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT; SameSite=None; Secure"),
        ("Set-Cookie", "__Host-id=3; Path=/; SameSite=Lax; Max-Age=0"),
    ):
        response.headers.add(name, value)
    return response


@bp.route(route="pause/{ms:int}", methods=["GET"], auth_level=ANONYMOUS)
async def pause(req: func.HttpRequest) -> func.HttpResponse:
    """Wait as an async function should."""
    note("pause begins")
    await asyncio.sleep(int(req.route_params["ms"]) / 1000)
    note("pause ends")
    return func.HttpResponse("ok")


@bp.route(route="block/{ms:int}", methods=["GET"], auth_level=ANONYMOUS)
async def block(req: func.HttpRequest) -> func.HttpResponse:
    """Wait as an async function should not: the app's whole loop stands still."""
    note("block begins")
    time.sleep(int(req.route_params["ms"]) / 1000)  # noqa: ASYNC251 - the fault that the host must bear
    return func.HttpResponse("ok")


@bp.route(route="send", methods=["POST"], auth_level=ANONYMOUS)
@bp.queue_output(arg_name="jobs", queue_name="%JOBS_QUEUE%", connection="RecordsStorage")
async def send(req: func.HttpRequest, jobs: func.Out[str]) -> func.HttpResponse:
    """Put the body into the queue by an output binding."""
    jobs.set(req.get_body().decode())
    return func.HttpResponse(status_code=202)


@bp.route(route="send-other", methods=["POST"], auth_level=ANONYMOUS)
@bp.queue_output(arg_name="others", queue_name="%OTHER_QUEUE%", connection="RecordsStorage")
def send_other(req: func.HttpRequest, others: func.Out[List[str]]) -> func.HttpResponse:  # noqa: UP006 - see above
    """Put a list of one message into the other queue."""
    others.set([req.get_body().decode()])
    return func.HttpResponse(status_code=202)
